"""Cells of colour in a picture: drawn into it, and seen again in a damaged copy.

A pattern of `PATTERN` x `PATTERN` values repeats over the picture; each value is a smooth bump of
blue-difference (Cb) on a cell of some pixels.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Plane = npt.NDArray[np.float32]
Planes = tuple[Image.Image, Image.Image, Image.Image]

PATTERN = 32
"""Cells along each side of the pattern."""
SAMPLES = 4
"""Along a cell, when reading."""
SIDE = PATTERN * SAMPLES
SMALLEST_CELL, LARGEST_CELL = 10.0, 16.0
"""Pixels; between them a picture has about `CELLS` cells."""
CELLS = 4000

_AROUND = 13  # samples, three cells: how far around a place its colours are compared
_NOISE = 3.0  # levels squared of luma and Cr: less variance than this explains nothing
_FLOOR = 1.5  # levels of Cb: less contrast than this says no more
_OF_RGB = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32
)
_BUMP = np.array([0.15, 0.35, 0.35, 0.15], np.float32)


def cell_of(area: float) -> float:
    """Side of a cell in pixels, in a picture of `area` pixels."""
    return float(np.clip(math.sqrt(area / CELLS), SMALLEST_CELL, LARGEST_CELL))


def drawn(cells: Plane, width: int, height: int, cell: float) -> Plane:
    """The pattern, repeated and smooth, on width x height pixels of which `cell` are one cell."""
    margin = 2  # bicubic interpolation reads two cells to each side
    rows, columns = (math.ceil(side / cell) + 2 * margin for side in (height, width))
    index = np.ix_((np.arange(rows) - margin) % PATTERN, (np.arange(columns) - margin) % PATTERN)
    box = (margin, margin, margin + width / cell, margin + height / cell)
    smooth = Image.fromarray(cells[index]).resize((width, height), Image.Resampling.BICUBIC, box=box)
    return np.asarray(smooth)


def color_planes(picture: Image.Image, most: int) -> Planes:
    """Luma, Cb and Cr of the middle `most` x `most` pixels of a picture, in levels without offset (T.871)."""
    width, height = (min(side, most) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    middle = picture.crop((left, top, left + width, top + height)).convert("RGB")
    luma, blue, red = (Image.fromarray(np.asarray(middle, np.float32) @ weights) for weights in _OF_RGB)
    return luma, blue, red


def folded(planes: Planes, cell: float, most: float = math.inf) -> Plane:
    """The middle `most` x `most` cells of a picture's `color_planes` in samples of a quarter cell, whitened,
    all repetitions of the pattern added up."""
    sums = np.zeros((SIDE, SIDE), np.float32)
    sides = [min(side, most * cell) for side in planes[0].size]
    x, y = ((whole - side) / 2 for whole, side in zip(planes[0].size, sides, strict=True))
    width, height = (int(side * SAMPLES / cell) for side in sides)
    if min(width, height) < 2 * SAMPLES:
        return sums
    box = (x, y, x + width * cell / SAMPLES, y + height * cell / SAMPLES)
    small = (
        plane.resize((width, height), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
        for plane in planes
    )
    white = _whitened(_unexplained(*(np.asarray(plane) for plane in small)))
    for top in range(0, height, SIDE):
        for left in range(0, width, SIDE):
            part = white[top : top + SIDE, left : left + SIDE]
            sums[: part.shape[0], : part.shape[1]] += part
    return sums


def cell_values(samples: Plane) -> Plane:
    """What each cell of the pattern says, in `samples` whose first is the pattern's first."""
    parts: Any = samples.reshape(PATTERN, SAMPLES, PATTERN, SAMPLES)
    values: Plane = np.einsum("iajb,a,b->ij", parts, _BUMP, _BUMP)
    return values


def _unexplained(luma: Plane, blue: Plane, red: Plane) -> Plane:
    """Cb less what luma and Cr say of it nearby: edges and objects show in all three, the mark in Cb alone.

    A guided filter (He, Sun and Tang 2010, "Guided Image Filtering") with two guides.
    """
    products = (luma * luma, red * red, luma * red, blue * luma, blue * red)
    of_luma, of_blue, of_red, *of_products = _near(np.stack((luma, blue, red, *products)))
    ll, rr, lr, bl, br = of_products
    luma_power, red_power = ll - of_luma**2 + _NOISE, rr - of_red**2 + _NOISE
    luma_red = lr - of_luma * of_red
    blue_luma, blue_red = bl - of_blue * of_luma, br - of_blue * of_red
    determinant = luma_power * red_power - luma_red**2
    per_luma = (blue_luma * red_power - blue_red * luma_red) / determinant
    per_red = (blue_red * luma_power - blue_luma * luma_red) / determinant
    rest = of_blue - per_luma * of_luma - per_red * of_red
    per_luma, per_red, rest = _near(np.stack((per_luma, per_red, rest)))
    unexplained: Plane = blue - (per_luma * luma + per_red * red + rest)
    return unexplained


def _near(planes: Plane, around: int = _AROUND) -> Plane:
    """The mean around each sample, of planes (..., height, width)."""
    mean: Plane = ndimage.uniform_filter(planes, around, mode="nearest", axes=(-2, -1))
    return mean


def _whitened(detail: Plane) -> Plane:
    """Divided by more than its local deviation: quiet places say more."""
    power = np.maximum(_near(detail * detail, 9), 0) + _FLOOR**2
    return np.asarray(detail / power**0.75, np.float32)
