"""The autoencoder between pixels and latents: residual convolutions, wider where pictures are smaller.

The shape is that of DC-AE (Chen et al., "Deep Compression Autoencoder", arXiv:2410.10733), its attention left
out. Weights have the names of `diffusers.AutoencoderDC`, and on equal weights the numbers are equal.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from einops import reduce
from torch import Tensor, nn

Counts = tuple[int, ...]


@dataclass(frozen=True)
class AutoencoderConfig:
    """Shape of an `Autoencoder`: channels and residual blocks of each level, from full resolution down.

    With n levels the latents are 2^(n-1) times smaller. Without blocks the first level is left out: pictures
    are folded to half their side at once, and the first width means nothing. Raises `ValueError` for numbers
    that do not fit together.
    """

    latent_channels: int = 8
    encoder_widths: Counts = (24, 48, 96, 192)
    encoder_blocks: Counts = (0, 1, 2, 2)
    decoder_widths: Counts = (24, 48, 96, 192)
    decoder_blocks: Counts = (0, 2, 3, 4)

    def __post_init__(self) -> None:
        if self.latent_channels < 1:
            raise ValueError(f"latent_channels must be at least 1, found {self.latent_channels}")
        halves = ((self.encoder_widths, self.encoder_blocks), (self.decoder_widths, self.decoder_blocks))
        levels = [len(counts) for half in halves for counts in half]
        if len(set(levels)) > 1 or levels[0] < 2:
            raise ValueError(f"widths and blocks must name the same levels, at least two, found {levels}")
        for widths, blocks in halves:
            if blocks[0] < 0 or min(blocks[1:]) < 1:
                raise ValueError(f"blocks must be at least 1, at the first level 0, found {blocks}")
            kept = widths if blocks[0] else widths[1:]
            if min(kept) < 1 or any(wide % 4 or 4 * wide % narrow for wide, narrow in pairwise((*kept, 4))):
                raise ValueError(
                    f"widths must be multiples of 4 and divide four times the one before, found {kept}"
                )
            if widths[-1] % self.latent_channels:
                raise ValueError(
                    f"the last width must be a multiple of latent_channels ({self.latent_channels}), "
                    f"found {widths[-1]}"
                )

    @property
    def factor(self) -> int:
        """How many pixels one latent pixel spans, along each side."""
        return 1 << (len(self.encoder_blocks) - 1)


class Autoencoder(nn.Module):
    """Pixels (b 3 h w) in [-1, 1] to latents (b c h/f w/f) and back, f being `config.factor`."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config.latent_channels, config.encoder_widths, config.encoder_blocks)
        self.decoder = Decoder(config.latent_channels, config.decoder_widths, config.decoder_blocks)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pixels: Tensor) -> Tensor:
        """The reconstruction, (b 3 h w), of pixels."""
        return self.decode(self.encode(pixels))

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (b 3 h w) in [-1, 1] to latents (b c h/f w/f). `ValueError` if f does not divide h and w."""
        height, width = pixels.shape[-2:]
        if height % self.config.factor or width % self.config.factor:
            raise ValueError(f"pixels of {height}x{width} are not a multiple of {self.config.factor}")
        latents: Tensor = self.encoder(pixels.to(self.encoder.conv_out.weight.dtype))
        return latents.to(pixels.dtype)

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (b c h w) to pixels (b 3 fh fw), around [-1, 1] and not clamped to it."""
        pixels: Tensor = self.decoder(latents.to(self.decoder.conv_in.weight.dtype))
        return pixels.to(latents.dtype)


class Encoder(nn.Module):
    def __init__(self, latent_channels: int, widths: Counts, blocks: Counts) -> None:
        super().__init__()
        self.conv_in = conv(3, widths[0]) if blocks[0] else Down(3, widths[1], shortcut=False)
        levels: list[nn.Module] = []
        for level, count in enumerate(blocks):
            layers: list[nn.Module] = [Block(widths[level]) for _ in range(count)]
            if count and level < len(blocks) - 1:
                layers.append(Down(widths[level], widths[level + 1]))
            levels.append(nn.Sequential(*layers))
        self.down_blocks = nn.ModuleList(levels)
        self.conv_out = conv(widths[-1], latent_channels)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.conv_in(pixels)
        for level in self.down_blocks:
            x = level(x)
        out: Tensor = self.conv_out(x) + averaged(x, self.conv_out.out_channels)
        return out


class Decoder(nn.Module):
    def __init__(self, latent_channels: int, widths: Counts, blocks: Counts) -> None:
        super().__init__()
        self.conv_in = conv(latent_channels, widths[-1])
        levels: list[nn.Module] = []
        for level, count in enumerate(blocks):
            layers: list[nn.Module] = [Block(widths[level]) for _ in range(count)]
            if count and level < len(blocks) - 1:
                layers.insert(0, Up(widths[level + 1], widths[level]))
            levels.append(nn.Sequential(*layers))
        self.up_blocks = nn.ModuleList(levels)
        width = widths[0] if blocks[0] else widths[1]
        self.norm_out = Norm(width)
        self.conv_out = conv(width, 3) if blocks[0] else Up(width, 3, shortcut=False)

    def forward(self, latents: Tensor) -> Tensor:
        x = self.conv_in(latents) + repeated(latents, self.conv_in.out_channels)
        for level in reversed(self.up_blocks):
            x = level(x)
        out: Tensor = self.conv_out(F.relu(self.norm_out(x)))
        return out


class Block(nn.Module):
    """Two convolutions and a norm around a skip connection."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = conv(width, width)
        self.conv2 = conv(width, width, bias=False)
        self.norm = Norm(width)
        nn.init.constant_(self.norm.weight, 0.2)  # beside the skip connection the branch starts small

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.norm(self.conv2(F.silu(self.conv1(x))))
        return out


class Down(nn.Module):
    """Half the side: 2x2 pixels are folded into channels, beside a shortcut that folds and averages."""

    def __init__(self, width_in: int, width_out: int, shortcut: bool = True) -> None:
        super().__init__()
        self.conv = conv(width_in, width_out // 4)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        folded = F.pixel_unshuffle(self.conv(x), 2)
        return folded + averaged(F.pixel_unshuffle(x, 2), folded.shape[1]) if self.shortcut else folded


class Up(nn.Module):
    """Twice the side: channels are unfolded to 2x2 pixels, beside a shortcut that repeats and unfolds."""

    def __init__(self, width_in: int, width_out: int, shortcut: bool = True) -> None:
        super().__init__()
        self.conv = conv(width_in, 4 * width_out)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        wide = self.conv(x)
        return F.pixel_shuffle(wide + repeated(x, wide.shape[1]) if self.shortcut else wide, 2)


class Norm(nn.Module):
    """RMS normalisation of each pixel's channels (Zhang & Sennrich, arXiv:1910.07467), and a bias."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        y = x.movedim(1, -1)
        return (F.rms_norm(y, y.shape[-1:], self.weight.to(y.dtype), eps=1e-5) + self.bias).movedim(-1, 1)


def averaged(x: Tensor, channels: int) -> Tensor:
    """Neighbouring channels of x (b c h w) averaged to fewer."""
    return reduce(x, "b (c n) h w -> b c h w", "mean", c=channels)


def repeated(x: Tensor, channels: int) -> Tensor:
    """Each channel of x (b c h w) repeated to make more."""
    return x.repeat_interleave(channels // x.shape[1], dim=1)


def conv(channels_in: int, channels_out: int, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=bias)
