"""The one place where what went wrong becomes one line on stderr and an exit code."""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NoReturn

from adfusion.errors import UserError

BAD_INPUT = 2
SIGNALLED = 128
"""Plus the signal's number: the exit code of a shell's convention."""
EXPECTED = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE}
"""Operating system errors that a person can mend; others are faults of this program."""


class Stopped(BaseException):
    """A signal asked the command to stop. No library catches it by accident."""

    def __init__(self, number: int) -> None:
        self.number = number


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 when done, 2 for bad input, 130 for Ctrl-C, 143 for SIGTERM.

    Files are written under temporary names, so that a stop leaves nothing half-made.
    """
    with _stopping_on(signal.SIGINT, signal.SIGTERM):
        sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except UserError as error:
        return _fail(str(error))
    except (Stopped, KeyboardInterrupt) as stop:
        number = stop.number if isinstance(stop, Stopped) else signal.SIGINT
        _say(f"stopped by {signal.Signals(number).name}; finished files are kept")
        return SIGNALLED + number
    except BrokenPipeError:  # `adfusion … | head`: the reader has seen enough
        _abandon_stdout()
        return SIGNALLED + 13
    except OSError as error:
        if error.errno not in EXPECTED:
            raise
        if error.filename is None:
            _abandon_stdout()
        where = error.filename or "standard output"
        return _fail(f"{where}: {error.strerror}")
    except MemoryError:
        return _fail("not enough memory; ask for smaller or fewer pictures")


def _run(arguments: Sequence[str] | None) -> int:
    import typer

    from adfusion.cli.verbs import app

    try:
        code = app(args=arguments, prog_name="adfusion", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # A usage error, whichever copy of click typer stands on.
        explain = getattr(error, "format_message", None)
        if explain is None:
            raise
        if "NoArgs" in type(error).__name__:
            print(explain())
            return BAD_INPUT
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "adfusion"
        return _fail(f"{' '.join(str(explain()).split())} (see {command} --help)")
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    _say(f"error: {' '.join(message.split())}")
    return BAD_INPUT


def _say(message: str) -> None:
    with contextlib.suppress(OSError):
        print(f"adfusion: {message}", file=sys.stderr)


def _abandon_stdout() -> None:
    """What is still buffered cannot be written; without this the interpreter would try again and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _stopping_on(*numbers: signal.Signals) -> Iterator[None]:
    """Raise `Stopped` on these signals, except on those that whoever started the command has ignored."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise Stopped(number)

    before = {}
    with contextlib.suppress(ValueError):  # not the main thread: the host decides about signals
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
