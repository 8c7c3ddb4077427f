"""16 bits on any number of cells, read back by comparing the cells with all 65,536 words at once.

A random linear code: each cell carries the parity of the bits that its mask chooses. How well every word
fits the cells is the Walsh-Hadamard transform of the cells gathered by mask (MacWilliams and Sloane, "The
Theory of Error-Correcting Codes", chapter 14), so that decoding is exact and takes a millisecond.
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.linalg import hadamard

BITS = 16
WORDS = 1 << BITS

Masks = npt.NDArray[np.uint16]
Signs = npt.NDArray[np.float32]


def short(payload: int) -> int:
    """The part of a payload of 64 bits that a small picture carries: its last 16."""
    return payload & (WORDS - 1)


def encode(word: int, masks: Masks) -> Signs:
    """A sign, ±1, for each cell."""
    parity = np.bitwise_count(masks & np.uint16(word)) % 2
    signs: Signs = 1 - 2 * parity.astype(np.float32)
    return signs


def fits(soft: Signs, masks: Masks) -> Signs:
    """How well each of the words fits soft values of cells, in standard deviations of random signs."""
    gathered = np.bincount(masks, soft, WORDS).astype(np.float32)
    side = math.isqrt(WORDS)
    turned = _hadamard(side) @ gathered.reshape(side, side) @ _hadamard(side)
    return np.asarray(turned.ravel() / max(float(np.linalg.norm(soft)), 1e-9), np.float32)


@cache
def _hadamard(side: int) -> Signs:
    return np.asarray(hadamard(side), np.float32)
