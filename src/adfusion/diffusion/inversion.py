"""From a sample back to the noise that it would come from, and an edit on the way down again."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.samplers.path import Step, Stop, estimate, stops


def invert(denoise: Denoiser, x_0: Tensor, times: Tensor, process: Process) -> Iterator[Step]:
    """Follow the probability-flow equation from `x_0`, `(batch, ...)`, up the grid `times`.

    The grid is that of a sampler, descending to time 0; the last step's `x_t` is at `times[0]`.
    Song et al. 2020, "Denoising Diffusion Implicit Models", section 4.3, with the slope of each step taken at
    its noisier end: at time 0 an estimate of `x_0` says nothing about the noise. First order. A step is
    Euler's in `x/scale` over `sigma/scale`, the coordinates of `adfusion.diffusion.samplers.heun`, in which
    pure noise is at a finite distance. Deterministic.
    Raises `ValueError` for a bad grid, or one that does not end at time 0.
    """
    path = stops(times, process)
    if path[-1].sigma > 0:
        raise ValueError(f"times: found a grid that ends at {path[-1].t:g}, allowed 0, where x_0 is")
    share = 1.0 if process.reaches_pure_noise else 0.0
    x = x_0
    for index, (now, then) in enumerate(pairwise(reversed(path))):
        scale_now, scale_then = now.alpha + share * now.sigma, then.alpha + share * then.sigma
        x = x * (scale_then / scale_now)
        sample = estimate(denoise, x, then)
        slope = (x - then.alpha * sample) / then.sigma - share * sample
        x = x + (then.sigma - now.sigma * scale_then / scale_now) * slope
        yield Step(index, len(path) - 1, then.t, x, sample)


def following(states: Sequence[Tensor], times: Tensor, process: Process) -> Denoiser:
    """The estimates that lead `ddim` and `euler` from each of `states` to the next, whatever `x_t` they have.

    `states` are points on the grid `times`, each `(batch, ...)`, from noise to `x_0` itself: those of
    `invert` backwards, and the sample. At the last step the estimate is the sample.
    """
    path = stops(times, process)

    def follow(x_t: Tensor, t: Tensor) -> Tensor:
        index = _nearest(path, t)
        now, then = path[index], path[index + 1]
        kept = then.sigma / now.sigma  # ddim: x_then = alpha_then·x_0 + kept·(x_now - alpha_now·x_0)
        return (states[index + 1] - kept * states[index]) / (then.alpha - kept * now.alpha)

    return follow


def retracing(
    denoise: Denoiser, source: Denoiser, states: Sequence[Tensor], times: Tensor, process: Process
) -> Denoiser:
    """`denoise` for an edit of the sample `states[-1]`: what `source` gets wrong about it is made good.

    What the estimates of `source` on `states` lack of those of `following` is added to the estimates of
    `denoise`. So an edit starts from the sample itself and not from its reconstruction: with `denoise` equal
    to `source`, `ddim` and `euler` on `times` return the sample, in however few steps. The idea is that of
    Ju et al. 2023, "Direct Inversion" (arXiv:2310.01506), who correct `x_t` where this corrects the estimate.
    """
    path, follow = stops(times, process), following(states, times, process)

    def corrected(x_t: Tensor, t: Tensor) -> Tensor:
        return denoise(x_t, t) + (follow(x_t, t) - source(states[_nearest(path, t)], t))

    return corrected


def _nearest(path: Sequence[Stop], t: Tensor) -> int:
    """The stop that a sampler is at: it says the time in float32."""
    return min(range(len(path)), key=lambda index: abs(path[index].t - t[0].item()))
