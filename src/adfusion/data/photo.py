"""A picture of somebody's own, checked before anything is learnt from it."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from adfusion.errors import UserError

FORMATS = ("PNG", "JPEG", "WEBP")
MODES = ("RGB", "RGBA", "L", "LA", "P", "1")
"""Pillow's modes that have a plain meaning in sRGB. CMYK has none without the printer's profile."""
LEAST_SIDE = 128
"""Pixels. Smaller pictures would have to be enlarged, and would teach blur."""
MAX_PIXELS = 50_000_000
KEPT_SIDE = 1024
"""Pixels of the longer side that are kept in memory: more than any model of this package sees."""

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Photo:
    """A picture that can be learnt from."""

    file: str
    """Its path from the folder, with forward slashes."""
    sha256: str
    """Of the file."""
    caption: str
    image: Image.Image
    """Upright, RGB, transparency laid on white."""


@dataclass(frozen=True)
class Unusable:
    """A file that cannot be learnt from, and why."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def usable(source: Path, found: Sequence[Photo | Unusable], *, least: int, skip_bad: bool) -> list[Photo]:
    """The pictures of `found`. Raises `UserError` as `refuse` does."""
    photos = [each for each in found if isinstance(each, Photo)]
    bad = [each for each in found if isinstance(each, Unusable)]
    refuse(source, [] if skip_bad else bad, len(photos), least=least, way="--skip-bad")
    return photos


def refuse(source: object, bad: Sequence[Unusable], good: int, *, least: int, way: str) -> None:
    """Raises `UserError` naming every one of `bad`, if there are any, and for fewer than `least` good ones.

    way: how to have bad ones skipped, in words.
    """
    if bad:
        listed = "; ".join(map(str, bad))
        raise UserError(f"{source}: {len(bad)} of {good + len(bad)} files cannot be used ({way}): {listed}")
    if good < least:
        raise UserError(f"{source}: found {good} usable pictures, allowed: {least} or more")


def nearest_bucket(image: Image.Image, sizes: Sequence[Size]) -> Size:
    """The size whose aspect ratio is nearest; what is beyond it is to be cut off around the centre."""
    aspect = math.log(image.width / image.height)
    return min(sizes, key=lambda size: abs(math.log(size[0] / size[1]) - aspect))


def open_photo(file: Path | IO[bytes]) -> Image.Image:
    """The picture in `file`, as a `Photo` has it. Raises `ValueError` with what was found and allowed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                _check(image)
                image.load()
                upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise ValueError(f"found no picture, allowed: {', '.join(FORMATS)}") from None
    except Image.DecompressionBombError:
        raise ValueError(f"found too many pixels, allowed: {MAX_PIXELS:,}") from None
    except (OSError, SyntaxError, EOFError, MemoryError) as error:
        raise ValueError(f"found a damaged picture ({' '.join(str(error).split())})") from None
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    kept = upright.convert("RGB")
    kept.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    return kept


def _check(image: Image.Image) -> None:
    found = f"{image.width}x{image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"found {found}, allowed: {MAX_PIXELS:,} in all")
    if min(image.size) < LEAST_SIDE:
        raise ValueError(f"found {found}, allowed: {LEAST_SIDE} or more on each side")
    if image.mode not in MODES:
        raise ValueError(f"found {image.mode} colours, allowed: RGB or grey with 8 bits (save it as sRGB)")
