"""Colours as `#rrggbb` strings in sRGB: reading, OKLCH, and the WCAG 2.2 arithmetic of contrast.

Sources: CSS Color Module Level 4 (`oklch()`); Björn Ottosson 2020, "A perceptual color space for image
processing" (OKLab and its inverse); Web Content Accessibility Guidelines 2.2, "relative luminance" and
"contrast ratio".
"""

import re
from math import cos, radians, sin
from typing import Any

import numpy as np
import numpy.typing as npt

from adfusion.color import oklab
from adfusion.data.scenes.scene import COLORS

HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
OKLCH = re.compile(
    rf"oklch\(\s*({_NUMBER}%?|none)\s+({_NUMBER}%?|none)\s+({_NUMBER}|none)(deg|grad|rad|turn)?\s*\)"
)
ALLOWED_COLORS = (
    'a hex colour in quotes such as "#15a3a0", an opaque colour such as oklch(0.65 0.11 195), '
    f"or one of {', '.join(COLORS)}"
)
FULL_CHROMA = 0.4
"""The chroma that `100%` means in `oklch()`."""

DEGREES = {"deg": 1.0, "grad": 0.9, "rad": 180 / np.pi, "turn": 360.0}
ROUNDING = 0.002
"""How far outside [0, 1] a channel may lie because its OKLCH was written with a few digits."""

Floats = npt.NDArray[np.float64]


class NotAColorError(ValueError):
    """`allowed` says what would have been one."""

    def __init__(self, text: str, allowed: str = ALLOWED_COLORS) -> None:
        super().__init__(f"{text!r} is not {allowed}")
        self.allowed = allowed


def parse_color(text: str) -> str:
    """`#rrggbb` in lower case from a hex colour, CSS `oklch(L C H)`, or a name of the scenes' colours.

    Raises `NotAColorError` on anything else. That includes an `oklch()` that sRGB cannot show: a brand's
    colour is not silently replaced by a neighbour.
    """
    word = text.strip().lower()
    if word in COLORS:
        return COLORS[word]
    if found := OKLCH.fullmatch(word):
        return _parse_oklch(text, *found.groups())
    if not HEX.fullmatch(word):
        raise NotAColorError(text)
    digits = word[1:]
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _parse_oklch(text: str, lightness: str, chroma: str, hue: str, unit: str | None) -> str:
    light, strong = _component(lightness, 1.0), _component(chroma, FULL_CHROMA)
    angle = _component(hue, 1.0) * DEGREES[unit or "deg"]
    if not 0 <= light <= 1 or strong < 0:
        raise NotAColorError(text, "a lightness of 0 to 1 (or 0% to 100%) and a chroma from 0 up")
    most = max_chroma(light, angle)
    if strong > most + ROUNDING:
        raise NotAColorError(
            text, f"a colour that sRGB can show: at this lightness and hue a chroma of at most {most:.3f}"
        )
    return from_oklch(light, strong, angle)


def _component(text: str, whole: float) -> float:
    if text == "none":
        return 0.0
    return float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)


def linear_srgb(lab: npt.ArrayLike) -> Floats:
    """OKLab (..., 3) to linear sRGB (..., 3); what lies outside [0, 1] cannot be shown."""
    cone: Floats = np.asarray(lab, float) @ _LAB_TO_LMS.T
    linear: Floats = cone**3 @ _LMS_TO_RGB.T
    return linear


def srgb(lab: npt.ArrayLike) -> Floats:
    """OKLab (..., 3) to sRGB values (..., 3) in [0, 255]; the inverse of `adfusion.color.oklab`.

    What sRGB cannot show is cut off channel by channel.
    """
    linear = np.clip(linear_srgb(lab), 0, 1)
    encoded: Floats = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded


def oklch(color: str) -> tuple[float, float, float]:
    """Lightness in [0, 1], chroma, and hue in degrees [0, 360) of `#rrggbb`."""
    light, a, b = oklab(rgb(color))
    return float(light), float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)) % 360)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The nearest `#rrggbb` of this lightness and hue: the chroma is lowered as far as sRGB needs."""
    chroma = min(chroma, max_chroma(lightness, hue))
    return hexadecimal(srgb(_polar(lightness, chroma, hue)))


def max_chroma(lightness: float, hue: float) -> float:
    """The largest OKLCH chroma that sRGB can show at a lightness in [0, 1] and a hue in degrees."""
    low, high = 0.0, FULL_CHROMA
    for _ in range(20):
        middle = (low + high) / 2
        linear = linear_srgb(_polar(lightness, middle, hue))
        low, high = (middle, high) if ((linear >= -1e-4) & (linear <= 1 + 1e-4)).all() else (low, middle)
    return low


def _polar(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    return lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue))


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


_LAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
