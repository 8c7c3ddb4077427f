"""Colours as `#rrggbb` strings in sRGB, and the WCAG 2.2 arithmetic of contrast.

Source: Web Content Accessibility Guidelines 2.2, "relative luminance" and "contrast ratio".
"""

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from adfusion.data.scenes.scene import COLORS

HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
ALLOWED_COLORS = f'a hex colour in quotes such as "#15a3a0", or one of {", ".join(COLORS)}'

Floats = npt.NDArray[np.float64]


def parse_color(text: str) -> str:
    """`#rrggbb` in lower case from a hex colour (three or six digits) or a name of the scenes' colours.

    Raises `ValueError` on anything else.
    """
    word = text.strip().lower()
    if word in COLORS:
        return COLORS[word]
    if not HEX.fullmatch(word):
        raise ValueError(f"{text!r} is not {ALLOWED_COLORS}")
    digits = word[1:]
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue in [0, 255]."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hexadecimal(color: npt.ArrayLike) -> str:
    red, green, blue = np.clip(np.rint(np.asarray(color, float)), 0, 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def blend(below: npt.ArrayLike, above: npt.ArrayLike, opacity: float) -> Floats:
    """`above` over `below`, in sRGB values as canvases blend. Both (..., 3) in [0, 255]."""
    return (1 - opacity) * np.asarray(below, float) + opacity * np.asarray(above, float)


def mix(first: str, second: str, share: float) -> str:
    """`first` with `share` in [0, 1] of `second` in it."""
    return hexadecimal(blend(rgb(first), rgb(second), share))


def luminance(color: npt.ArrayLike) -> Floats:
    """WCAG relative luminance in [0, 1] of sRGB values (..., 3) in [0, 255]."""
    values = np.asarray(color, float) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    weighted: Floats = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighted


def contrast(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """WCAG contrast ratio in [1, 21] between sRGB values (..., 3) in [0, 255]; broadcasts."""
    one, two = luminance(first), luminance(second)
    ratio: Floats = (np.maximum(one, two) + 0.05) / (np.minimum(one, two) + 0.05)
    return ratio


def contrast_of(first: str, second: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colours."""
    return float(contrast(rgb(first), rgb(second)))


def most_readable(candidates: tuple[str, ...], ground: str, minimum: float) -> str:
    """The first of `candidates` with at least `minimum` contrast on `ground`, else the one with the most."""
    for color in candidates:
        if contrast_of(color, ground) >= minimum:
            return color
    return max(candidates, key=lambda color: contrast_of(color, ground))


def average(pixels: npt.NDArray[Any]) -> str:
    """The mean colour of sRGB pixels (..., 3)."""
    return hexadecimal(pixels.reshape(-1, 3).mean(axis=0))
