"""How large a product really is with the proportions it was given: points on its surface."""

import math

import numba
import numpy as np

from adfusion.data.scenes.layout import single
from adfusion.data.scenes.products import PRODUCT_SIZE, product_distance

_ACROSS, _UP = 17, 21


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _surface(kind: int, shape: np.ndarray, half: float, height: float, points: np.ndarray) -> int:
    """Fill `points` with surface points near a lattice over the bounding box; how many there are."""
    wide = 2.0 * half / (_ACROSS - 1)
    tall = height / (_UP - 1)
    near = 0.55 * math.sqrt(2.0 * wide * wide + tall * tall)
    e = single(0.002)
    count = 0
    for i in range(_ACROSS):
        for j in range(_UP):
            for k in range(_ACROSS):
                x, y, z = single(i * wide - half), single(j * tall), single(k * wide - half)
                d, _ = product_distance(kind, x, y, z, shape)
                if abs(d) > near:
                    continue
                # Two Newton steps down the gradient reach the surface from anywhere in the cell.
                for _ in range(2):
                    d, _ = product_distance(kind, x, y, z, shape)
                    u, _ = product_distance(kind, x + e, y, z, shape)
                    v, _ = product_distance(kind, x, y + e, z, shape)
                    w, _ = product_distance(kind, x, y, z + e, shape)
                    u, v, w = (u - d) / e, (v - d) / e, (w - d) / e
                    step = d / max(u * u + v * v + w * w, single(0.3))
                    x, y, z = x - step * u, y - step * v, z - step * w
                d, _ = product_distance(kind, x, y, z, shape)
                if abs(d) < 0.012:
                    points[count, 0], points[count, 1], points[count, 2] = x, y, z
                    count += 1
    return count


def surface_points(kind: int, shape: np.ndarray) -> np.ndarray:
    """Points (n, 3) spread over the surface of a product, no further apart than a tenth of its size."""
    radius, height = (float(value) for value in PRODUCT_SIZE[kind])
    points = np.empty((_ACROSS * _ACROSS * _UP, 3), np.float32)
    return points[: _surface(kind, shape, radius, height, points)]
