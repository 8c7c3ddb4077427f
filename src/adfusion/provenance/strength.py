"""How strongly the mark is drawn at each pixel: what it needs, and more where more is not seen.

A reader knows nothing of it, so that it may change: marks made before are read as ever, and what a reader
says of unmarked pictures stays the same.
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.color import deltaE_ciede2000, rgb2lab

from adfusion.provenance.cells import SMALLEST_CELL, Plane, cell_of

CB = np.array([0, -0.344136, 1.772], np.float32)
"""One level of Cb in RGB (ITU-T T.871), luma and Cr unchanged."""
AMPLITUDE = 2.2
"""Of the smallest cells, in levels of Cb, on a quiet ground."""
TINY, TINY_GAIN = 110_000, 1.2
"""Pixels below which the mark is drawn more strongly, and how much more at most."""
FALL = 1.5
"""Power by which larger cells need less. What JPEG 70 leaves of them is what exceeds half a step of its
quantisation, in coefficients that grow with the side of a cell. On flat grounds, resized to 0.6 first, this
keeps the statistic of the reader above 12 standard deviations, where it needs 9 to 10 for 64 bits; on white,
which clips half of the mark, small pictures fall below."""
UNSEEN, MOST = 1.0, 2.0
"""Where a colour hides it, a quiet ground carries more than it needs: up to this CIEDE2000, about a just
noticeable difference, and at most so many times as much."""

_BUSY = 20.0  # levels of luma: this deviation doubles the largest amplitude
_NEAR = 7  # pixels: what is busy hides only what is this near
_STEP = 5  # levels of RGB between the colours for which visibility is computed
_TRIED = 2.0  # levels of Cb


def strength(pixels: Plane) -> Plane:
    """Levels of Cb, (height, width), for a picture of RGB `pixels` (height, width, 3) of 0 to 255."""
    height, width = pixels.shape[:2]
    area = width * height
    most = AMPLITUDE * float(np.clip(math.sqrt(TINY / area), 1, TINY_GAIN))
    least = most * (SMALLEST_CELL / cell_of(area)) ** FALL
    quiet = np.clip(_unseen(pixels), least / np.sqrt(_swing(pixels, least)), MOST * least)
    return np.asarray(quiet + most * busy(pixels), np.float32)


def busy(pixels: Plane) -> Plane:
    """How well detail of luma masks colour at each of RGB `pixels`: 0 to 1."""
    luma = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    detail = luma - ndimage.uniform_filter(luma, _NEAR, mode="nearest")
    deviation = np.sqrt(np.maximum(ndimage.uniform_filter(detail * detail, _NEAR, mode="nearest"), 0))
    masked: Plane = np.minimum(deviation / _BUSY, 1)
    return masked


def _swing(pixels: Plane, amplitude: float) -> Plane:
    """Share of a mark that the range of blue leaves: 1, down to 0.5 on white and on black.

    To make up for all of it would be seen there; its square root is what passes.
    """
    room = np.minimum(pixels[..., 2], 255 - pixels[..., 2]) / (amplitude * CB[2])
    return np.asarray(0.5 + 0.5 * np.minimum(room, 1), np.float32)


def _unseen(pixels: Plane) -> Plane:
    """Levels of Cb that make a difference of `UNSEEN` to the colour of each pixel."""
    side = 255 // _STEP + 1
    places = np.rint(pixels / np.float32(_STEP)) @ np.array([side * side, side, 1], np.float32)
    levels: Plane = np.take(_of_colors(), places.astype(np.int32))
    return levels


@cache
def _of_colors() -> npt.NDArray[np.float32]:
    """The same of every `_STEP`-th level of red, green and blue."""
    levels = np.arange(0, 256, _STEP, dtype=np.float32)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    bluer, yellower = (rgb2lab(np.clip(colors + shift * CB, 0, 255) / 255) for shift in (_TRIED, -_TRIED))
    seen = np.maximum(deltaE_ciede2000(bluer, yellower) / (2 * _TRIED), 0.01)
    return np.asarray(UNSEEN / seen, np.float32)
