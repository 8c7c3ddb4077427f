"""Whether type can be read: contrast on the very pixels behind the glyphs, and what makes it hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from adfusion.color import oklab
from adfusion.creative.brand import INK, PAPER
from adfusion.creative.colors import average, blend, contrast, contrast_of, luminance, mix, rgb
from adfusion.creative.document import Creative, Text
from adfusion.creative.draw import coverage, pixels
from adfusion.creative.placement import SMALLEST_POINTS

MINIMUM_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA)."""

LARGE_CONTRAST = 3.0
"""The same, for large text: 18 points, or 14 points bold."""

LARGE, LARGE_BOLD, BOLD = 24.0, 14 * 96 / 72, 700
"""Those sizes in CSS pixels, and the weight from which type is bold."""

SLACK = 0.15
"""Contrast beyond the minimum that the layout aims at: rounding to 8 bits and JPEG take some."""

AIM = MINIMUM_CONTRAST + SLACK

COMFORT = ((6.0, 0.3), (AIM, 0.8))
"""Contrasts beyond what is required, each with the strongest scrim that it is worth; the first that can be
had wins. Large type needs it where the ground is restless."""

ANOTHER_HUE = 0.25
"""Distance in OKLab at which a logo's colour is told from its ground though both are as light."""

STRENGTHS = np.linspace(0, 1, 41)
EXTREMES = 120
"""Darkest and lightest colours of a ground that are looked at: the others lie between them."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Ink:
    """A text colour and the scrim that it needs: no scrim if `strength` is 0."""

    color: str
    scrim: str
    strength: float


@dataclass(frozen=True)
class Ground:
    """The pixels (n, 3) behind a text, and the contrast that they must have with it."""

    pixels: Pixels
    minimum: float


def required(text: Text, min_text: float) -> float:
    """The least contrast for a text of a placement whose smallest text is `min_text` pixels.

    How large people see it follows from that: the points of phones are CSS pixels, 1/96 inch.
    """
    size = text.size * SMALLEST_POINTS / min_text
    large = size >= (LARGE_BOLD if text.font.weight >= BOLD else LARGE) - 1e-6
    return LARGE_CONTRAST if large else MINIMUM_CONTRAST


def behind(ground: Pixels, text: Text) -> Pixels:
    """The pixels (n, 3) of `ground` (height, width, 3) under and right beside the glyphs of `text`."""
    box = text.box.inset(-0.3 * text.size)
    left, top = max(0, floor(box.left)), max(0, floor(box.top))
    right, bottom = min(ground.shape[1], ceil(box.right)), min(ground.shape[0], ceil(box.bottom))
    touched = coverage(text, right - left, bottom - top, left, top) > 0
    grown = touched.copy()
    grown[1:] |= touched[:-1]
    grown[:-1] |= touched[1:]
    grown[:, 1:] |= touched[:, :-1]
    grown[:, :-1] |= touched[:, 1:]
    return ground[top:bottom, left:right][grown]


def measured(ground: Pixels, text: Text) -> float:
    """The least WCAG contrast of a text layer against the pixels of `ground` behind its glyphs."""
    found = distinct(behind(ground, text))
    return float(contrast(found, rgb(text.color)).min()) if len(found) else 21.0


def distinct(colors: Pixels) -> Pixels:
    """Each colour (n, 3) once."""
    packed = np.unique(colors.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32))
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=-1).astype(np.uint8)


def texts_of(creative: Creative) -> list[Text]:
    return [layer for layer in creative.walk() if isinstance(layer, Text)]


def contrasts(creative: Creative) -> dict[str, float]:
    """The least WCAG contrast of every text layer, by id, against the drawn pixels behind its glyphs."""
    texts = texts_of(creative)
    ground = pixels(creative, hide={text.id for text in texts})
    return {text.id: measured(ground, text) for text in texts}


def choose_ink(grounds: Sequence[Ground], inks: Iterable[str]) -> Ink:
    """The text colour that needs the faintest scrim over all `grounds`; earlier inks win when it is close.

    Near-white and black are always tried last, so that an answer exists on every ground.
    """
    extremes = [(_extremes(ground.pixels), ground.minimum) for ground in grounds]
    everything = average(np.concatenate([ground.pixels for ground in grounds]))
    best: tuple[float, Ink] | None = None
    for index, color in enumerate(dict.fromkeys((*inks, PAPER, INK))):
        scrim = _scrim_for(color, everything)
        if contrast_of(color, scrim) < AIM:
            continue
        least = [_least_contrasts(pixels_behind, scrim, color) for pixels_behind, _ in extremes]
        needed = max(
            _strength(each, minimum + SLACK) for each, (_, minimum) in zip(least, extremes, strict=True)
        )
        comforts = ((max(_strength(each, target) for each in least), worth) for target, worth in COMFORT)
        strength = max(needed, next((found for found, worth in comforts if found <= worth), 0.0))
        cost = strength + 0.05 * index
        if best is None or cost < best[0]:
            best = cost, Ink(color, scrim, strength)
    assert best is not None
    return best[1]


def _least_contrasts(ground: Pixels, scrim: str, color: str) -> npt.NDArray[np.float64]:
    """The least contrast of a text colour over `ground` (n, 3) for each of `STRENGTHS` of a scrim."""
    faded = np.stack([blend(ground, rgb(scrim), strength) for strength in STRENGTHS])
    least: npt.NDArray[np.float64] = contrast(faded, rgb(color)).min(axis=1)
    return least


def _strength(least: npt.NDArray[np.float64], target: float) -> float:
    """The faintest scrim with which the least contrast reaches a target; beyond 1 if none does."""
    enough = least >= target
    return float(STRENGTHS[np.argmax(enough)]) if enough.any() else 2.0


def _extremes(ground: Pixels) -> Pixels:
    colors = distinct(ground)
    order = np.argsort(luminance(colors), kind="stable")
    return np.asarray(colors[np.unique(np.concatenate([order[:EXTREMES], order[-EXTREMES:]]))])


def _scrim_for(ink: str, ground: str) -> str:
    """The ground's colour moved away from the ink until they are far apart: a scrim that looks like light."""
    away = INK if luminance(rgb(ink)) > 0.18 else PAPER
    for share in (0.3, 0.45, 0.6, 0.75, 0.9):
        color = mix(ground, away, share)
        if contrast_of(ink, color) >= 8:
            return color
    return away


def legible_share(logo: Pixels, ground: str, minimum: float = 2.2) -> float:
    """The share in [0, 1] of a logo's opaque pixels (height, width, 4) that stand out from `ground`: by their
    contrast, or by another hue.
    """
    opaque = logo[logo[..., 3] > 127][:, :3]
    if len(opaque) == 0:
        return 0.0
    apart = np.linalg.norm(oklab(opaque) - oklab(rgb(ground)), axis=-1)
    return float(((contrast(opaque, rgb(ground)) >= minimum) | (apart >= ANOTHER_HUE)).mean())
