"""Where a model of few sizes looks at a picture of any size."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adfusion.generation.request import Size
from adfusion.generation.size import nearest_size

SQUEEZE = 0.1
"""Largest logarithm of the ratio of two aspects between which a window is squeezed rather than cut."""
CONTEXT = 0.4
"""Share of a window that should be known already, so that what is drawn belongs to what is there."""


class Window(NamedTuple):
    """A part of a picture, in its pixels, and the model's size at which it is drawn."""

    left: int
    top: int
    right: int
    bottom: int
    size: Size

    @property
    def part(self) -> tuple[slice, slice]:
        """Of an array (height, width, ...)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def windows(redraw: npt.NDArray[np.bool_], sizes: Sequence[Size]) -> tuple[Window, ...]:
    """Windows that cover every true pixel of `redraw` (height, width), in the order to draw them.

    All have the size of `sizes` that is nearest in aspect, and span the picture along its shorter extent,
    measured in that aspect. A picture of about that aspect is one window; in a longer one a window lies
    where it covers most, and the next ones go on from what is then known.
    """
    height, width = redraw.shape
    size = nearest_size(width / height, sizes)
    excess = math.log(width / height / (size[0] / size[1]))
    if abs(excess) < SQUEEZE:
        return (Window(0, 0, width, height, size),)
    unknown = redraw.sum(axis=0 if excess > 0 else 1, dtype=np.int64)
    aspect = size[0] / size[1]
    length = round(height * aspect if excess > 0 else width / aspect)
    found = []
    while unknown.any():
        start = _best_start(unknown, length)
        end = start + length
        unknown[start:end] = 0
        box = (start, 0, end, height) if excess > 0 else (0, start, width, end)
        found.append(Window(*box, size))
    return tuple(found)


def _best_start(unknown: npt.NDArray[np.int64], length: int) -> int:
    """Where a window covers most of `unknown` (pixels in each row or column) with enough `CONTEXT` around.

    Of equals the one with it in the middle, and then the one in the middle of the picture.
    """
    starts = np.arange(len(unknown) - length + 1)
    amounts, moments = (
        np.concatenate([[0], np.cumsum(values)]) for values in (unknown, unknown * np.arange(len(unknown)))
    )
    gain = amounts[starts + length] - amounts[starts]
    known = np.convolve(unknown == 0, np.ones(length, int), mode="valid") / length
    useful = gain > 0
    enough = useful & (known >= min(CONTEXT, known[useful].max()))
    centre = (moments[starts + length] - moments[starts]) / np.maximum(gain, 1)
    off_centre = np.abs(centre - (starts + (length - 1) / 2))
    off_middle = np.abs(2 * starts + length - len(unknown))
    order = np.lexsort((off_middle, off_centre, -gain, ~enough))
    return int(starts[order[0]])
