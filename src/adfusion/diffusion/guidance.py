"""Classifier-free guidance, also away from a negative prompt."""

import torch
from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser


def guided(
    denoise: Denoiser,
    negative: Denoiser,
    guidance_scale: float,
    interval: tuple[float, float] = (0.0, 1.0),
    rescale: float = 0.0,
    both: Denoiser | None = None,
) -> Denoiser:
    """Push the estimates of `denoise` away from those of `negative`.

    `negative` is conditioned on the empty prompt, or on what the picture must not show. Guiding estimates of
    `x_0` is the same as guiding noise or velocity, because they differ by the same linear map on both sides.

    guidance_scale: 1 is `denoise` alone, more is stronger (Ho & Salimans 2022, eq. 6, where it is `w + 1`).
    interval: times, ends included, in which guidance acts; elsewhere `negative` is not called
        (Kynkäänniemi et al. 2024).
    rescale: in [0, 1], how far each guided estimate is brought back to the standard deviation of the unguided
        one, against over-exposure (Lin et al. 2023, eq. 14-16).
    both: `denoise` and `negative` in one, for a batch of twice the size, first that of `denoise`: the same
        estimates, sooner where a network is quicker with larger batches.

    Raises `ValueError` for values out of range.
    """
    low, high = interval
    if not 0 <= low <= high <= 1:
        raise ValueError(f"interval: found {low} to {high}, allowed 0 <= low <= high <= 1")
    if not 0 <= rescale <= 1:
        raise ValueError(f"rescale: found {rescale}, allowed 0 to 1")
    if guidance_scale == 1:
        return denoise

    def pair(x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        if both is None:
            return denoise(x_t, t), negative(x_t, t)
        positive, away = both(torch.cat([x_t, x_t]), torch.cat([t, t])).chunk(2)
        return positive, away

    def guided_denoise(x_t: Tensor, t: Tensor) -> Tensor:
        active = (low <= t) & (t <= high)
        if not active.any():
            return denoise(x_t, t)
        positive, away = pair(x_t, t)
        estimate = away + guidance_scale * (positive - away)
        if rescale > 0:
            ratio = _deviation(positive) / _deviation(estimate).clamp(min=torch.finfo(estimate.dtype).tiny)
            estimate = estimate * (rescale * ratio + 1 - rescale)
        return torch.where(active.view(-1, *(1,) * (x_t.ndim - 1)), estimate, positive)

    return guided_denoise


def _deviation(x: Tensor) -> Tensor:
    """Standard deviation of each element of the batch, shaped to multiply it."""
    return x.std(dim=tuple(range(1, x.ndim)), keepdim=True)
