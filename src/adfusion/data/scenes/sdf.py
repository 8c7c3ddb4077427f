"""Signed distance functions: primitives, ways to join them, and the compiler they share.

A signed distance function gives the distance from a point to the nearest surface, negative inside. Lengths
are in stage units (a product is about 1 high), y is up. A function may return less than the distance but,
except for the ellipsoid and the tapered rod, never more, so that sphere tracing cannot step through a
surface. See Hart, "Sphere tracing: a geometric method for the antialiased ray tracing of implicit surfaces",
The Visual Computer 12 (1996).

Everything compiles for CPU threads and, called from a CUDA kernel, for the GPU.
"""

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

Shape = tuple[float, float, float, float, float, float, float, float]
"""Eight numbers in [0, 1] that set the proportions of a product."""

Function = TypeVar("Function", bound=Callable[..., object])


def _single(constant: object) -> object:
    if isinstance(constant, float):
        return np.float32(constant)
    if isinstance(constant, tuple):
        return tuple(_single(item) for item in constant)
    return constant


def compiled(function: Function) -> Function:
    """Compile with Numba, in single precision: every float literal of the body counts as a float32.

    Numba widens `float32 * 0.5` to float64, which costs a conversion on the CPU and most of the speed on a
    GPU. Integer literals still widen: write `2.0 * x`.
    """
    code = function.__code__
    function.__code__ = code.replace(co_consts=cast(tuple[object, ...], _single(code.co_consts)))
    return cast(Function, numba.njit(fastmath=True, cache=True, error_model="numpy")(function))


# Numbers


@compiled
def clamp(value: float, low: float, high: float) -> float:
    """`value`, kept between `low` and `high`."""
    return min(max(value, low), high)


@compiled
def mix(a: float, b: float, t: float) -> float:
    """`a` at t = 0, `b` at t = 1."""
    return a + (b - a) * t


@compiled
def single(value: int) -> float:
    """A whole number in single precision."""
    return np.float32(value)  # type: ignore[return-value]


@compiled
def floor(value: float) -> float:
    """Largest whole number not above `value`, in single precision."""
    return single(math.floor(value))


@compiled
def length2(x: float, y: float) -> float:
    """Euclidean norm in the plane."""
    return math.sqrt(x * x + y * y)


@compiled
def length3(x: float, y: float, z: float) -> float:
    """Euclidean norm in space."""
    return math.sqrt(x * x + y * y + z * z)


@compiled
def turn(x: float, y: float, angle: float) -> tuple[float, float]:
    """The point (x, y) in axes turned by `angle` radians, counter-clockwise."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * x + sine * y, cosine * y - sine * x


@compiled
def doubled(cosine: float, sine: float) -> tuple[float, float]:
    """Cosine and sine of twice the angle: a wave around an axis without `atan2`."""
    return cosine * cosine - sine * sine, 2.0 * cosine * sine


# Joining


@compiled
def smooth_min(a: float, b: float, width: float) -> float:
    """Union of two shapes with a fillet; the quadratic blend reaches `width` in difference of distance."""
    overlap = max(width - abs(a - b), 0.0)
    return min(a, b) - overlap * overlap / (4.0 * width)


@compiled
def smooth_max(a: float, b: float, width: float) -> float:
    """Intersection of two shapes with a rounded edge."""
    overlap = max(width - abs(a - b), 0.0)
    return max(a, b) + overlap * overlap / (4.0 * width)


@compiled
def nearest(distance: float, part: int, other: float, other_part: int) -> tuple[float, int]:
    """Union that remembers which part of the product the surface belongs to."""
    if other < distance:
        return other, other_part
    return distance, part


# The plane


@compiled
def rectangle(x: float, y: float, half_width: float, half_height: float, rounding: float) -> float:
    """Rectangle around the origin with rounded corners."""
    u = abs(x) - half_width + rounding
    v = abs(y) - half_height + rounding
    return length2(max(u, 0.0), max(v, 0.0)) + min(max(u, v), 0.0) - rounding


@compiled
def trapezoid(
    x: float, y: float, bottom: float, top: float, low: float, high: float, rounding: float
) -> float:
    """Symmetric trapezoid from y = `bottom`, half as wide as `low`, to y = `top`, half as wide as `high`."""
    bottom += rounding
    top -= rounding
    low -= rounding
    high -= rounding
    x = abs(x)
    middle = 0.5 * (bottom + top)
    half = 0.5 * (top - bottom)
    lid_x = max(x - (low if y < middle else high), 0.0)
    lid_y = abs(y - middle) - half
    run, rise = high - low, top - bottom
    t = clamp(((x - low) * run + (y - bottom) * rise) / (run * run + rise * rise), 0.0, 1.0)
    side_x = x - low - t * run
    side_y = y - bottom - t * rise
    squared = min(lid_x * lid_x + lid_y * lid_y, side_x * side_x + side_y * side_y)
    return (-1.0 if side_x < 0.0 and lid_y < 0.0 else 1.0) * math.sqrt(squared) - rounding


# Space


@compiled
def extrude(profile: float, z: float, half_depth: float, rounding: float) -> float:
    """A plane shape, given by its distance, made `half_depth` thick to both sides, with rounded edges."""
    u = profile + rounding
    v = abs(z) - half_depth + rounding
    return length2(max(u, 0.0), max(v, 0.0)) + min(max(u, v), 0.0) - rounding


@compiled
def slab(r: float, y: float, radius: float, bottom: float, top: float, rounding: float) -> float:
    """Upright cylinder, for a point at distance `r` from the axis, from y = `bottom` to `top`."""
    return rectangle(r, y - 0.5 * (bottom + top), radius, 0.5 * (top - bottom), rounding)


@compiled
def box(x: float, y: float, z: float, half_x: float, half_y: float, half_z: float, rounding: float) -> float:
    """Box around the origin with rounded edges."""
    u = abs(x) - half_x + rounding
    v = abs(y) - half_y + rounding
    w = abs(z) - half_z + rounding
    return length3(max(u, 0.0), max(v, 0.0), max(w, 0.0)) + min(max(u, max(v, w)), 0.0) - rounding


@compiled
def ellipsoid(x: float, y: float, z: float, a: float, b: float, c: float) -> float:
    """Ellipsoid around the origin with half-axes a, b, c; right to first order at the surface."""
    u, v, w = x / a, y / b, z / c
    norm = length3(u, v, w)
    slope = length3(u / a, v / b, w / c)
    return norm * (norm - 1.0) / max(slope, 1e-6)


@compiled
def ring(x: float, y: float, z: float, radius: float, tube: float) -> float:
    """Torus around the z axis."""
    return length2(length2(x, y) - radius, z) - tube


@compiled
def rod(
    x: float, y: float, z: float,
    ax: float, ay: float, az: float, bx: float, by: float, bz: float,
    start: float, end: float,
) -> float:  # fmt: skip
    """Rod with round ends from point a, with radius `start`, to point b, with radius `end`."""
    dx, dy, dz = bx - ax, by - ay, bz - az
    x, y, z = x - ax, y - ay, z - az
    t = clamp((x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz), 0.0, 1.0)
    return length3(x - t * dx, y - t * dy, z - t * dz) - mix(start, end, t)
