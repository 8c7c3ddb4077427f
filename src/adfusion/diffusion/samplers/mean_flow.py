"""The sampler of distilled models, which jump along a path instead of following it.

Geng et al. 2025, "Mean Flows for One-step Generative Modeling" (arXiv:2505.13447), algorithm 2 and eq. 12.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from adfusion.diffusion.process import Flow, Process
from adfusion.diffusion.samplers.path import Step, legs, start, stops

MeanVelocity = Callable[[Tensor, Tensor, Tensor], Tensor]
"""`(x_t: (batch, ...), t: (batch,), span: (batch,)) -> the mean velocity between t - span and t`, shaped as
`x_t`. A jump of `span` back in time lands at `x_t - span * velocity`."""


def mean_flow(velocity: MeanVelocity, noise: Tensor, times: Tensor, process: Process) -> Iterator[Step]:
    """Sample in as many jumps as `times` has legs; lazily, as every `Sampler`.

    Raises `ValueError` for a process other than `Flow`: elsewhere a constant velocity is no straight line.
    """
    if not isinstance(process, Flow):
        raise ValueError(f"process: found {process.name}, allowed {Flow.name}")
    path = stops(times, process)
    x = start(noise, path[0], None)
    for index, now, then in legs(path):
        span = now.t - then.t
        at, over = (torch.full((len(x),), value, device=x.device) for value in (now.t, span))
        mean = velocity(x, at, over)
        # As if the velocity stayed what it is: the estimate of x_0 that previews show.
        sample = x - now.t * mean
        x = x - span * mean
        yield Step(index, len(path) - 1, then.t, x, sample)
