"""Colour grading: the backdrop of a picture moves toward the palette, its product does not move at all.

What reaches the edge of the picture is its backdrop. Each main colour there is given a shift in OKLab toward
the nearest role of the palette, and every pixel takes the shifts of the colours that it resembles. So the
shift is a smooth function of a pixel's colour: gradients stay gradients, shading and texture stay as they
are, and what looks unlike the backdrop is left alone even without a mask.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from skimage.color import deltaE_ciede2000, rgb2lab

from adfusion.color import oklab
from adfusion.creative.brand.kit import Palette
from adfusion.creative.colors import Floats, rgb, srgb
from adfusion.creative.dominant import Cluster, dominant

STRENGTH = 1.0
"""How much of a backdrop's shift is taken, in [0, 1]."""

WITHOUT_MASK = 0.7
"""Share of the strength where nothing says what the product is."""

REACH = 0.09
"""Standard deviation in OKLab: colours this far from a backdrop's main colour take 60 % of its shift."""

LIGHTNESS = 0.5
"""How much of the shift in lightness is taken: light and shadow are the picture's own."""

NEUTRAL = 0.01, 0.13
"""OKLab chroma up to which a colour is neutral and stays, and from which it moves freely. They are twice
`FARTHEST` apart, so that no gradient is folded."""

FARTHEST = 0.06
"""The longest shift in OKLab, which longer ones approach: a backdrop that a concept wants in another hue than
the brand's is tinted, not drained of colour on its way to the other side."""

EDGE = 1 / 8
"""Width of the frame in which the backdrop is seen, as a share of the shorter side."""

SEEN = 256
"""Least pixels of the shorter side in which the backdrop's main colours are looked for."""

TABLE = 33
"""Colours along a side of the table in which graded ones are interpolated; they depend on nothing else."""

Mask = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Graded:
    """A graded picture; `before` and `after` are its distances to the palette (see `palette_distance`)."""

    picture: Image.Image
    before: float
    after: float

    def about(self) -> dict[str, float]:
        """For a creative's metadata."""
        return {"palette_distance": round(self.after, 2), "palette_distance_before": round(self.before, 2)}


def graded(picture: Image.Image, palette: Palette, protect: Mask | None = None) -> Graded:
    """`picture` (RGB) graded, and measured before and after. `protect` as for `grade`."""
    result = grade(picture, palette, protect)
    return Graded(
        result, palette_distance(picture, palette, protect), palette_distance(result, palette, protect)
    )


def grade(
    picture: Image.Image, palette: Palette, protect: Mask | None = None, strength: float = STRENGTH
) -> Image.Image:
    """`picture` (RGB) with its backdrop moved toward the nearest roles of `palette`.

    `protect`: (height, width) in [0, 1], how much of each pixel shows the product; where it is 1 the pixels
    stay exactly as they are. Without it the whole picture is graded, more gently. `strength` in [0, 1] is
    the share of the way; 0 gives the picture back as it is.
    """
    shifts = [(cluster, _shift(cluster, palette)) for cluster in backdrop(picture, protect)]
    share = strength * WITHOUT_MASK if protect is None else strength
    if not share or not shifts:
        return picture.copy()
    table = ImageFilter.Color3DLUT.generate(TABLE, lambda *color: color)
    colors = np.array(table.table, float).reshape(-1, 3)
    lab = oklab(255 * colors)
    moved = _resembling(lab, shifts) * _smoothstep(_chroma(lab), *NEUTRAL)[..., None]
    graded_colors = np.where(moved.any(axis=-1, keepdims=True), srgb(lab + share * moved) / 255, colors)
    result = picture.filter(ImageFilter.Color3DLUT(TABLE, graded_colors.ravel().tolist()))
    if protect is None:
        return result
    before, after = np.asarray(picture, np.float32), np.asarray(result, np.float32)
    mixed = after + (before - after) * protect[..., None].astype(np.float32)
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def palette_distance(picture: Image.Image, palette: Palette, protect: Mask | None = None) -> float:
    """How far the backdrop is from the palette: CIEDE2000 of each of its main colours to the nearest role,
    weighted by their shares. 0 is on the palette; 2 is about what the eye notices.

    Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula", for D65.
    """
    clusters = backdrop(picture, protect)
    return float(sum(cluster.share * _distances(cluster, palette).min() for cluster in clusters))


def backdrop(picture: Image.Image, protect: Mask | None = None) -> tuple[Cluster, ...]:
    """The main colours along the edges of an RGB picture, as far as they are not the product's."""
    factor = max(1, min(picture.size) // SEEN)
    pixels = np.asarray(picture.reduce(factor), float)
    weights = np.zeros(pixels.shape[:2])
    width = max(1, round(EDGE * min(weights.shape)))
    weights[:width], weights[-width:], weights[:, :width], weights[:, -width:] = 1, 1, 1, 1
    if protect is not None:
        weights *= 1 - np.asarray(Image.fromarray(protect.astype(np.float32)).reduce(factor))
    return dominant(pixels.reshape(-1, 3), weights.reshape(-1))


def _roles(palette: Palette) -> Floats:
    return np.array([rgb(color) for color in dict.fromkeys(palette.roles.values())], float)


def _distances(cluster: Cluster, palette: Palette) -> Floats:
    """CIEDE2000 from a colour to each role."""
    roles = rgb2lab(_roles(palette) / 255)
    color = np.broadcast_to(rgb2lab(srgb(cluster.lab) / 255), roles.shape)
    distances: Floats = deltaE_ciede2000(color, roles)
    return distances


def _shift(cluster: Cluster, palette: Palette) -> Floats:
    """From a backdrop's colour toward the nearest role, in OKLab."""
    nearest = oklab(_roles(palette)[np.argmin(_distances(cluster, palette))])
    way = (nearest - cluster.lab) * (LIGHTNESS, 1, 1)
    length = max(float(np.linalg.norm(way)), 1e-12)
    shift: Floats = way * (FARTHEST * np.tanh(length / FARTHEST) / length)
    return shift


def _resembling(lab: Floats, shifts: list[tuple[Cluster, Floats]]) -> Floats:
    """The shift of each pixel: the mean of the clusters' own, by likeness, fading out for strangers."""
    total, nearest = np.zeros(lab.shape[:-1]), np.zeros(lab.shape[:-1])
    mean = np.zeros_like(lab)
    for cluster, shift in shifts:
        likeness = np.exp(-0.5 * ((lab - cluster.lab) ** 2).sum(axis=-1) / REACH**2)
        mean += likeness[..., None] * shift
        total += likeness
        nearest = np.maximum(nearest, likeness)
    return mean * (nearest / np.maximum(total, 1e-12))[..., None]


def _chroma(lab: Floats) -> Floats:
    return np.hypot(lab[..., 1], lab[..., 2])


def _smoothstep(values: Floats, low: float, high: float) -> Floats:
    share = np.clip((values - low) / (high - low), 0, 1)
    return share**2 * (3 - 2 * share)
