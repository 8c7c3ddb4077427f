"""Whether type can be read: contrast on the very pixels behind the glyphs, and what makes it hold."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adfusion.creative.brand import INK, PAPER
from adfusion.creative.colors import average, blend, contrast, contrast_of, luminance, mix, rgb
from adfusion.creative.document import Creative, Text
from adfusion.creative.draw import coverage, pixels

MINIMUM_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA), text of any size."""

AIM = 4.65
"""What the layout aims at, so that rounding to 8 bits and JPEG do not take it below the minimum."""

COMFORTABLE_CONTRAST = 6.0
"""What a scrim is taken to where a faint one is enough."""

FAINT = 0.55
STRENGTHS = np.linspace(0, 1, 41)


@dataclass(frozen=True)
class Ink:
    """A text colour and the scrim that it needs: no scrim if `strength` is 0."""

    color: str
    scrim: str
    strength: float


def behind(ground: npt.NDArray[np.uint8], text: Text) -> npt.NDArray[np.uint8]:
    """The pixels (n, 3) of `ground` (height, width, 3) under and right beside the glyphs of `text`."""
    touched = coverage(text, ground.shape[1], ground.shape[0]) > 0
    grown = touched.copy()
    grown[1:] |= touched[:-1]
    grown[:-1] |= touched[1:]
    grown[:, 1:] |= touched[:, :-1]
    grown[:, :-1] |= touched[:, 1:]
    return ground[grown]


def measured(ground: npt.NDArray[np.uint8], text: Text) -> float:
    """The least WCAG contrast of a text layer against the pixels of `ground` behind its glyphs."""
    pixels_behind = behind(ground, text)
    return float(contrast(pixels_behind, rgb(text.color)).min()) if len(pixels_behind) else 21.0


def contrasts(creative: Creative) -> dict[str, float]:
    """The least WCAG contrast of every text layer, by id, against the drawn pixels behind its glyphs."""
    texts = [layer for layer in creative.walk() if isinstance(layer, Text)]
    ground = pixels(creative, hide={text.id for text in texts})
    return {text.id: measured(ground, text) for text in texts}


def choose_ink(ground: npt.NDArray[np.uint8], inks: Iterable[str]) -> Ink:
    """The text colour that needs the faintest scrim over `ground` (n, 3); earlier inks win when it is close.

    Black and near-white are always tried last, so that an answer exists on every ground.
    """
    order = np.argsort(luminance(ground), kind="stable")
    extremes = ground[np.concatenate([order[:400], order[-400:]])]
    best: tuple[float, Ink] | None = None
    for index, color in enumerate(dict.fromkeys((*inks, PAPER, INK))):
        scrim = _scrim_for(color, average(ground))
        if contrast_of(color, scrim) < AIM:
            continue
        least = np.array(
            [contrast(blend(extremes, rgb(scrim), strength), rgb(color)).min() for strength in STRENGTHS]
        )
        needed = int(np.argmax(least >= AIM))
        comfortable = int(np.argmax(least >= COMFORTABLE_CONTRAST))
        if least[comfortable] >= COMFORTABLE_CONTRAST and STRENGTHS[comfortable] <= FAINT:
            needed = max(needed, comfortable)
        strength = float(STRENGTHS[needed])
        cost = strength + 0.05 * index
        if best is None or cost < best[0]:
            best = cost, Ink(color, scrim, strength)
    assert best is not None
    return best[1]


def _scrim_for(ink: str, ground: str) -> str:
    """The ground's colour moved away from the ink until they are far apart: a scrim that looks like light."""
    away = INK if luminance(rgb(ink)) > 0.18 else PAPER
    for share in (0.3, 0.45, 0.6, 0.75, 0.9):
        color = mix(ground, away, share)
        if contrast_of(ink, color) >= 8:
            return color
    return away


def legible_share(logo: npt.NDArray[np.uint8], ground: str, minimum: float = 2.2) -> float:
    """The share in [0, 1] of a logo's opaque pixels (height, width, 4) that stand out from `ground`."""
    opaque = logo[logo[..., 3] > 127][:, :3]
    if len(opaque) == 0:
        return 0.0
    return float((contrast(opaque, rgb(ground)) >= minimum).mean())
