"""The probe: reads from a picture what its caption says. It judges models; no model is trained with it.

Residual blocks as in He et al. (arXiv:1512.03385) at three resolutions. Each attribute looks at the last map
through an attention of its own (multi-head attention pooling with learnt queries, Lee et al.,
arXiv:1810.00825, section 3.2), so that a small product is read as well as a wide backdrop.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


@dataclass(frozen=True)
class ProbeConfig:
    """Shape of a `Probe`: `classes` counts the values of each attribute. `ValueError` if it has none."""

    classes: Mapping[str, int]
    width: int = 32
    blocks: int = 2
    """Residual blocks at each resolution."""

    def __post_init__(self) -> None:
        if not self.classes or min(self.classes.values()) < 2:
            raise ValueError(f"classes: found {dict(self.classes)}, allowed: at least two for each attribute")
        if self.width < 1 or self.blocks < 1:
            raise ValueError("width and blocks must be at least 1")


class Probe(nn.Module):
    """Pixels (b 3 h w) in [-1, 1], of any size from 32 up, to the logits (b classes) of each attribute."""

    def __init__(self, config: ProbeConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width * scale for scale in (1, 2, 4)]
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], kernel_size=7, stride=4, padding=3)]
        for level, width in enumerate(widths):
            if level:
                layers.append(nn.Conv2d(widths[level - 1], width, kernel_size=3, stride=2, padding=1))
            layers += [Block(width) for _ in range(config.blocks)]
        self.body = nn.Sequential(*layers, nn.GroupNorm(8, widths[-1]))
        self.queries = nn.Parameter(torch.randn(len(config.classes), widths[-1]) * widths[-1] ** -0.5)
        self.heads = nn.ModuleList(nn.Linear(widths[-1], count) for count in config.classes.values())
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        tokens = self.tokens(pixels)
        attention = torch.einsum("a d, b n d -> b a n", self.queries, tokens).softmax(dim=-1)
        pooled = torch.einsum("b a n, b n d -> b a d", attention, tokens)
        return {
            name: head(pooled[:, place])
            for place, (name, head) in enumerate(zip(self.config.classes, self.heads, strict=True))
        }

    def tokens(self, pixels: Tensor) -> Tensor:
        """The last map as tokens, (b n d)."""
        tokens: Tensor = rearrange(self.body(pixels), "b d h w -> b (h w) d")
        return tokens

    def features(self, pixels: Tensor) -> Tensor:
        """What distances between sets of pictures are measured in: the mean token, (b d)."""
        return self.tokens(pixels).mean(dim=1)


class Block(nn.Module):
    """Two convolutions around a skip connection, normalised first."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_1, self.norm_2 = nn.GroupNorm(8, width), nn.GroupNorm(8, width)
        self.conv_1 = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.conv_2 = nn.Conv2d(width, width, kernel_size=3, padding=1)
        nn.init.zeros_(self.conv_2.weight)
        nn.init.zeros_(self.conv_2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_1(F.relu(self.norm_1(x)))
        out: Tensor = x + self.conv_2(F.relu(self.norm_2(h)))
        return out
