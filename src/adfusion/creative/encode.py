"""A finished picture as a file of at most so many bytes, with the least loss that the limit allows.

JPEG and WebP lose by their quality, found by bisection: files grow with it. PNG loses nothing; where that is
too large, a palette of 256 colours or less, or a JPEG where the placement takes one, whichever is closer to
the picture. The same pixels give the same bytes.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from adfusion.creative.placement import SUFFIXES, FileFormat, Placement
from adfusion.errors import UserError

BEST_QUALITY = 95
"""Pillow's documentation: larger files above it, hardly better ones."""
WORST_QUALITY = 35
"""Below it the blocks of JPEG show around type."""
MOST_COLORS, FEWEST_COLORS = 256, 32


@dataclass(frozen=True)
class Encoded:
    """A file. `quality` in [1, 100] is that of JPEG or WebP, `colors` the size of a palette; else `None`."""

    data: bytes
    format: FileFormat
    quality: int | None = None
    colors: int | None = None

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.format]

    def about(self) -> dict[str, object]:
        """What was chosen; JSON."""
        return {
            "format": self.format,
            "bytes": len(self.data),
            "quality": self.quality,
            "colors": self.colors,
        }


def encode(image: Image.Image, placement: Placement) -> Encoded:
    """The file of an RGB picture for a placement, at most `placement.max_bytes` long.

    Raises `UserError` if even the greatest loss that can be shown is too large.
    """
    limit = placement.max_bytes
    if placement.format != "PNG":
        found = _lossy(image, placement.format, limit)
    else:
        found = _lossless(image, limit) or _closest(image, limit, placement)
    if found is None:
        raise UserError(
            f"{placement.name}: found a picture of {image.width}×{image.height} pixels that does not fit "
            f"{limit:,} bytes as {placement.format} of quality {WORST_QUALITY} or better; "
            "allowed: a calmer picture, or a placement with a higher limit"
        )
    return found


def jpeg(image: Image.Image, quality: int) -> bytes:
    """JPEG without colour subsampling, which would soften coloured type."""
    return _saved(image, format="JPEG", quality=quality, subsampling=0)


def largest_fitting(
    make: Callable[[int], bytes], low: int, high: int, limit: int
) -> tuple[int, bytes] | None:
    """The greatest setting in [low, high] whose file has at most `limit` bytes, and the file."""
    best: tuple[int, bytes] | None = None
    setting = high
    while low <= high:
        data = make(setting)
        if len(data) <= limit:
            best, low = (setting, data), setting + 1
        else:
            high = setting - 1
        setting = (low + high) // 2
    return best


def _lossy(image: Image.Image, format: FileFormat, limit: int | None) -> Encoded | None:
    def make(quality: int) -> bytes:
        if format == "JPEG":
            return jpeg(image, quality)
        return _saved(image, format="WEBP", quality=quality, method=6)

    if limit is None:
        return Encoded(make(BEST_QUALITY), format, BEST_QUALITY)
    found = largest_fitting(make, WORST_QUALITY, BEST_QUALITY, limit)
    return Encoded(found[1], format, found[0]) if found else None


def _lossless(image: Image.Image, limit: int | None) -> Encoded | None:
    data = _saved(image, format="PNG", optimize=True)
    return Encoded(data, "PNG") if limit is None or len(data) <= limit else None


def _closest(image: Image.Image, limit: int | None, placement: Placement) -> Encoded | None:
    assert limit is not None
    found = [_palette(image, limit), _lossy(image, "JPEG", limit) if "JPEG" in placement.formats else None]
    fitting = [each for each in found if each]
    return min(fitting, key=lambda each: _error(image, each.data)) if fitting else None


def _palette(image: Image.Image, limit: int) -> Encoded | None:
    def make(colors: int) -> bytes:
        return _saved(image.quantize(colors, Image.Quantize.FASTOCTREE), format="PNG", optimize=True)

    found = largest_fitting(make, FEWEST_COLORS, MOST_COLORS, limit)
    return Encoded(found[1], "PNG", colors=found[0]) if found else None


def _error(image: Image.Image, data: bytes) -> float:
    """Mean squared difference of sRGB values."""
    with Image.open(io.BytesIO(data)) as file:
        difference = np.asarray(file.convert("RGB"), float) - np.asarray(image, float)
    return float(np.mean(difference**2))


def _saved(picture: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()
