"""Timing things in turn: A B C A B C …, so that whatever else the machine does falls on all of them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch

Seconds = dict[str, list[float]]
"""Of each round, by what was timed."""


@dataclass(frozen=True)
class Ratio:
    """How many times as much one thing took as another, round by round."""

    median: float
    low: float
    """First quartile."""
    high: float
    """Third quartile."""


def in_turn(things: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 1) -> Seconds:
    """Seconds of each thing in each round, after `warm_up` rounds that do not count."""
    seconds: Seconds = {name: [] for name in things}
    for number in range(-warm_up, rounds):
        for name, thing in things.items():
            _finish()
            start = time.perf_counter()
            thing()
            _finish()
            if number >= 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(longer: Sequence[float], shorter: Sequence[float]) -> Ratio:
    """Of two lists of the same rounds."""
    ratios = np.divide(longer, shorter)
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    return Ratio(float(middle), float(low), float(high))


def middle(seconds: Sequence[float]) -> float:
    return median(seconds)


@dataclass(frozen=True)
class Ran:
    """A process of its own."""

    seconds: float
    """From its start until its file was there, or until its end if no file was waited for."""
    memory: float
    """Most of it that was resident, in bytes."""


def run(command: Sequence[str], appears: Callable[[], bool] | None = None) -> Ran:
    """Run Python with these arguments; `appears` says whether what it was to make is there."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([sys.executable, *command], env=environment, stdout=said, stderr=said)
        seen, memory = None, 0.0
        while True:
            memory = max(memory, _resident(child.pid))
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            if seen is None and appears is not None and appears():
                seen = time.perf_counter() - start
            if ended:
                break
            time.sleep(0.005)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)}: ended with {child.returncode}\n{said.read()}")
    return Ran(seen or time.perf_counter() - start, memory)


def _resident(pid: int) -> float:
    """Bytes, at most so far. What `wait4` tells counts the parent's too, from before the program began."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0.0)


def _finish() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
