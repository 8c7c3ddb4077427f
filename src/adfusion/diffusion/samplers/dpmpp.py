"""DPM-Solver++ of second order, multistep: Lu et al. 2022, "DPM-Solver++", and its stochastic form."""

import math
from collections.abc import Iterator

from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.samplers.path import (
    Step,
    Stop,
    estimate,
    exponential_step,
    fresh_deviation,
    fresh_noise,
    legs,
    start,
    stops,
)
from adfusion.diffusion.streams import Streams


def dpmpp_2m(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
) -> Iterator[Step]:
    """DPM-Solver++(2M), the paper's algorithm 2. Second order, one evaluation a step.

    Deterministic: `streams` is not used.
    """
    return dpmpp_2m_sde(denoise, noise, times, process, x_0=x_0, streams=streams, eta=0.0)


def dpmpp_2m_sde(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
    eta: float = 1.0,
) -> Iterator[Step]:
    """SDE-DPM-Solver++(2M), the paper's appendix on stochastic sampling; needs `streams` unless `eta` is 0.

    `eta`: 0 is `dpmpp_2m`, 1 the reverse diffusion itself. Raises `ValueError` for `eta < 0`, a bad grid, or
    missing streams.
    """
    if eta < 0:
        raise ValueError(f"eta: found {eta}, allowed 0 or more")
    path = stops(times, process)
    x = start(noise, path[0], x_0)
    before: tuple[Stop, Tensor] | None = None
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        x = exponential_step(x, now, then, _at_mid_step(before, now, then, sample), eta)
        deviation = fresh_deviation(now, then, eta)
        if deviation > 0:
            x = x + deviation * fresh_noise(x, streams)
        before = now, sample
        yield Step(index, len(path) - 1, then.t, x, sample)


def _at_mid_step(before: tuple[Stop, Tensor] | None, now: Stop, then: Stop, sample: Tensor) -> Tensor:
    """The estimate in the middle of the step in `lambda`, on the line through the last two.

    The step to clean data is infinitely long in `lambda`, and so is the step from pure noise: no line there.
    """
    if before is None or math.isinf(then.log_snr):
        return sample
    earlier, earlier_sample = before
    reach = (then.log_snr - now.log_snr) / 2 / (now.log_snr - earlier.log_snr)
    return sample + reach * (sample - earlier_sample)
