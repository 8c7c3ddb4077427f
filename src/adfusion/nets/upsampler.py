"""A small super-resolution network: bicubic enlargement plus the detail that it lacks.

Residual blocks without normalisation at low resolution as in EDSR (Lim et al., arXiv:1707.02921), and
sub-pixel convolution (Shi et al., arXiv:1609.05158).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class UpsamplerConfig:
    """Shape of an `Upsampler`. Raises `ValueError` for numbers out of range."""

    channels: int = 64
    blocks: int = 6
    scale: int = 4

    def __post_init__(self) -> None:
        if min(self.channels, self.scale) < 1 or self.blocks < 0:
            raise ValueError("channels and scale must be at least 1, blocks at least 0")


class Upsampler(nn.Module):
    """Pixels (b 3 h w) in [-1, 1] to (b 3 scale*h scale*w), around [-1, 1] and not clamped to it.

    An untrained upsampler is exactly bicubic.
    """

    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(3, config.channels, kernel_size=3, padding=1)
        self.body = nn.Sequential(*(Block(config.channels) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.channels, 3 * config.scale**2, kernel_size=3, padding=1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pixels: Tensor) -> Tensor:
        detail = F.pixel_shuffle(self.tail(self.body(self.head(pixels))), self.config.scale)
        # Bicubic enlargement is the quicker for planes of one colour; convolutions are for channels last.
        return F.interpolate(pixels.contiguous(), scale_factor=self.config.scale, mode="bicubic") + detail


class Block(nn.Module):
    """Two convolutions around a skip connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.body(x)
        return out
