"""Season props: snow, ornaments, petals, leaves, confetti, hearts, pumpkins; shapes and places."""

import math
from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes import layout as at
from adfusion.data.scenes.camera import Camera
from adfusion.data.scenes.sdf import (
    box,
    clamp,
    compiled,
    ellipsoid,
    extrude,
    length2,
    length3,
    ring,
    rod,
    slab,
    smooth_min,
)

FLAKE, MOUND, ORNAMENT, PETAL, LEAF, CONFETTI, HEART, PUMPKIN = range(8)


@compiled
def heart_profile(x: float, y: float) -> float:
    """A heart with its tip at the origin, 1.1 high: two half circles on a turned square."""
    x = abs(x)
    if x + y > 1.0:
        return length2(x - 0.25, y - 0.75) - 0.35355339
    along = 0.5 * max(x + y, 0.0)
    return min(length2(x, y - 1.0), length2(x - along, y - along)) * (1.0 if x > y else -1.0)


@compiled
def prop_distance(kind: int, x: float, y: float, z: float) -> tuple[float, int]:
    """Distance to a prop in its own unit ball, and its part: 0 its colour, 1 gold, 2 stem."""
    if kind == 1:
        heap = ellipsoid(x + 0.12, y, z + 0.05, 0.5, 0.46, 0.46)
        heap = smooth_min(heap, ellipsoid(x - 0.4, y, z - 0.14, 0.36, 0.27, 0.34), 0.3)
        return 0.8 * smooth_min(heap, ellipsoid(x, y, z, 0.96, 0.1, 0.86), 0.36), 0
    if kind == 2:
        ball = length3(x, y + 0.12, z) - 0.8
        cap = slab(length2(x, z), y, 0.17, 0.6, 0.82, 0.02)
        cap = min(cap, ring(x, y - 0.87, z, 0.08, 0.028))
        if cap < ball:
            return cap, 1
        return ball, 0
    if kind == 3:
        return 0.7 * ellipsoid(x, y + 0.1 - 0.42 * x * x - 0.3 * z * z, z, 0.9, 0.06, 0.6), 0
    if kind == 4:
        lens = length2(x, abs(z) + 0.6) - 1.03
        blade = 0.75 * extrude(lens, y - 0.3 * x * x - 0.25 * abs(z), 0.03, 0.02)
        stem = rod(x, y, z, -0.75, 0.17, 0.0, -0.98, 0.1, 0.0, 0.03, 0.03)
        if stem < blade:
            return stem, 2
        return blade, 0
    if kind == 5:
        return box(x, y, z, 0.8, 0.05, 0.52, 0.02), 0
    if kind == 6:
        outline = 1.5 * heart_profile(x / 1.5, (y + 0.82) / 1.5)
        return 0.9 * (length2(max(outline + 0.3, 0.0), z) - 0.3), 0
    if kind == 7:
        r = length2(x, z)
        ribs = 0.035 * math.cos(10.0 * math.atan2(z, x)) * clamp(2.0 * r, 0.0, 1.0)
        body = 0.75 * (length2(r - 0.42, 1.1 * (y + 0.05)) - 0.5 + ribs)
        stem = rod(x, y, z, 0.0, 0.25, 0.0, 0.1, 0.66, 0.04, 0.11, 0.07)
        if stem < body:
            return stem, 2
        return body, 0
    return length3(x, y, z) - 1.0, 0


_REST = {
    FLAKE: 0.95,
    MOUND: -0.04,
    ORNAMENT: 0.92,
    PETAL: 0.16,
    LEAF: 0.05,
    CONFETTI: 0.05,
    HEART: 0.83,
    PUMPKIN: 0.5,
}


@dataclass(frozen=True)
class Batch:
    """Some props of one kind: how many, how large (in half picture heights), in the air or on the ground."""

    kind: int
    count: int
    small: float
    large: float
    flying: bool
    colors: tuple[str, ...]
    reflectance: float = 0.03


_WINTER = ("#fbfdff",)
_BAUBLES = ("#c8202b", "#d9a441", "#1f7a4a", "#f2efe8", "#c8202b", "#d9a441")
_BLOSSOM = ("#f7a8c4", "#fbd0dd", "#f48fb1", "#fff1f4")
_AUTUMN = ("#d9641e", "#e89c2c", "#a8401f", "#c9822b", "#8c5a2b")
_PARTY = ("#e8384f", "#ffb400", "#2fb56a", "#2f7de0", "#b04fd0", "#ff7fb0", "#ffffff")
_LOVE = ("#e0243c", "#f2678a", "#c9184a", "#ff8fab")
_PATCH = ("#e8761a", "#d9631a", "#f0902a", "#e9dcc0")

SEASON_PROPS: dict[str, tuple[Batch, ...]] = {
    "none": (),
    "snow": (Batch(MOUND, 10, 0.16, 0.36, False, _WINTER), Batch(FLAKE, 34, 0.01, 0.024, True, _WINTER)),
    "ornaments": (Batch(ORNAMENT, 9, 0.075, 0.15, False, _BAUBLES, 0.16),),
    "petals": (Batch(PETAL, 14, 0.055, 0.095, False, _BLOSSOM), Batch(PETAL, 9, 0.05, 0.085, True, _BLOSSOM)),
    "leaves": (Batch(LEAF, 12, 0.085, 0.14, False, _AUTUMN), Batch(LEAF, 7, 0.08, 0.12, True, _AUTUMN)),
    "confetti": (
        Batch(CONFETTI, 18, 0.026, 0.042, False, _PARTY),
        Batch(CONFETTI, 28, 0.024, 0.042, True, _PARTY),
    ),
    "hearts": (
        Batch(HEART, 6, 0.075, 0.14, False, _LOVE, 0.06),
        Batch(HEART, 7, 0.06, 0.12, True, _LOVE, 0.06),
    ),
    "pumpkins": (Batch(PUMPKIN, 7, 0.11, 0.22, False, _PATCH, 0.04),),
}


def _rotations(kind: int, flying: bool, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rotation matrices (count, 3, 3), whose rows are the axes of the prop in the world."""
    if flying and kind not in (HEART, FLAKE):
        q = rng.standard_normal((count, 4))
        w, x, y, z = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
        rows = (
            (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        )
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    spread = math.radians(35) if kind == HEART else math.pi
    tilt = math.radians(18 if kind in (HEART, ORNAMENT) else 7)
    turn, lean = rng.uniform(-spread, spread, count), rng.uniform(-tilt, tilt, count)
    c, s, cl, sl, zero, one = (
        np.cos(turn), np.sin(turn), np.cos(lean), np.sin(lean), np.zeros(count), np.ones(count),
    )  # fmt: skip
    about_y = np.stack([np.stack(r, -1) for r in ((c, zero, -s), (zero, one, zero), (s, zero, c))], -2)
    about_z = np.stack([np.stack(r, -1) for r in ((cl, sl, zero), (-sl, cl, zero), (zero, zero, one))], -2)
    return np.asarray(about_z @ about_y)


@dataclass(frozen=True)
class Room:
    """Where props may not be: rectangles (left, bottom, right, top) on the picture, the stage, the wall."""

    product: tuple[float, float, float, float]
    copy: tuple[float, float, float, float] | None
    stage_radius: float
    wall: float
    aspect: float


def scatter(
    season: str, camera: Camera, room: Room, linear: dict[str, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Props (count, PROP_SIZE) spread evenly over the picture, clear of the product and of the copy space."""
    kept: list[np.ndarray] = []
    for batch in SEASON_PROPS[season]:
        kept += _scatter_batch(batch, camera, room, linear, rng, len(kept))
    return np.array(kept[: at.MAX_PROPS], np.float32).reshape(-1, at.PROP_SIZE)


def _scatter_batch(
    batch: Batch,
    camera: Camera,
    room: Room,
    linear: dict[str, np.ndarray],
    rng: np.random.Generator,
    before: int,
) -> list[np.ndarray]:
    tries = 16 * batch.count
    u = rng.uniform(-room.aspect, room.aspect, tries)
    v = rng.uniform(-1.0, 1.0, tries)
    plane = rng.uniform(-0.9, 0.7, tries)
    size = rng.uniform(batch.small, batch.large, tries) * camera.unit
    turns = _rotations(batch.kind, batch.flying, tries, rng)
    colors = rng.integers(0, len(batch.colors), tries)

    rays = camera.rays(u, v)
    if batch.flying:
        t = (plane - camera.eye[2]) / rays[:, 2]
    else:
        t = (size * _REST[batch.kind] - camera.eye[1]) / np.minimum(rays[:, 1], -1e-4)
    points = camera.eye + t[:, None] * rays
    on_screen = size * camera.focal / (t * np.linalg.norm(rays, axis=1))
    good = (t > 1.0) & (points[:, 2] > -room.wall + size) & (on_screen < 0.3)
    good &= points[:, 1] > (1.1 * size + 0.05 if batch.flying else -1.0)
    if not batch.flying:
        # Further back, things on the ground would hang in the middle of the picture.
        out = np.hypot(points[:, 0], points[:, 2])
        good &= (points[:, 2] > -2.6) & (
            out < room.stage_radius + (0.7 if batch.kind == MOUND else 2.0) * camera.unit
        )
    reach = size * (0.75 if batch.kind == MOUND else 1.0)
    good &= np.hypot(points[:, 0], points[:, 2]) > (room.stage_radius + reach if not batch.flying else 0.45)

    def overlaps(area: tuple[float, float, float, float], margin: np.ndarray | float) -> np.ndarray:
        left, bottom, right, top = area
        return np.asarray(
            (u > left - margin) & (u < right + margin) & (v > bottom - margin) & (v < top + margin)
        )

    good &= ~(overlaps(room.product, on_screen) & (points[:, 2] > -0.2))
    if room.copy is not None:
        good &= ~overlaps(room.copy, 0.7 * on_screen)

    chosen: list[np.ndarray] = []
    places: list[tuple[float, float, float, float]] = []
    for i in np.flatnonzero(good):
        if len(chosen) == batch.count:
            break
        here = (float(points[i, 0]), float(points[i, 1]), float(points[i, 2]))
        gap = 1.05 if batch.kind in (ORNAMENT, PUMPKIN, HEART) else 0.6
        if any(math.dist(here, other) < gap * (size[i] + s) for *other, s in places):
            continue
        places.append((*here, float(size[i])))
        prop = np.zeros(at.PROP_SIZE, np.float32)
        prop[at.PROP_CENTER : at.PROP_CENTER + 3] = here
        prop[at.PROP_SCALE] = size[i]
        prop[at.PROP_AXES : at.PROP_AXES + 9] = turns[i].ravel()
        prop[at.PROP_KIND] = batch.kind
        prop[at.PROP_SURFACE : at.PROP_SURFACE + 3] = linear[batch.colors[colors[i]]]
        prop[at.PROP_SURFACE + 3] = batch.reflectance
        chosen.append(prop)
    return chosen
