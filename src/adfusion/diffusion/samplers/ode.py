"""Classical solvers of the probability-flow equation: Euler and Heun."""

from collections.abc import Iterator

from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.samplers.path import Step, estimate, legs, start, stops
from adfusion.diffusion.streams import Streams


def euler(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
) -> Iterator[Step]:
    """Follow the line through the estimates of sample and noise: Karras et al. 2022, algorithm 1 without its
    lines 6-8.

    For `Flow` this is Euler's method on the velocity, for the others Euler's method on `x/alpha` over
    `sigma/alpha`; both are `ddim` with `eta` 0. Deterministic: `streams` is not used.
    """
    path = stops(times, process)
    x = start(noise, path[0], x_0)
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        epsilon = (x - now.alpha * sample) / now.sigma
        x = then.alpha * sample + then.sigma * epsilon
        yield Step(index, len(path) - 1, then.t, x, sample)


def heun(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
) -> Iterator[Step]:
    """Euler's step, then again with the mean of the slopes at both ends: Karras et al. 2022, algorithm 1.

    Second order, two evaluations a step (one in the step to time 0). The solver sees `y = x/scale` over
    `u = sigma/scale`, in which the path of a constant estimate is a straight line: `scale = alpha` as in the
    paper or, for processes that reach pure noise, where that is infinite, `scale = alpha + sigma` (1 for
    `Flow`, so that the slope is the velocity). Deterministic: `streams` is not used.
    """
    path = stops(times, process)
    # scale = alpha + share·sigma, and so dy/du = epsilon - share·sample
    share = 1.0 if process.reaches_pure_noise else 0.0
    x = start(noise, path[0], x_0)
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        epsilon = (x - now.alpha * sample) / now.sigma
        x = then.alpha * sample + then.sigma * epsilon
        if then.sigma > 0:
            next_sample = estimate(denoise, x, then)
            next_epsilon = (x - then.alpha * next_sample) / then.sigma
            change = (next_epsilon - epsilon) - share * (next_sample - sample)
            scale_now, scale_then = now.alpha + share * now.sigma, then.alpha + share * then.sigma
            x = x + scale_then * (then.sigma / scale_then - now.sigma / scale_now) / 2 * change
        yield Step(index, len(path) - 1, then.t, x, sample)
