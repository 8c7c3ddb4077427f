"""An imperceptible watermark in the pixels of a finished picture, whatever it shows.

A key decides a pattern of 32x32 cells, each a smooth bump of 1 to 4 levels of blue-difference (Cb), more
where it is seen less (`strength`), and the pattern repeats over the picture. Some of the cells are the same
for every payload, so that a reader finds scale and position; the others carry the payload. It is spread
spectrum (Cox et al. 1997, "Secure Spread Spectrum Watermarking for Multimedia") in the band that resizing and
JPEG with subsampled colour keep and to which eyes are least sensitive: coarse blue-yellow differences (Mullen
1985, "The contrast sensitivity of human colour vision").

A large picture carries the payload of 64 bits (`mark_code`). A small one, such as a banner, has too few cells
to carry them through damage; it carries the last 16 (`short_code`), and the registry knows the rest.

It does not survive: greyscale, rotation, mirroring, a stretch in one direction.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from PIL import Image
from scipy import fft

from adfusion.provenance import mark_code, short_code
from adfusion.provenance.cells import (
    PATTERN,
    SAMPLES,
    SIDE,
    Plane,
    Planes,
    cell_of,
    cell_values,
    color_planes,
    drawn,
    folded,
)
from adfusion.provenance.short_code import short
from adfusion.provenance.strength import CB, strength

SYNC_CELLS = 320
LARGE = 300_000
"""Pixels from which a picture carries all 64 bits."""
SMALLEST_RESIZE, LARGEST_RESIZE = 0.5, 2.0
SMALLEST_CROP = 0.7
"""Of each side."""
PRESENT = 2e-5
"""Largest false-alarm probability at which a mark counts as found, for each of five ways to find one: by its
synchronisation cells, 64 bits with a checksum, 16 bits, and a known payload of either kind."""

_WINDOW_CELLS = 64
_COARSEST = 0.04  # of the scale, between two views
_MOST_PIXELS = 2048  # along a side; larger pictures are read in their middle
_CANDIDATES = 6
_REFINEMENTS = (-0.5, -0.25, 0.0, 0.25, 0.5)  # steps to either side of a view's scale
_WORTH_DECODING = 4.6  # standard deviations; half of all unmarked pictures stay below it, no large marked one


@dataclass(frozen=True)
class Found:
    """What a reader says about a picture."""

    present: bool
    payload: int | None
    """64 bits; `None` if there is no mark, it is too damaged, or a small picture's, not among the known."""
    short: int | None
    """The last 16 bits of the payload, `None` if there is no mark or it is too damaged to be read."""
    score: float
    """Of what was found, in standard deviations of random signs."""
    false_alarm: float
    """Bound on the probability that a picture without a mark of this key looks as marked as this one."""

    def names(self, payload: int) -> bool:
        """Whether this is the mark of `payload`, as far as it can be read."""
        return payload == self.payload if self.payload is not None else short(payload) == self.short


def embed(
    picture: Image.Image, payload: int, key: bytes, spare: npt.NDArray[np.bool_] | None = None
) -> Image.Image:
    """An RGB picture with the mark of `payload`, 0 to 2^64 - 1. `key`: 32 bytes.

    Pixels where `spare` (height, width) is true stay as they are; the more there are, the less damage the
    mark survives.
    """
    pixels = np.asarray(picture, np.float32)
    height, width = pixels.shape[:2]
    free = width * height if spare is None else np.count_nonzero(~spare)
    cells = _Carriers(key).cells(payload if free >= LARGE else None, short(payload))
    mark = strength(pixels) * drawn(cells, width, height, cell_of(width * height))
    if spare is not None:
        mark = np.where(spare, 0, mark)
    marked = pixels + mark[..., None] * CB
    return Image.fromarray(np.clip(np.rint(marked), 0, 255).astype(np.uint8))


def detect(picture: Image.Image, key: bytes, known: Sequence[int] = ()) -> Found:
    """Look for a mark of `key` in a picture, resized 0.5 to 2 times and cropped to 0.7 of its sides.

    `known`: payloads that may be in it; one of them is recognised in a picture too damaged to be read.
    Time and memory are bounded: of large pictures the middle 2048x2048 pixels are read.
    """
    return _Reader(key, known).read(picture)


class _Carriers:
    """What the key decides: an order of the cells, a sign and a mask for each, from a stream cipher."""

    def __init__(self, key: bytes) -> None:
        cells = PATTERN * PATTERN
        secret = hashlib.sha256(b"adfusion pixel mark 2" + key).digest()
        cipher = Cipher(algorithms.ChaCha20(secret, bytes(16)), mode=None).encryptor()
        order = np.argsort(np.frombuffer(cipher.update(bytes(8 * cells)), "<u8"), kind="stable")
        self.sync, self.bits = order[:SYNC_CELLS], order[SYNC_CELLS:]
        signs = 1 - 2 * (np.frombuffer(cipher.update(bytes(2 * cells)), np.uint8) & 1).astype(np.float32)
        self.signs, self.short_signs = signs[:cells], signs[cells:][self.bits]
        self.masks = np.frombuffer(cipher.update(bytes(2 * cells)), "<u2")[: len(self.bits)]

    def cells(self, payload: int | None = None, word: int | None = None) -> Plane:
        """Values of the pattern's cells, -1, 0 or 1: of the payload, else of the word of the short code, else
        of the synchronisation cells alone."""
        values = np.zeros(PATTERN * PATTERN, np.float32)
        values[self.sync] = 1
        if payload is not None:
            values[self.bits] = np.resize(mark_code.encode(payload), len(self.bits))
        elif word is not None:
            values[self.bits] = short_code.encode(word, self.masks) * self.short_signs
        return (values * self.signs).reshape(PATTERN, PATTERN)

    def said(self, cells: Plane) -> tuple[Plane, Plane]:
        """What the cells of synchronisation and those of the payload say, without their signs."""
        values = cells.ravel() * self.signs
        return values[self.sync], values[self.bits]


class _Reader:
    """Synchronisation cells decide alone which scales and positions are looked at. So the signs of the
    payload's cells are random there if the picture has no mark, whatever it shows, and Hoeffding's bound
    exp(-score² / 2) holds for each word that they are compared with.
    """

    def __init__(self, key: bytes, known: Sequence[int]) -> None:
        self._carriers = _Carriers(key)
        self._template = np.conj(fft.rfft2(drawn(self._carriers.cells(), SIDE, SIDE, SAMPLES)))
        self._known = tuple(known)

    def read(self, picture: Image.Image) -> Found:
        planes, area = color_planes(picture, _MOST_PIXELS), picture.width * picture.height
        scores = [
            (self._place(folded(planes, cell, _WINDOW_CELLS))[0], cell) for cell in _sizes(planes, area)
        ]
        places = len(scores) * SIDE * SIDE * len(_REFINEMENTS)
        found = Found(False, None, None, 0.0, 1.0)
        for peak, cell in _local_maxima(scores)[:_CANDIDATES]:
            if peak < _WORTH_DECODING and area > LARGE:
                break
            height, cells = self._refined(planes, cell)
            sync, rest = self._carriers.said(cells)
            seen = _score(sync, 1)
            answers = [
                _found(None, None, seen, places),
                self._short(rest),
                *(self._long(rest, area) if height >= _WORTH_DECODING else ()),
            ]
            found = min([found, *answers], key=lambda each: (each.short is None, each.false_alarm))
            if found.short is not None:
                break
        return found

    def _place(self, samples: Plane) -> tuple[float, int, int]:
        """Score and place of the synchronisation cells: the highest peak of the correlation."""
        plane = fft.irfft2(fft.rfft2(samples) * self._template, s=samples.shape)
        deviation = float(plane.std())
        if deviation == 0:
            return 0.0, 0, 0
        best = int(plane.argmax())
        return (float(plane.flat[best]) - float(plane.mean())) / deviation, *divmod(best, SIDE)

    def _refined(self, planes: Planes, cell: float) -> tuple[float, Plane]:
        """The best score at scales around `cell` over the whole picture, and the cells' values there."""
        views = [folded(planes, cell * (1 + part * _step(planes, cell))) for part in _REFINEMENTS]
        places = [self._place(view) for view in views]
        best = max(range(len(views)), key=lambda index: places[index][0])
        score, row, column = places[best]
        return score, cell_values(np.roll(views[best], (-row, -column), (0, 1)))

    def _short(self, cells: Plane) -> Found:
        """A word of the short code: a known one needs to fit less well than any."""
        fits = short_code.fits(cells * self._carriers.short_signs, self._carriers.masks)
        ids = sorted({short(payload) for payload in self._known})
        best = int(fits.argmax())
        blind = _found(None, best, float(fits[best]), _CANDIDATES * len(fits))
        if not ids:
            return blind
        likely = max(ids, key=lambda word: float(fits[word]))
        told = _found(None, likely, float(fits[likely]), _CANDIDATES * len(ids))
        found = min(blind, told, key=lambda each: each.false_alarm)
        return self._completed(found)

    def _completed(self, found: Found) -> Found:
        """With the whole payload, if just one of the known ones has this short part."""
        same = [payload for payload in self._known if short(payload) == found.short]
        whole = same[0] if len(same) == 1 and found.present else None
        return Found(found.present, whole, found.short, found.score, found.false_alarm)

    def _long(self, cells: Plane, area: int) -> Iterator[Found]:
        """All 64 bits, read or recognised."""
        if area < LARGE * SMALLEST_RESIZE**2 * SMALLEST_CROP**2:
            return
        soft = np.bincount(np.arange(len(cells)) % mark_code.CODED_BITS, cells).astype(np.float32)
        payload = mark_code.decode(soft)
        if payload is not None:
            score = _score(soft, mark_code.encode(payload))
            yield Found(True, payload, short(payload), score, _CANDIDATES * 2.0**-mark_code.CHECK_BITS)
        elif self._known:
            scores = [_score(soft, mark_code.encode(each)) for each in self._known]
            best = int(np.argmax(scores))
            yield _found(self._known[best], short(self._known[best]), scores[best], _CANDIDATES * len(scores))


def _score(soft: npt.NDArray[np.floating], signs: npt.ArrayLike) -> float:
    """The sum of `soft` with `signs`, in standard deviations of the sum with random signs."""
    return float((soft * np.asarray(signs)).sum()) / max(float(np.linalg.norm(soft)), 1e-9)


def _found(payload: int | None, word: int | None, score: float, tries: int) -> Found:
    """Found if chance explains the best score of so many tries with probability `PRESENT` at most."""
    chance = min(1.0, tries * math.exp(-(max(score, 0.0) ** 2) / 2))
    if chance > PRESENT:
        payload = word = None
    return Found(chance <= PRESENT, payload, word, score, chance)


def _sizes(planes: Planes, area: int) -> Iterator[float]:
    """Sizes of cell that a marked picture of this area may have now, in pixels."""
    cell = 0.97 * SMALLEST_RESIZE * cell_of(area / SMALLEST_RESIZE**2)
    last = LARGEST_RESIZE * cell_of(area / (LARGEST_RESIZE * SMALLEST_CROP) ** 2)
    while cell <= 1.03 * last:
        yield cell
        cell *= 1 + _step(planes, cell)


def _step(planes: Planes, cell: float) -> float:
    """Between the scales of two views: half of it moves the edge of a window a quarter of a cell at most."""
    return max(1 / _WINDOW_CELLS, min(cell / float(max(planes[0].size)), _COARSEST))


def _local_maxima(scores: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """(score, cell) higher than both neighbours, the highest first."""
    padded = [(-math.inf, 0.0), *scores, (-math.inf, 0.0)]
    peaks = [
        here
        for before, here, after in zip(padded, padded[1:], padded[2:], strict=False)
        if before[0] <= here[0] > after[0]
    ]
    return sorted(peaks, reverse=True)
