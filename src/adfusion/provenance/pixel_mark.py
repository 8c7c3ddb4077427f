"""An imperceptible watermark in the pixels of a finished picture, whatever it shows.

A key decides a pattern of 32x32 cells, each a smooth bump of about ±2 levels of blue-difference (Cb), and the
pattern repeats over the picture. A quarter of the cells is the same for every payload, so that a reader finds
scale and position; the others carry the payload, coded to survive the loss of most of them. It is spread
spectrum (Cox et al. 1997, "Secure Spread Spectrum Watermarking for Multimedia") in the band that resizing
and JPEG with subsampled colour keep and to which eyes are least sensitive: coarse blue-yellow differences
(Mullen 1985, "The contrast sensitivity of human colour vision").

It does not survive: greyscale, rotation, mirroring, a stretch in one direction, less than about 200 cells.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from PIL import Image
from scipy import fft, ndimage

from adfusion.provenance.mark_code import CHECK_BITS, CODED_BITS, decode, encode

Plane = npt.NDArray[np.float32]

AMPLITUDE = 2.2
"""Of a cell, in levels of Cb: 42.7 dB of PSNR over RGB where nothing is clipped."""
PATTERN = 32
"""Cells along each side of the pattern."""
SYNC_CELLS = 256
SMALLEST_CELL, LARGEST_CELL = 8.0, 16.0
"""Pixels; between them a picture has about `CELLS` cells."""
CELLS = 1200
SMALLEST_RESIZE, LARGEST_RESIZE = 0.5, 2.0
SMALLEST_CROP = 0.7
"""Of each side."""

_SAMPLES = 4  # along a cell, when reading
_SIDE = PATTERN * _SAMPLES
_SCALE_STEP = 1.015  # half a step moves the edge of a window of 64 cells by a quarter of a cell
_WINDOW_CELLS = 64
_MOST_PIXELS = 2048  # along a side; larger pictures are read in their middle
_CANDIDATES = 4
_REFINEMENTS = np.linspace(-0.009, 0.009, 7)
_FLOOR = 0.7  # levels of Cb: less contrast than this is rounding
_BUMP = np.array([0.15, 0.35, 0.35, 0.15], np.float32)

# Of the best score of an unmarked picture, which is Gumbel distributed: benchmarks/watermark.py, docs.
NULL_LOCATION, NULL_SCALE = 4.5, 0.3
WORTH_DECODING = 4.6
"""Score at which the payload is looked for: half of all unmarked pictures stay below it."""
PRESENT = 1e-5
"""Largest false-alarm probability at which a mark counts as found."""


@dataclass(frozen=True)
class Found:
    """What a reader says about a picture."""

    present: bool
    payload: int | None
    """64 bits, `None` if there is no mark or it is too damaged to be read."""
    score: float
    """Of the synchronisation cells at the best place, in standard deviations over all places."""
    false_alarm: float
    """Probability that a picture without a mark of this key looks as marked as this one."""


def embed(
    picture: Image.Image, payload: int, key: bytes, spare: npt.NDArray[np.bool_] | None = None
) -> Image.Image:
    """An RGB picture with the mark of `payload`, 0 to 2^64 - 1. `key`: 32 bytes.

    Pixels where `spare` (height, width) is true stay as they are; the more there are, the less damage the
    mark survives.
    """
    pixels = np.asarray(picture, np.float32)
    height, width = pixels.shape[:2]
    mark = AMPLITUDE * _drawn(_Carriers(key).cells(payload), width, height, cell_of(width, height))
    if spare is not None:
        mark = np.where(spare, 0, mark)
    # ITU-T T.871: Cb alone, so that luma and Cr stay.
    green_blue = mark[..., None] * np.array([0, -0.344136, 1.772], np.float32)
    return Image.fromarray(np.clip(np.rint(pixels + green_blue), 0, 255).astype(np.uint8))


def detect(picture: Image.Image, key: bytes, known: Sequence[int] = ()) -> Found:
    """Look for a mark of `key` in a picture, resized 0.5 to 2 times and cropped to 0.7 of its sides.

    `known`: payloads that may be in it; one of them is recognised in a picture too damaged to be read.
    Time and memory are bounded: of large pictures the middle 2048x2048 pixels are read.
    """
    return _Reader(key, known).read(picture)


def cell_of(width: int, height: int) -> float:
    """Side of a cell in pixels, in a picture of this size."""
    return float(np.clip(math.sqrt(width * height / CELLS), SMALLEST_CELL, LARGEST_CELL))


def false_alarm(score: float) -> float:
    """Probability that the best score of an unmarked picture is at least this."""
    return float(-np.expm1(-np.exp(-(score - NULL_LOCATION) / NULL_SCALE)))


class _Carriers:
    """What the key decides: an order of the cells and a sign for each, drawn from a stream cipher."""

    def __init__(self, key: bytes) -> None:
        cells = PATTERN * PATTERN
        secret = hashlib.sha256(b"adfusion pixel mark 1" + key).digest()
        cipher = Cipher(algorithms.ChaCha20(secret, bytes(16)), mode=None).encryptor()
        stream = cipher.update(bytes(9 * cells))
        order = np.argsort(np.frombuffer(stream[: 8 * cells], "<u8"), kind="stable")
        self.sync, self.bits = order[:SYNC_CELLS], order[SYNC_CELLS:]
        self.signs = 1 - 2 * (np.frombuffer(stream[8 * cells :], np.uint8) & 1).astype(np.float32)

    def cells(self, payload: int | None) -> Plane:
        """Values of the pattern's cells, -1, 0 or 1; without a payload only the synchronisation cells."""
        values = np.zeros(PATTERN * PATTERN, np.float32)
        values[self.sync] = 1
        if payload is not None:
            values[self.bits] = np.resize(encode(payload), len(self.bits))
        return (values * self.signs).reshape(PATTERN, PATTERN)

    def soft_bits(self, cells: Plane) -> Plane:
        """`CODED_BITS` values: what the cells say about each bit of the code."""
        said: Plane = (cells.ravel() * self.signs)[self.bits].reshape(-1, CODED_BITS).sum(axis=0)
        return said


class _Reader:
    def __init__(self, key: bytes, known: Sequence[int]) -> None:
        self.carriers = _Carriers(key)
        template = _drawn(self.carriers.cells(None), _SIDE, _SIDE, _SAMPLES)
        self._template = np.conj(fft.rfft2(template))
        self._known = tuple(known)

    def read(self, picture: Image.Image) -> Found:
        cb = _blue_difference(picture)
        scores = [(self._place(_folded(view, cell))[0], cell) for view, cell in _views(cb, *picture.size)]
        peaks = _local_maxima(scores)[:_CANDIDATES]
        score = peaks[0][0] if peaks else 0.0
        for tries, (height, cell) in enumerate(peaks, 1):
            if height < WORTH_DECODING:
                break
            height, cells = self._refined(cb, cell)
            score = max(score, height)
            soft = self.carriers.soft_bits(cells)
            payload, chance = decode(soft), 2.0**-CHECK_BITS
            if payload is None:
                payload, chance = self._recognised(soft)
            if payload is not None:
                return Found(True, payload, height, min(false_alarm(height), tries * chance))
        chance = false_alarm(score)
        return Found(chance <= PRESENT, None, score, chance)

    def _place(self, folded: Plane) -> tuple[float, int, int]:
        """Score and place of the synchronisation cells: the highest peak of the correlation."""
        plane = fft.irfft2(fft.rfft2(folded) * self._template, s=folded.shape)
        deviation = float(plane.std())
        if deviation == 0:
            return 0.0, 0, 0
        best = int(plane.argmax())
        return (float(plane.flat[best]) - float(plane.mean())) / deviation, *divmod(best, _SIDE)

    def _refined(self, cb: Plane, cell: float) -> tuple[float, Plane]:
        """The best score at scales around `cell` over the whole picture, and the cells' values there."""
        views = [_folded(cb, cell * (1 + change)) for change in _REFINEMENTS]
        places = [self._place(view) for view in views]
        best = max(range(len(views)), key=lambda index: places[index][0])
        score, row, column = places[best]
        return score, _cells(np.roll(views[best], (-row, -column), (0, 1)))

    def _recognised(self, soft: Plane) -> tuple[int | None, float]:
        """The known payload that fits best, if by more than chance, and the chance that any of them does.

        Hoeffding's bound for a sum of the values with random signs, which the key makes them.
        """
        if not self._known or not soft.any():
            return None, 1.0
        fits = np.stack([encode(payload) for payload in self._known]) @ soft / np.linalg.norm(soft)
        best = int(fits.argmax())
        chance = len(self._known) * math.exp(-(max(float(fits[best]), 0.0) ** 2) / 2)
        return (self._known[best], chance) if chance <= PRESENT else (None, 1.0)


def _drawn(cells: Plane, width: int, height: int, cell: float) -> Plane:
    """The pattern, repeated and smooth, on width x height pixels of which `cell` are one cell."""
    margin = 2  # bicubic interpolation reads two cells to each side
    rows, columns = (math.ceil(side / cell) + 2 * margin for side in (height, width))
    index = np.ix_((np.arange(rows) - margin) % PATTERN, (np.arange(columns) - margin) % PATTERN)
    box = (margin, margin, margin + width / cell, margin + height / cell)
    drawn = Image.fromarray(cells[index]).resize((width, height), Image.Resampling.BICUBIC, box=box)
    return np.asarray(drawn)


def _blue_difference(picture: Image.Image) -> Plane:
    """Cb of the middle of a picture, in levels around 0."""
    width, height = (min(side, _MOST_PIXELS) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    middle = picture.crop((left, top, left + width, top + height)).convert("RGB")
    weights = np.array([-0.168736, -0.331264, 0.5], np.float32)
    return np.asarray(np.asarray(middle, np.float32) @ weights, np.float32)


def _views(cb: Plane, width: int, height: int) -> Iterator[tuple[Plane, float]]:
    """The middle of a picture for each size of cell that a marked picture of this size may have now."""
    wanted = math.sqrt(width * height / CELLS)
    cell = float(np.clip(wanted, SMALLEST_RESIZE * SMALLEST_CELL, SMALLEST_RESIZE * LARGEST_CELL)) * 0.97
    last = float(
        np.clip(wanted / SMALLEST_CROP, LARGEST_RESIZE * SMALLEST_CELL, LARGEST_RESIZE * LARGEST_CELL)
    )
    while cell <= 1.03 * last:
        rows, columns = (min(side, int(_WINDOW_CELLS * cell)) for side in cb.shape)
        top, left = (cb.shape[0] - rows) // 2, (cb.shape[1] - columns) // 2
        yield cb[top : top + rows, left : left + columns], cell
        cell *= _SCALE_STEP


def _folded(cb: Plane, cell: float) -> Plane:
    """A picture in samples of a quarter cell, whitened, all repetitions of the pattern added up."""
    folded = np.zeros((_SIDE, _SIDE), np.float32)
    height, width = (int(side * _SAMPLES / cell) for side in cb.shape)
    if min(width, height) < 2 * _SAMPLES:
        return folded
    box = (0, 0, width * cell / _SAMPLES, height * cell / _SAMPLES)
    small = np.asarray(
        Image.fromarray(cb).resize((width, height), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    )
    white = _whitened(small)
    for top in range(0, height, _SIDE):
        for left in range(0, width, _SIDE):
            part = white[top : top + _SIDE, left : left + _SIDE]
            folded[: part.shape[0], : part.shape[1]] += part
    return folded


def _whitened(plane: Plane) -> Plane:
    """Detail of the size of a cell, divided by more than its local deviation: quiet places say more."""
    detail = plane - ndimage.uniform_filter(plane, 9, mode="nearest")
    power = np.maximum(ndimage.uniform_filter(detail * detail, 11, mode="nearest"), 0)
    white: Plane = detail / (power + _FLOOR**2) ** 0.75
    return white


def _cells(folded: Plane) -> Plane:
    samples: Any = folded.reshape(PATTERN, _SAMPLES, PATTERN, _SAMPLES)
    cells: Plane = np.einsum("iajb,a,b->ij", samples, _BUMP, _BUMP)
    return cells


def _local_maxima(scores: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """(score, cell) higher than both neighbours, the highest first."""
    padded = [(-math.inf, 0.0), *scores, (-math.inf, 0.0)]
    peaks = [
        here
        for before, here, after in zip(padded, padded[1:], padded[2:], strict=False)
        if before[0] <= here[0] > after[0]
    ]
    return sorted(peaks, reverse=True)
