"""A first brand.yaml from a logo: its colours become roles, and what it lacks is derived from them."""

import json
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from adfusion.color import oklab
from adfusion.creative.artwork import Artwork
from adfusion.creative.brand.check import GRAPHIC, SEEN, TEXT
from adfusion.creative.brand.kit import INK, PAPER, Palette
from adfusion.creative.colors import Floats, contrast_of, from_oklch, hexadecimal, oklch
from adfusion.creative.dominant import RADIUS, Cluster, dominant
from adfusion.creative.legibility import legible_share

COLOURFUL = 0.04
"""OKLab chroma from which a colour is more than a tint of grey."""

ANOTHER_HUE = 40.0
"""Degrees from the primary colour's hue at which a colour can be its accent."""

MIXED = 0.05
"""Distance in OKLab from the line between two colours within which a third is their mixture at an edge."""

VISIBLE = 1.3
"""Contrast with the background from which a colour of the logo can be secondary."""

VIVID = 0.62, 0.19
"""Lightness and chroma of an accent that the logo does not have."""

WARM = 35.0
"""Hue of the accent where the logo has none at all."""


@dataclass(frozen=True)
class Proposal:
    """`notes` say, by role, where each colour comes from. `dark`: the logo wants a dark ground."""

    palette: Palette
    notes: dict[str, str]
    dark: bool

    def yaml(self, name: str, logo: str) -> str:
        """A brand.yaml; `logo` is the path from there."""
        roles = "\n".join(
            f'  {role + ":":<12}"{color}"  # {self.notes[role]}' for role, color in self.palette.roles.items()
        )
        return (
            "# Proposed from the logo; every value is yours to change. Then: adfusion brand check\n\n"
            f"name: {json.dumps(name, ensure_ascii=False)}\n"
            f"logo:\n  {'dark' if self.dark else 'light'}: {json.dumps(logo, ensure_ascii=False)}\n"
            f"palette:\n{roles}\n"
            "fonts:\n  headline: manrope\n  text: manrope\n"
            "tone: []\n"
        )


def propose(logo: Artwork) -> Proposal:
    """Roles for the colours of a logo.

    The most frequent colour is primary; of the others one of another hue is the accent and the next one
    secondary. Background and text are the primary's hue, very light and very dark, the other way round if
    the logo cannot be seen on the light one. An opaque picture keeps its own ground as the background.
    """
    found, ground = logo_colors(logo)
    colorful = [each for each in found if each.chroma >= COLOURFUL]
    first = (colorful or found)[0]
    others = [each for each in found if each is not first]
    hue, tint = first.hue, bool(colorful)
    notes = {"primary": first.note, "background": "derived from primary", "text": "derived from primary"}

    light, dark = from_oklch(0.975, 0.012 * tint, hue), from_oklch(0.2, 0.02 * tint, hue)
    if ground is not None:
        background, notes["background"] = ground, "the logo's own ground"
    else:
        lost = legible_share(logo.sample, light) < SEEN <= legible_share(logo.sample, dark)
        background = dark if lost else light
    wants_dark = oklch(background)[0] < 0.5
    text = from_oklch(0.96, 0.01 * tint, hue) if wants_dark else from_oklch(0.25, 0.03 * tint, hue)

    accents = [each for each in others if each.chroma >= COLOURFUL and _turn(each.hue, hue) >= ANOTHER_HUE]
    if accents:
        accent, notes["accent"] = accents[0].color, accents[0].note
        others.remove(accents[0])
    else:
        accent = from_oklch(*VIVID, (hue + 180) % 360 if colorful else WARM)
        notes["accent"] = "derived: opposite to primary" if colorful else "derived: the logo has no hue"
    seen = _seen(accent, background, text)
    if accents and seen != accent:
        notes["accent"] += f", {'lighter' if wants_dark else 'darker'} than its {accent} to stand out"
    others = [each for each in others if contrast_of(each.color, background) >= VISIBLE]
    if others:
        secondary, notes["secondary"] = others[0].color, others[0].note
    else:
        lightness, chroma, _ = oklch(first.color)
        secondary = from_oklch(lightness + (0.22 if lightness < 0.6 else -0.22), chroma, hue)
        notes["secondary"] = "derived from primary"
    return Proposal(Palette(first.color, secondary, seen, background, text), notes, wants_dark)


@dataclass(frozen=True)
class LogoColor:
    """`share` of the logo, in [0, 1]."""

    color: str
    share: float

    @property
    def chroma(self) -> float:
        return oklch(self.color)[1]

    @property
    def hue(self) -> float:
        return oklch(self.color)[2]

    @property
    def note(self) -> str:
        return f"{self.share:.0%} of the logo"


def logo_colors(logo: Artwork) -> tuple[list[LogoColor], str | None]:
    """The colours of a logo, the most frequent first, and the neutral ground of an opaque picture.

    What only edges are made of is left out.
    """
    pixels = logo.sample[..., :3].astype(float)
    weights = (logo.sample[..., 3] / 255.0) ** 2
    opaque = bool(logo.sample[..., 3].min() == 255)
    ground = _ground(pixels) if opaque else None
    pixels, weights = pixels.reshape(-1, 3), weights.reshape(-1)
    found = list(dominant(pixels, weights))
    if ground is not None:
        found = [each for each in found if np.linalg.norm(each.lab - ground.lab) > MIXED] or found
    kept: list[Cluster] = []
    for each in found:
        ends = [other.lab for other in kept] + ([] if ground is None else [ground.lab])
        if not any(_between(each.lab, one, other) for one, other in combinations(ends, 2)):
            kept.append(each)
    total = sum(each.share for each in kept)
    colors = [LogoColor(_most_frequent(pixels, weights, each), each.share / total) for each in kept]
    return colors, _most_frequent(pixels, weights, ground) if ground else None


def _most_frequent(pixels: Floats, weights: Floats, cluster: Cluster) -> str:
    """The very colour that a cluster mostly consists of, unmixed."""
    near = np.linalg.norm(oklab(pixels) - cluster.lab, axis=1) <= RADIUS
    colors, index = np.unique(pixels[near], axis=0, return_inverse=True)
    return hexadecimal(colors[np.argmax(np.bincount(index.reshape(-1), weights[near]))])


def _ground(pixels: Floats) -> Cluster | None:
    """The neutral colour all around a picture, if there is one."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    first = dominant(edge)[0]
    neutral = float(np.hypot(first.lab[1], first.lab[2])) < COLOURFUL
    return first if neutral and first.share > 0.8 else None


def _between(color: Floats, one: Floats, other: Floats) -> bool:
    """Whether a colour lies near the line between two others."""
    way = other - one
    share = float(np.clip((color - one) @ way / (way @ way), 0, 1))
    return 0.05 < share < 0.95 and float(np.linalg.norm(one + share * way - color)) < MIXED


def _seen(color: str, background: str, text: str) -> str:
    """The colour, or one of its hue that is as much darker or lighter as it takes to stand out from the
    background and to carry words.
    """
    lightness, chroma, hue = oklch(color)
    step = 0.01 if oklch(background)[0] < 0.5 else -0.01
    inks = (background, PAPER, text, INK)
    while 0 < lightness < 1:
        if contrast_of(color, background) >= GRAPHIC and max(contrast_of(ink, color) for ink in inks) >= TEXT:
            break
        lightness += step
        color = from_oklch(lightness, chroma, hue)
    return color


def _turn(one: float, other: float) -> float:
    """Degrees between two hues, in [0, 180]."""
    return abs((one - other + 180) % 360 - 180)
