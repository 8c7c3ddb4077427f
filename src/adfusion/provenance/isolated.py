"""Verifying the files of strangers in a process of its own: they may be slow, break it, or want much memory.

Decoders are large and old; a file can be made to keep them busy for hours. So a second process reads, with a
limit on its memory, and is ended when it takes too long; the next file gets a new one.
"""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from adfusion.errors import UserError
from adfusion.provenance.verify import Verdict, verify

SECONDS = 30.0
"""For one file. Large pictures take about one."""
MEMORY = 2 * 2**30
"""Bytes beyond those of the idle process; held on Linux only."""
_START = 120.0


class Isolated:
    """Use as a context manager; the process starts with the first file and ends with the context."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: BaseProcess | None = None

    def __enter__(self) -> "Isolated":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def verify(self, path: Path) -> Verdict:
        """As `verify.verify`, within `seconds`."""
        if self._process is None:
            self._start()
        try:
            self._pipe.send(path)
            answer: Verdict | UserError | None = self._pipe.recv() if self._pipe.poll(self._seconds) else None
        except (EOFError, OSError):
            self._end()
            return Verdict(str(path), unreadable="cannot be read: it broke the reader")
        if answer is None:
            self._end()
            return Verdict(str(path), unreadable=f"cannot be read in {self._seconds:g} s")
        if isinstance(answer, UserError):
            raise answer
        return answer

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(_START):
            raise UserError(f"the process that reads files did not start in {_START:g} s")
        self._pipe.recv()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _limit_memory()
    pipe.send("ready")
    while True:
        try:
            path: Path = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(verify(path))
        except UserError as error:
            pipe.send(error)
        except MemoryError:
            pipe.send(Verdict(str(path), unreadable=f"needs more than {MEMORY // 2**20:,} MiB of memory"))


def _limit_memory() -> None:
    usage = Path("/proc/self/statm")
    if not usage.exists():
        return
    import resource

    used = int(usage.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
