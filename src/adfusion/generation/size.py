"""Sizes in words: `512x640`, or an aspect ratio such as `4:5` or `1.91:1`."""

import math
import re
from collections.abc import Sequence

from adfusion.errors import UserError
from adfusion.generation.request import Size

SAME_ASPECT = 0.05
"""Largest logarithm of the ratio of two aspect ratios that count as one: sizes are whole patches."""
_SIDE = r"\d{1,6}(?:\.\d{1,4})?"


def parse_size(text: str, sizes: Sequence[Size]) -> Size:
    """The size that `text` names: `WIDTHxHEIGHT`, or the one of `sizes` with the aspect ratio `W:H`.

    Raises `UserError` if `text` is neither, or no size has that aspect ratio (within 5 %).
    """
    allowed = ", ".join(f"{width}x{height}" for width, height in sizes)
    if pixels := re.fullmatch(r"\s*(\d{1,6})\s*[xX×]\s*(\d{1,6})\s*", text):
        return int(pixels[1]), int(pixels[2])
    ratio = re.fullmatch(rf"\s*({_SIDE})\s*:\s*({_SIDE})\s*", text)
    if ratio and min(sides := (float(ratio[1]), float(ratio[2]))) > 0:
        aspect = sides[0] / sides[1]
        size = nearest_size(aspect, sizes)
        if abs(math.log(size[0] / size[1] / aspect)) < SAME_ASPECT:
            return size
    raise UserError(f"size: found {text!r}, allowed: {allowed}, or the aspect ratio of one of them as W:H")


def nearest_size(aspect: float, sizes: Sequence[Size]) -> Size:
    """The size whose width / height is closest to `aspect` as a ratio; the first of equals."""
    return min(sizes, key=lambda size: abs(math.log(size[0] / size[1] / aspect)))
