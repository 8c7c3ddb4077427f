"""Work that is done in several processes, job by job, with the results of one.

Setting type is Python's own work, which threads cannot share. A process is started anew, imports and all, in
a few seconds, so a crew is for long lists.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

FEWEST = 150
"""Jobs from which a crew is worth starting."""

Job = TypeVar("Job")
Result = TypeVar("Result")

_do: Callable[[Any], Any]


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(
    opening: Callable[[], Callable[[Job], Result]], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """What `opening()` makes of each job, in order. It is called once in each of `workers` processes, so it
    and the jobs must be picklable. Ending the iteration early ends the processes after the jobs in hand.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(opening,))
    try:
        yield from pool.map(_work, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _start(opening: Callable[[], Callable[[Any], Any]]) -> None:
    global _do
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _do = opening()


def _work(job: Any) -> Any:
    return _do(job)
