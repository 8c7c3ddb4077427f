"""A small super-resolution network: bicubic enlargement, steepened at edges, plus the detail that it lacks.

Residual blocks without normalisation at low resolution as in EDSR (Lim et al., arXiv:1707.02921), and
sub-pixel convolution (Shi et al., arXiv:1609.05158).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


@dataclass(frozen=True)
class UpsamplerConfig:
    """Shape of an `Upsampler`. Raises `ValueError` for numbers out of range."""

    channels: int = 64
    blocks: int = 6
    scale: int = 4
    fine_channels: int = 0
    """Of the convolutions at half of the final side; 0 has none there."""
    warp: bool = False
    """Whether pixels are also taken from places nearby, so that a soft edge becomes a steep one."""

    def __post_init__(self) -> None:
        if min(self.channels, self.scale) < 1 or min(self.blocks, self.fine_channels) < 0:
            raise ValueError("channels and scale must be at least 1, blocks and fine_channels at least 0")
        if self.fine_channels and self.scale % 2:
            raise ValueError(f"scale must be even with fine_channels, found {self.scale}")


class Upsampler(nn.Module):
    """Pixels (b 3 h w) in [-1, 1] to (b 3 scale*h scale*w), around [-1, 1] and not clamped to it.

    An untrained upsampler is exactly bicubic.
    """

    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(3, config.channels, kernel_size=3, padding=1)
        self.body = nn.Sequential(*(Block(config.channels) for _ in range(config.blocks)))
        self.fine = Fine(config) if config.fine_channels else nn.Identity()
        self.last_scale = 2 if config.fine_channels else config.scale
        self.tail = nn.Conv2d(
            config.fine_channels or config.channels,
            (5 if config.warp else 3) * self.last_scale**2,
            kernel_size=3,
            padding=1,
        )
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pixels: Tensor) -> Tensor:
        features = self.fine(self.body(self.head(pixels.to(self.tail.weight.dtype))))
        answers = F.pixel_shuffle(self.tail(features), self.last_scale).to(pixels.dtype)
        # Bicubic enlargement is the quicker for planes of one colour; convolutions are for channels last.
        large = F.interpolate(pixels.contiguous(), scale_factor=self.config.scale, mode="bicubic")
        if self.config.warp:
            large = displaced(large, self.config.scale * answers[:, 3:])
        return large + answers[:, :3]


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


class Fine(nn.Module):
    """Features to half of the final side, and a convolution there. Without it every pixel is a weighted sum
    of small features, and a sum of smooth things has no edge; cut off at zero it has."""

    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        width, scale = config.fine_channels, config.scale // 2
        self.body = nn.Sequential(
            nn.Conv2d(config.channels, width * scale**2, kernel_size=3, padding=1),
            nn.PixelShuffle(scale),
            nn.ReLU(),
            nn.Conv2d(width, width, kernel_size=3, padding=1),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        return out


def displaced(pixels: Tensor, offsets: Tensor) -> Tensor:
    """Pixels (b c h w), each taken from `offsets` (b 2 h w) pixels to the right and below, bilinearly.

    Offsets that lead away from an edge on both sides of it make it steeper, and invent no colour (Arad &
    Gotsman 1999, "Enhancement by Image-Dependent Warping"; learnt as in Jaderberg et al., arXiv:1506.02025).
    """
    height, width = pixels.shape[-2:]
    middles = [(torch.arange(side, device=pixels.device) * 2 + 1) / side - 1 for side in (width, height)]
    places = torch.stack(torch.meshgrid(*middles, indexing="xy"), dim=-1)  # of pixels, from -1 to 1
    moves = rearrange(offsets, "b xy h w -> b h w xy") * (2 / offsets.new_tensor([width, height]))
    found = F.grid_sample(pixels.float(), places + moves, padding_mode="border", align_corners=False)
    return found.to(pixels.dtype)
