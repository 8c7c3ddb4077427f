"""Samplers that step through the posterior of the forward process: DDIM and DDPM."""

import math
from collections.abc import Iterator
from typing import Literal

from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.samplers.path import Step, estimate, fresh_noise, legs, start, stops
from adfusion.diffusion.streams import Streams


def ddim(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
    eta: float = 0.0,
) -> Iterator[Step]:
    """Song et al. 2020, "Denoising Diffusion Implicit Models", eq. 12 and 16.

    `eta` in [0, 1]: the share of the posterior's standard deviation that is drawn anew; 0 is deterministic
    and needs no `streams`, 1 is `ddpm`. In `lambda` the posterior variance is `sigma²·(1 - exp(-2h))` for
    every process.
    Raises `ValueError` for `eta` out of range, a bad grid, or missing streams.
    """
    if not 0 <= eta <= 1:
        raise ValueError(f"eta: found {eta}, allowed 0 to 1")
    path = stops(times, process)
    x = start(noise, path[0], x_0)
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        epsilon = (x - now.alpha * sample) / now.sigma
        posterior_variance = -math.expm1(-2 * (then.log_snr - now.log_snr))
        deviation = eta * then.sigma * math.sqrt(posterior_variance)
        x = then.alpha * sample + then.sigma * math.sqrt(1 - eta**2 * posterior_variance) * epsilon
        if deviation > 0:
            x = x + deviation * fresh_noise(x, streams)
        yield Step(index, len(path) - 1, then.t, x, sample)


def ddpm(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
    variance: Literal["small", "large"] = "small",
) -> Iterator[Step]:
    """Ho et al. 2020, "Denoising Diffusion Probabilistic Models", algorithm 2; needs `streams`.

    `variance` is that of the reverse step, the paper's two choices in section 3.2: `small` is the posterior's
    for a known `x_0`, `large` the forward step's (beta). The last step to time 0 adds no noise.
    Raises `ValueError` for an unknown variance, a bad grid, or missing streams.
    """
    if variance not in ("small", "large"):
        raise ValueError(f"variance: found {variance!r}, allowed small, large")
    path = stops(times, process)
    x = start(noise, path[0], x_0)
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        h = then.log_snr - now.log_snr
        pull = then.sigma / now.sigma * math.exp(-h)
        x = pull * x - then.alpha * math.expm1(-2 * h) * sample  # eq. 7, the posterior's mean
        if then.sigma > 0:
            size = then.sigma if variance == "small" else now.sigma
            x = x + size * math.sqrt(-math.expm1(-2 * h)) * fresh_noise(x, streams)
        yield Step(index, len(path) - 1, then.t, x, sample)
