"""A pipeline that is called once and then runs to its end, turned into an iterator."""

import functools
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import Queue
from typing import Any


class _Stop(BaseException):
    """Raised inside of the work when nobody waits for it any more."""


@dataclass(frozen=True)
class _Done:
    value: Any


@dataclass(frozen=True)
class _Failed:
    error: BaseException


def iterated(work: Callable[[Callable[[Any], None]], Any]) -> Generator[Any, None, Any]:
    """Run `work(tell)` in a thread and yield whatever it tells; returns what the work returns.

    The thread waits while the caller holds an event, so that work happens only while iterating, and the
    caller may use what the work uses. Closing the iterator raises inside of `tell`: the work ends there.
    """
    events: Queue[Any] = Queue()
    turn = threading.Semaphore(0)
    closed = threading.Event()

    def tell(event: Any) -> None:
        events.put(event)
        turn.acquire()
        if closed.is_set():
            raise _Stop

    def run() -> None:
        try:
            events.put(_Done(work(tell)))
        except BaseException as error:
            events.put(_Failed(error))

    thread = threading.Thread(target=run, name="pipeline", daemon=True)
    thread.start()
    try:
        while True:
            match events.get():
                case _Done(value):
                    return value
                case _Failed(error):
                    raise error
                case event:
                    yield event
            turn.release()
    finally:
        closed.set()
        turn.release()
        thread.join()


def watched(scheduler: Any, seen: Callable[[Any, Any, Any], None]) -> Any:
    """`scheduler` with `seen(model_output, x_t, output)` called after every step.

    All pipelines step through their scheduler, not all have a callback (PixArt has none).
    """
    step = scheduler.step

    @functools.wraps(step)
    def seeing(model_output: Any, timestep: Any, sample: Any, *args: Any, **options: Any) -> Any:
        wants_dict = options.pop("return_dict", True)
        output = step(model_output, timestep, sample, *args, return_dict=True, **options)
        seen(model_output, sample, output)
        return output if wants_dict else (output.prev_sample,)

    scheduler.step = seeing
    return scheduler
