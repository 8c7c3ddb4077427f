"""Edits as wrappers of what samplers are given: a shorter grid, a denoiser that knows part of the answer.

Each takes a `Denoiser` and gives one back, so they combine with every sampler, with guidance and with one
another.
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Concatenate, ParamSpec

import torch
from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser

P = ParamSpec("P")


def remaining(times: Tensor, strength: float) -> Tensor:
    """The last `strength` in (0, 1] of a grid's steps: where a sampler starts from a noised sample.

    Meng et al. 2021, "SDEdit". The first time lies on the grid's own curve, between its stops where
    `strength` asks for a fraction of a step, so the result changes smoothly with `strength`, in thousandths
    of a step. 1 is the whole grid. Raises `ValueError` for a `strength` out of range.
    """
    if not 0 < strength <= 1:
        raise ValueError(f"strength: found {strength}, allowed above 0, to 1")
    if strength == 1:
        return times
    steps = len(times) - 1
    skipped = min(round((1 - strength) * steps, 3), steps - 0.001)
    index = math.floor(skipped)
    start = torch.lerp(times[index], times[index + 1], skipped - index)
    return torch.cat([start[None], times[index + 1 :]])


def known(x_0: Tensor) -> Denoiser:
    """The denoiser that knows the answer.

    With it a deterministic sampler stays on the straight way from its noise to `x_0`, and a stochastic one
    draws from the forward process: `x_t` is `x_0` noised to time `t`.
    """
    return lambda x_t, t: x_0


def masked(inside: Denoiser, outside: Denoiser, mask: Tensor) -> Denoiser:
    """One denoiser where `mask` is 1, another where it is 0: inpainting, if `outside` is `known`.

    mask: in [0, 1], broadcastable to the sample `(batch, ...)`; fractions mix the two. What is outside is at
    every step the known sample at the noise level of that time, as Lugmayr et al. 2022, "RePaint", eq. 8, put
    it in; here it comes about by the sampler itself.
    """

    def denoise(x_t: Tensor, t: Tensor) -> Tensor:
        return torch.lerp(outside(x_t, t), inside(x_t, t), mask)

    return denoise


def blended(
    denoise: Callable[Concatenate[Tensor, P], Tensor],
    other: Callable[Concatenate[Tensor, P], Tensor],
    amounts: Tensor,
) -> Callable[Concatenate[Tensor, P], Tensor]:
    """The estimates of two denoisers, or two mean velocities, mixed: `amounts: (batch,)` of `other`, 0 to 1.

    For two prompts this samples from the geometric mean of their distributions (Liu et al. 2022,
    "Compositional Visual Generation", section 3.2). Mixing the words' own states instead would pair the
    words of two sentences by their position.
    """

    def blend(x_t: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        amount = amounts.to(x_t).view(-1, *(1,) * (x_t.ndim - 1))
        return torch.lerp(denoise(x_t, *args, **kwargs), other(x_t, *args, **kwargs), amount)

    return blend


def tiled(denoise: Denoiser) -> Denoiser:
    """Estimates of `x_t: (b, c, h, w)` as a tile, whose opposite edges meet.

    The denoiser sees the tile as it is and moved around by half along either side and along both, so that
    every edge is once in the middle. The four estimates are averaged with weights that are high in the middle
    of each and fall to 0 at its edges: Bar-Tal et al. 2023, "MultiDiffusion", eq. 5, with smooth weights.
    """

    def tile(x_t: Tensor, t: Tensor) -> Tensor:
        height, width = x_t.shape[-2:]
        weight = (_hill(height)[:, None] * _hill(width)).to(x_t)
        estimates, weights = torch.zeros_like(x_t), torch.zeros_like(weight)
        for down, right in product((0, height // 2), (0, width // 2)):
            seen = denoise(x_t.roll((down, right), (-2, -1)), t)
            estimates += (weight * seen).roll((-down, -right), (-2, -1))
            weights += weight.roll((-down, -right), (-2, -1))
        return estimates / weights

    return tile


def _hill(side: int) -> Tensor:
    """(side,), from near 0 at the ends to 1 in the middle."""
    return torch.sin(torch.pi / side * (torch.arange(side) + 0.5)) ** 2
