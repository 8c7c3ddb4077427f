"""The autoencoder between pixels and latents: small convolutions without normalisation or attention.

The shape is that of TAESD (Ollin Boer Bohan, github.com/madebyollin/taesd). On equal weights it gives the
numbers of `diffusers.AutoencoderTiny` (see `adfusion.models.convert`).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class AutoencoderConfig:
    """Shape of an `Autoencoder`.

    `encoder_blocks` counts the residual blocks of each level from full resolution down, `decoder_blocks` from
    the latents up; 0 is allowed. With n levels the latents are 2^(n-1) times smaller. Raises `ValueError` for
    numbers that do not fit together.
    """

    latent_channels: int = 4
    encoder_width: int = 32
    decoder_width: int = 32
    encoder_blocks: tuple[int, ...] = (0, 1, 2, 3)
    decoder_blocks: tuple[int, ...] = (3, 2, 1, 0)

    def __post_init__(self) -> None:
        if min(self.latent_channels, self.encoder_width, self.decoder_width) < 1:
            raise ValueError("latent_channels, encoder_width and decoder_width must be at least 1")
        if not self.encoder_blocks or len(self.encoder_blocks) != len(self.decoder_blocks):
            raise ValueError(
                "encoder_blocks and decoder_blocks must name the same levels, "
                f"found {len(self.encoder_blocks)} and {len(self.decoder_blocks)}"
            )
        if min(*self.encoder_blocks, *self.decoder_blocks) < 0:
            raise ValueError("encoder_blocks and decoder_blocks must not be negative")

    @property
    def factor(self) -> int:
        """How many pixels one latent pixel spans, along each side."""
        return 1 << (len(self.encoder_blocks) - 1)


class Autoencoder(nn.Module):
    """Pixels (b 3 h w) in [-1, 1] to latents (b c h/f w/f) and back, f being `config.factor`.

    The decoder squeezes its input softly into (-3, 3), so latents should stay well inside.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder(config)
        self.decoder = decoder(config)
        self.initialize()
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pixels: Tensor) -> Tensor:
        """The reconstruction, (b 3 h w), of pixels."""
        return self.decode(self.encode(pixels))

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (b 3 h w) in [-1, 1] to latents (b c h/f w/f). `ValueError` if f does not divide h and w."""
        height, width = pixels.shape[-2:]
        if height % self.config.factor or width % self.config.factor:
            raise ValueError(f"pixels of {height}x{width} are not a multiple of {self.config.factor}")
        latents: Tensor = self.encoder((pixels + 1) / 2)
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (b c h w) to pixels (b 3 fh fw), around [-1, 1] and not clamped to it."""
        pixels: Tensor = self.decoder(3 * torch.tanh(latents / 3))
        return 2 * pixels - 1

    def initialize(self) -> None:
        """Weights that keep the variance (He et al., arXiv:1502.01852), and residual branches near zero."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        for module in self.modules():
            if isinstance(module, Block):
                module.damp()


def encoder(config: AutoencoderConfig) -> nn.Sequential:
    width = config.encoder_width
    layers: list[nn.Module] = [conv(3, width)]
    for level, blocks in enumerate(config.encoder_blocks):
        if level:
            layers.append(conv(width, width, stride=2, bias=False))
        layers += [Block(width) for _ in range(blocks)]
    return nn.Sequential(*layers, conv(width, config.latent_channels))


def decoder(config: AutoencoderConfig) -> nn.Sequential:
    width = config.decoder_width
    layers: list[nn.Module] = [conv(config.latent_channels, width), nn.ReLU()]
    for level, blocks in enumerate(config.decoder_blocks):
        if level:
            layers += [nn.Upsample(scale_factor=2, mode="nearest"), conv(width, width, bias=False)]
        layers += [Block(width) for _ in range(blocks)]
    return nn.Sequential(*layers, conv(width, 3))


class Block(nn.Module):
    """Three convolutions around a skip connection."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last = conv(width, width)
        self.body = nn.Sequential(conv(width, width), nn.ReLU(), conv(width, width), nn.ReLU(), last)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + x)

    @torch.no_grad()
    def damp(self) -> None:
        """Let the branch start small beside the skip connection."""
        for parameter in self.body[-1].parameters():
            parameter.mul_(0.1)


def conv(channels_in: int, channels_out: int, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, stride=stride, bias=bias)
