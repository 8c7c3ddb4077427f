"""Products are true distance functions, stand on the floor, and show their colour."""

import numba
import numpy as np
import numpy.typing as npt
import pytest

from adfusion.data.scenes.products import PRODUCT_SIZE, product_distance
from adfusion.data.scenes.scene import PRODUCTS

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

KINDS = pytest.mark.parametrize("kind", range(len(PRODUCTS)), ids=PRODUCTS)
SHAPES = np.random.default_rng(7).random((6, 8)).astype(np.float32)
FRONT = 3.0


@numba.njit(error_model="numpy")
def _measure(kind, points, shape, distances, parts):
    for i in range(len(points)):
        distances[i], parts[i] = product_distance(kind, points[i, 0], points[i, 1], points[i, 2], shape)


def measure(kind: int, points: Floats, shape: Floats) -> tuple[Floats, Integers]:
    """Distances and parts at points (n, 3)."""
    distances, parts = np.empty(len(points), np.float32), np.empty(len(points), np.int64)
    _measure(kind, np.ascontiguousarray(points, dtype=np.float32), shape, distances, parts)
    return distances, parts


def gradient(kind: int, points: Floats, shape: Floats, step: float = 2e-3) -> Floats:
    """Central differences (n, 3)."""
    return np.stack(
        [
            (measure(kind, points + axis, shape)[0] - measure(kind, points - axis, shape)[0]) / (2 * step)
            for axis in step * np.eye(3, dtype=np.float32)
        ],
        axis=1,
    )


def scatter(count: int, seed: int = 0) -> Floats:
    """Points in and around the room that a product may take."""
    points = np.random.default_rng(seed).random((count, 3)) * (1.8, 1.6, 1.8) - (0.9, 0.1, 0.9)
    return points.astype(np.float32)


def surface(kind: int, shape: Floats, count: int = 4000) -> Floats:
    """Points on the surface: Newton steps along the gradient, and only those that arrived."""
    points = scatter(count, seed=1)
    for _ in range(16):
        slope = gradient(kind, points, shape)
        squared = np.maximum((slope**2).sum(1), 0.3)
        points = points - slope * (measure(kind, points, shape)[0] / squared)[:, None]
    return points[np.abs(measure(kind, points, shape)[0]) < 1e-3]


def seen(kind: int, shape: Floats, side: int = 72) -> Integers:
    """Parts that parallel rays from the front, slightly from above, meet first."""
    u, v = np.meshgrid(np.linspace(-0.8, 0.8, side), np.linspace(-0.1, 1.5, side))
    slope = np.float32(0.2)
    ray = np.array([0, -slope, -1], np.float32) / np.hypot(1, slope)
    points = np.stack([u.ravel(), v.ravel() + slope * FRONT, np.full(u.size, FRONT)], 1).astype(np.float32)
    for _ in range(120):
        distances, parts = measure(kind, points, shape)
        points = points + np.clip(distances, 0, 0.3)[:, None] * ray
    return parts[distances < 2e-3]


@KINDS
def test_product_stands_on_the_floor_within_its_bounds(kind: int) -> None:
    radius, height = PRODUCT_SIZE[kind]
    assert radius <= 0.78 and height <= 1.42
    for shape in (*SHAPES[:2], np.zeros(8, np.float32), np.ones(8, np.float32)):
        points = surface(kind, shape)
        assert len(points) > 1000
        assert np.hypot(points[:, 0], points[:, 2]).max() <= radius
        assert np.abs(points[:, [0, 2]]).max() <= 0.7
        assert points[:, 1].max() <= height
        assert -0.015 <= points[:, 1].min() <= 0.03


@KINDS
def test_distance_is_positive_outside_and_negative_inside(kind: int) -> None:
    points = scatter(20000)
    distances, _ = measure(kind, points, SHAPES[0])
    radius, height = PRODUCT_SIZE[kind]
    from_axis, y = np.hypot(points[:, 0], points[:, 2]), points[:, 1]
    outside = (from_axis > radius) | (y > height) | (y < -0.015)
    assert (distances[outside] > 0).all()
    assert (distances < -0.02).any()


@KINDS
def test_distance_never_exceeds_the_way_to_the_surface(kind: int) -> None:
    """What sphere tracing relies on, at any range; 15 percent is what the march's own caution covers."""
    points = scatter(1000, seed=2)
    for shape in SHAPES[:3]:
        ground = surface(kind, shape, 3000)
        distances, _ = measure(kind, points, shape)
        way = np.sqrt(((points[:, None] - ground[None]) ** 2).sum(-1).min(1))
        assert (distances <= 1.15 * way + 0.005).all()


@KINDS
def test_gradient_near_the_surface_is_at_most_a_little_above_one(kind: int) -> None:
    for shape in SHAPES[:2]:
        points = surface(kind, shape)
        points = points + np.random.default_rng(3).normal(0, 0.006, points.shape).astype(np.float32)
        slope = np.linalg.norm(gradient(kind, points, shape, 5e-4), axis=1)
        assert np.quantile(slope, 0.995) <= 1.2


@KINDS
def test_body_covers_the_most_and_the_accent_shows(kind: int) -> None:
    counts = np.zeros(6, np.int64)
    for shape in SHAPES:
        parts = seen(kind, shape)
        assert set(parts) <= set(range(6))
        share = np.bincount(parts, minlength=6)
        assert share.argmax() == 0
        counts += share
    assert counts[1] > 0.04 * counts.sum()


@KINDS
def test_proportions_vary_with_the_shape(kind: int) -> None:
    points = scatter(500)
    low, _ = measure(kind, points, np.full(8, 0.25, np.float32))
    high, _ = measure(kind, points, np.full(8, 0.75, np.float32))
    assert np.abs(low - high).max() > 0.01


def test_distances_are_single_precision() -> None:
    measure(0, scatter(1), SHAPES[0])
    returned = {signature.return_type for signature in product_distance.nopython_signatures}  # type: ignore[attr-defined]
    assert {str(kind.types[0]) for kind in returned} == {"float32"}


def test_bounds_cover_every_product() -> None:
    assert PRODUCT_SIZE.shape == (len(PRODUCTS), 2)
    assert PRODUCT_SIZE.dtype == np.float32
