"""Pictures as networks want them, and back."""

import numpy as np
import torch
from einops import rearrange
from torch import Tensor


def to_pixels(pictures: np.ndarray) -> Tensor:
    """uint8 (n h w 3) to float32 (n 3 h w) in [-1, 1], channels last in memory."""
    pixels = rearrange(torch.from_numpy(np.array(pictures)), "n h w c -> n c h w")
    return pixels.float().div_(127.5).sub_(1.0)


def to_pictures(pixels: Tensor) -> np.ndarray:
    """float (n 3 h w) around [-1, 1] to uint8 (n h w 3)."""
    levels = pixels.float().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    return np.ascontiguousarray(rearrange(levels, "n c h w -> n h w c").cpu().numpy())
