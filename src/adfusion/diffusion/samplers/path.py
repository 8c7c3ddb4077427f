"""What all samplers share: the stops of a run, its start, and what each step yields."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.streams import Streams


@dataclass(frozen=True)
class Step:
    """The state after one step of a sampler."""

    index: int
    """Steps done before this one: 0 … `total - 1`."""
    total: int
    t: float
    """The time that this step arrived at."""
    x_t: Tensor
    """The noisy sample at time `t`, `(batch, ...)`."""
    sample: Tensor
    """The estimate of `x_0` that this step used; after the last step to time 0 it is the result, and equals
    `x_t`."""


class Sampler(Protocol):
    """`(denoise, noise, times, process) -> Step, Step, …`, lazily: nothing runs before it is iterated."""

    def __call__(
        self,
        denoise: Denoiser,
        noise: Tensor,
        times: Tensor,
        process: Process,
        *,
        x_0: Tensor | None = None,
        streams: Streams | None = None,
    ) -> Iterator[Step]:
        """Sample.

        noise: standard normal numbers, `(batch, ...)`.
        times: a grid of `adfusion.diffusion.times`, or any strictly descending 1-D tensor of times.
        x_0: a sample to start from, noised to `times[0]`; none starts from noise alone.
        streams: where stochastic samplers draw from, one stream for each element of the batch.
        """


class Stop(NamedTuple):
    """A time on the grid, and all that samplers need to know of the process there."""

    t: float
    alpha: float
    sigma: float
    log_snr: float


def stops(times: Tensor, process: Process) -> list[Stop]:
    """The stops of a grid, in float64. Raises `ValueError` if `times` is not a grid of `process`."""
    times = times.detach().to("cpu", torch.float64)
    if times.ndim != 1 or len(times) < 2 or not bool((times.diff() < 0).all()):
        raise ValueError(
            f"times: found shape {tuple(times.shape)}, allowed 2 or more strictly descending times"
        )
    if times[0] > process.t_max or times[-1] < process.t_min:
        raise ValueError(
            f"times: found {times[0]:g} to {times[-1]:g}, allowed {process.t_max:g} to {process.t_min:g}"
        )
    columns = times, process.alpha(times), process.sigma(times), process.log_snr(times)
    return [Stop(*row) for row in torch.stack(columns, dim=1).tolist()]


def legs(path: list[Stop]) -> Iterator[tuple[int, Stop, Stop]]:
    """`(index, now, then)` for each step."""
    return ((index, now, then) for index, (now, then) in enumerate(pairwise(path)))


def start(noise: Tensor, first: Stop, x_0: Tensor | None) -> Tensor:
    """`x_t` at the first stop."""
    return first.sigma * noise if x_0 is None else first.alpha * x_0 + first.sigma * noise


def estimate(denoise: Denoiser, x: Tensor, stop: Stop) -> Tensor:
    """The estimate of `x_0` at `stop`. Times keep float32 even where `x` is of half precision."""
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    return denoise(x, torch.full((len(x),), stop.t, dtype=dtype, device=x.device))


def fresh_noise(x: Tensor, streams: Streams | None) -> Tensor:
    """New noise of the shape of `x`. Raises `ValueError` if there are no streams, or not one for each
    element."""
    if streams is None:
        raise ValueError(
            "streams: found none, allowed Streams(seeds): this sampler draws noise at every step"
        )
    noise = streams.randn(x.shape[1:])
    if len(noise) != len(x):
        raise ValueError(f"streams: found {len(noise)}, allowed {len(x)}: one for each element of the batch")
    return noise.to(x)


def exponential_step(x: Tensor, now: Stop, then: Stop, sample: Tensor, eta: float = 0.0) -> Tensor:
    """Move `x` as if the estimate were `sample` all the way from `now` to `then`: exact in the linear part.

    Lu et al. 2022, "DPM-Solver++", eq. 9 with a constant estimate; `eta` adds the pull towards the estimate
    that makes room for fresh noise of `fresh_deviation`. Finite for `lambda` = -inf at `now` and +inf at
    `then`.
    """
    h = then.log_snr - now.log_snr
    damping = math.exp(-eta * h) if eta else 1.0
    return (then.sigma / now.sigma * damping) * x - (then.alpha * math.expm1(-(1 + eta) * h)) * sample


def fresh_deviation(now: Stop, then: Stop, eta: float) -> float:
    """Standard deviation of the noise to add after `exponential_step` with the same `eta`."""
    h = then.log_snr - now.log_snr
    return then.sigma * math.sqrt(-math.expm1(-2 * eta * h)) if eta else 0.0
