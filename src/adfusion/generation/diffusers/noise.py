"""The noise that a pipeline starts from, on its way to other noises."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from adfusion.diffusion.interpolation import slerp
from adfusion.generation.request import Request


def movable(pipe: Any) -> bool:
    """Whether `pipe` makes its noise where `moved` can follow."""
    prepare = getattr(pipe, "prepare_latents", None)
    return prepare is not None and "generator" in inspect.signature(prepare).parameters


@contextmanager
def moved(pipe: Any, requests: Sequence[Request]) -> Iterator[None]:
    """Meanwhile `pipe` starts from the noises of `requests`, each moved towards the others that it names.

    All families make their noise in `prepare_latents`, in shapes of their own, and scale it at most: steps on
    the sphere do not see that.
    """
    prepare = pipe.prepare_latents
    signature = inspect.signature(prepare)

    def prepare_moved(*args: Any, **options: Any) -> Any:
        call = signature.bind(*args, **options)
        made = prepare(*call.args, **call.kwargs)
        noise, *more = made if isinstance(made, tuple) else (made,)
        for steps in zip(*(request.toward for request in requests), strict=True):
            call.arguments["generator"] = [torch.Generator().manual_seed(step.seed or 0) for step in steps]
            other = prepare(*call.args, **call.kwargs)
            ends = zip(noise, other[0] if isinstance(other, tuple) else other, steps, strict=True)
            noise = torch.stack([slerp(a, b, step.amount) for a, b, step in ends])
        return (noise, *more) if isinstance(made, tuple) else noise

    pipe.prepare_latents = prepare_moved
    try:
        yield
    finally:
        del pipe.prepare_latents
