"""What a running pipeline has drawn so far: latents of any family to small pictures."""

from typing import Any, cast

import numpy as np
import torch
from einops import rearrange
from PIL import Image
from torch import Tensor

from adfusion.generation.request import Size


def estimate(scheduler: Any, model_output: Tensor, x_t: Tensor, output: Any) -> Tensor:
    """The estimate of x_0 in the step that `scheduler` has just done, or else the next x_t."""
    if (x_0 := getattr(output, "pred_original_sample", None)) is not None:
        return cast(Tensor, x_0)
    if "FlowMatch" in type(scheduler).__name__:
        sigma = scheduler.sigmas[scheduler.step_index - 1].to(x_t)
        return cast(
            Tensor, x_t - sigma * model_output
        )  # x_t = (1 - sigma) x_0 + sigma noise, output: noise - x_0
    stepped: Tensor = output.prev_sample
    return stepped


@torch.no_grad()
def decoded(pipe: Any, latents: Tensor, size: Size) -> tuple[Image.Image, ...]:
    """A picture for each of the latents; for a family that is not known, their first three channels."""
    try:
        pixels = _decoded(pipe, latents, size)
    except (RuntimeError, AttributeError, TypeError, ValueError):
        pixels = _colors(latents)
    levels = ((pixels.float().clamp(-1, 1) + 1) * 127.5).round().permute(0, 2, 3, 1).cpu().numpy()
    return tuple(Image.fromarray(each.astype(np.uint8)) for each in levels)


def _decoded(pipe: Any, latents: Tensor, size: Size) -> Tensor:
    vae, config = pipe.vae, pipe.vae.config
    if latents.ndim == 3:
        latents = pipe._unpack_latents(latents, size[1], size[0], pipe.vae_scale_factor)
    latents = latents.to(vae.dtype)
    mean, std = (getattr(config, name, None) for name in ("latents_mean", "latents_std"))
    if mean is not None and std is not None:
        shape = (1, -1, *[1] * (latents.ndim - 2))
        latents = latents * torch.tensor(std).to(latents).view(shape)
        latents = latents / getattr(config, "scaling_factor", 1) + torch.tensor(mean).to(latents).view(shape)
    else:
        latents = latents / config.scaling_factor + (getattr(config, "shift_factor", None) or 0)
    pixels: Tensor = vae.decode(latents, return_dict=False)[0]
    return pixels[:, :, 0] if pixels.ndim == 5 else pixels


def _colors(latents: Tensor) -> Tensor:
    if latents.ndim == 3:
        side = int(latents.shape[1] ** 0.5)
        latents = rearrange(latents[:, : side * side], "b (h w) c -> b c h w", h=side)
    flat = latents.float().flatten(2, -3) if latents.ndim == 5 else latents.float()
    colors = flat[:, :3] if flat.shape[1] >= 3 else flat[:, :1].expand(-1, 3, -1, -1)
    return colors / colors.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
