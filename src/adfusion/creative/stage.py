"""Where in a picture of an empty stage a product can stand, and in which light.

Looked for where scenes have their product (see `saliency.SPOTS`): going down the picture there, the first
surface between two steps of colour that also ends on both sides, and is not the backdrop seen through an
arch, is the top of a podium or of steps. Without one the product stands on the floor.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from adfusion.color import oklab
from adfusion.creative.document import Box
from adfusion.creative.placement import CopySpace
from adfusion.creative.saliency import SPOTS

LONG_SIDE = 160
"""Pixels of the longer side of the copy that is looked at."""

STEP = 0.035
"""Change in OKLab over four of its pixels that is an edge."""

HIGHEST = 0.42
"""Where the search begins, as a share of the picture's height."""

THINNEST, NARROWEST, WIDEST = 0.03, 0.12, 0.9
"""Least height, and least and greatest width of a podium's top, as shares of the picture's."""

WIDEST_ON_FLOOR = 0.68
"""Greatest width of a product on the floor, as a share of the picture's: some of the scene is seen."""

DEPTH = 0.66
"""Where a product's lowest point is between the far rim of a podium's top, 0, and its near rim, 1."""

FLOOR = 0.06
"""Least distance of a product's foot from a horizon, as a share of the picture's height."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """All in pixels of the picture. The product's lowest point is at `foot`, its middle at `x`."""

    x: float
    foot: float
    front: float
    """Where the surface under it ends toward the viewer."""
    width: float
    """How wide a product may be."""


def stage(picture: Image.Image, copy_space: CopySpace = "centre") -> Stage:
    """The stage of an empty scene whose `copy_space` is left free."""
    spot = SPOTS[copy_space]
    scale = LONG_SIDE / max(picture.size)
    columns, rows = max(24, round(picture.width * scale)), max(24, round(picture.height * scale))
    small = picture.convert("RGB").resize((columns, rows), Image.Resampling.BOX)
    lab = ndimage.gaussian_filter(oklab(np.asarray(small)), (0.6, 0.6, 0))
    middle = round(spot.x * columns)
    edges = _edges(lab, middle)
    for top, bottom in pairwise(edges):
        left, right = _sides(lab, middle, top, bottom)
        if _is_podium(lab, middle, (left, top, right, bottom)):
            across, down = picture.width / columns, picture.height / rows
            return Stage(
                (left + right) / 2 * across,
                (top + DEPTH * (bottom - top)) * down,
                bottom * down,
                0.92 * (right - left) * across,
            )
    foot = max(spot.foot, min(0.9, (edges[0] / rows if edges else 0.0) + FLOOR))
    room = 2 * min(spot.x, 1 - spot.x) * picture.width
    width = min(0.9 * room, WIDEST_ON_FLOOR * picture.width)
    return Stage(spot.x * picture.width, foot * picture.height, picture.height, width)


def brighter_side(picture: Image.Image, box: Box) -> float:
    """From where the light comes, seen on both sides of `box`: -1 is the left, 1 the right, 0 neither."""
    wide, high = max(1.0, 0.5 * box.width), picture.height
    left = picture.crop((round(max(0, box.left - wide)), 0, max(1, round(box.left)), high))
    right = picture.crop(
        (min(picture.width - 1, round(box.right)), 0, round(min(picture.width, box.right + wide)), high)
    )
    lightness = [
        float(oklab(np.asarray(side.convert("RGB").resize((1, 1), Image.Resampling.BOX)))[0, 0, 0])
        for side in (left, right)
    ]
    return float(np.tanh((lightness[1] - lightness[0]) / 0.1))


def _edges(lab: Floats, middle: int) -> list[int]:
    """Rows at which the colour around column `middle` changes in a step, from the top."""
    half = max(1, round(0.03 * lab.shape[1]))
    column = lab[:, max(0, middle - half) : middle + half + 1].mean(axis=1)
    jump = np.zeros(len(column))
    jump[2:-2] = np.linalg.norm(column[4:] - column[:-4], axis=1)
    steepest = ndimage.maximum_filter1d(jump, 7) == jump
    return [int(row) for row in np.flatnonzero(steepest & (jump > STEP)) if row > HIGHEST * len(column)]


def _sides(lab: Floats, middle: int, top: int, bottom: int) -> tuple[int, int]:
    """The columns at which the surface between two rows ends."""
    row = lab[round(0.65 * top + 0.35 * bottom) : round(0.25 * top + 0.75 * bottom) + 1].mean(axis=0)
    jump = np.full(len(row), np.inf)
    jump[1:-1] = np.linalg.norm(row[2:] - row[:-2], axis=1)
    ends = np.flatnonzero(jump > STEP)
    return int(ends[ends < middle].max()), int(ends[ends > middle].min())


def _is_podium(lab: Floats, middle: int, edges: tuple[int, int, int, int]) -> bool:
    rows, columns = lab.shape[:2]
    left, top, right, bottom = edges
    narrow = (bottom - top) < THINNEST * rows or min(middle - left, right - middle) < 0.05 * columns
    if narrow or not NARROWEST * columns < right - left < WIDEST * columns:
        return False
    row = lab[(top + bottom) // 2]
    beside = [row[:3]] * (left > 2) + [row[-3:]] * (right < columns - 3)
    surface = row[left + 2 : right - 1].mean(axis=0)
    return all(np.linalg.norm(surface - side.mean(axis=0)) > STEP for side in beside)
