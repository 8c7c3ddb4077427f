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

PATTERN = 32
"""Cells along each side of the pattern."""
SAMPLES = 4
"""Along a cell, when reading."""
SIDE = PATTERN * SAMPLES
SMALLEST_CELL, LARGEST_CELL = 10.0, 16.0
"""Pixels; between them a picture has about `CELLS` cells."""
CELLS = 4000

_FLOOR = 0.7  # levels of Cb: less contrast than this is rounding
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


def blue_difference(picture: Image.Image, most: int) -> Plane:
    """Cb of the middle `most` x `most` pixels of a picture, in levels around 0."""
    width, height = (min(side, most) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    middle = picture.crop((left, top, left + width, top + height)).convert("RGB")
    weights = np.array([-0.168736, -0.331264, 0.5], np.float32)
    return np.asarray(np.asarray(middle, np.float32) @ weights, np.float32)


def folded(cb: Plane, cell: float) -> Plane:
    """A picture in samples of a quarter cell, whitened, all repetitions of the pattern added up."""
    sums = np.zeros((SIDE, SIDE), np.float32)
    height, width = (int(side * SAMPLES / cell) for side in cb.shape)
    if min(width, height) < 2 * SAMPLES:
        return sums
    box = (0, 0, width * cell / SAMPLES, height * cell / SAMPLES)
    small = np.asarray(
        Image.fromarray(cb).resize((width, height), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    )
    white = _whitened(small)
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


def _whitened(plane: Plane) -> Plane:
    """Detail of the size of a cell, divided by more than its local deviation: quiet places say more."""
    detail = plane - ndimage.uniform_filter(plane, 7, mode="nearest")
    power = np.maximum(ndimage.uniform_filter(detail * detail, 9, mode="nearest"), 0)
    white: Plane = detail / (power + _FLOOR**2) ** 0.75
    return white
