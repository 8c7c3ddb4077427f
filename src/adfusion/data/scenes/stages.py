"""What a product stands on: podiums, steps, an arch behind it."""

import math
from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes import layout as at
from adfusion.data.scenes.layout import STAGE, STAGE_COS, STAGE_SIN, STAGE_SIZE, single
from adfusion.data.scenes.scene import STAGES
from adfusion.data.scenes.sdf import box, compiled, extrude, length2, slab

NONE, ROUND, SQUARE, STEPS, ARCH = range(len(STAGES))
_EDGE = 0.018
_WIDE_EDGE = single(_EDGE)


@compiled
def arch_profile(x: float, y: float, half_width: float, spring: float) -> float:
    """A doorway: straight to the height `spring`, a half circle above, open below the ground."""
    if y > spring:
        return length2(x, y - spring) - half_width
    return abs(x) - half_width


@compiled
def stage_distance(p: np.ndarray, x: float, y: float, z: float) -> float:
    """Distance from a point in the world to the stage that the scene vector `p` describes."""
    kind = int(p[STAGE])
    cosine, sine = p[STAGE_COS], p[STAGE_SIN]
    u, w = cosine * x - sine * z, sine * x + cosine * z
    a, b, c, d = p[STAGE_SIZE], p[STAGE_SIZE + 1], p[STAGE_SIZE + 2], p[STAGE_SIZE + 3]
    if kind == 1:  # radius and height
        return slab(length2(x, z), y, a, -0.2, b, _WIDE_EDGE)
    if kind == 2:
        return box(u, y - 0.5 * b + 0.1, w, a, 0.5 * b + 0.1, a, _WIDE_EDGE)
    if kind == 3:  # half width, half depth of the top, rise and tread of each of three steps
        distance = 1e9
        for index in range(3):
            step = single(index)
            top = b * (3.0 - step)
            front = c + d * step
            middle = 0.5 * (front - c)
            tread = box(u, y - 0.5 * top + 0.1, w - middle, a, 0.5 * top + 0.1, 0.5 * (front + c), _WIDE_EDGE)
            distance = min(distance, tread)
        return distance
    if kind == 4:  # inner half width, spring height, width of the band, half depth; how far behind
        outer = arch_profile(x, y, a + c, b)
        inner = arch_profile(x, y, a, b)
        return extrude(max(outer, -inner), z + p[STAGE_SIZE + 4], d, _WIDE_EDGE)
    return 1e9


@dataclass(frozen=True)
class Stage:
    """A stage with its sizes. `top` is where the product stands; `radius` and `height` bound all of it."""

    kind: int
    sizes: tuple[float, ...]
    turn: float
    top: float
    radius: float
    height: float

    def write(self, vector: np.ndarray) -> None:
        vector[at.STAGE] = self.kind
        vector[at.STAGE_SIZE : at.STAGE_SIZE + len(self.sizes)] = self.sizes
        vector[at.STAGE_COS], vector[at.STAGE_SIN] = math.cos(self.turn), math.sin(self.turn)
        vector[at.STAGE_RADIUS], vector[at.STAGE_HEIGHT] = self.radius, self.height


def choose_stage(name: str, radius: float, height: float, rng: np.random.Generator) -> Stage:
    """A stage fitting a product of this radius and height, in world units."""
    kind = STAGES.index(name)
    a, b, c = rng.uniform(0.3, 0.7, 3)
    if kind == ROUND:
        upper = max(0.42, 1.22 * radius + 0.08) + 0.08 * a
        high = 0.14 + 0.2 * b
        return Stage(kind, (upper, high), 0.0, high, upper, high)
    if kind == SQUARE:
        half = max(0.4, 1.08 * radius + 0.06) + 0.06 * a
        high = 0.12 + 0.2 * b
        turn = math.radians(12 + 28 * c)
        return Stage(kind, (half, high), turn, high, 1.42 * half, high)
    if kind == STEPS:
        half, depth = max(0.46, radius + 0.16), max(0.34, radius + 0.07)
        rise, tread = 0.1 + 0.05 * b, 0.17 + 0.05 * c
        turn = math.radians(16 + 16 * a)
        reach = math.hypot(half, depth + 2 * tread)
        return Stage(kind, (half, rise, depth, tread), turn, 3 * rise, reach, 3 * rise)
    if kind == ARCH:
        inner = max(0.4, radius + 0.12 + 0.06 * a)
        band = 0.15 + 0.06 * b
        spring = max(0.35, height + 0.16 - 0.75 * inner)
        behind, half_depth = 0.3 * radius + 0.16 + 0.06 * c, 0.11
        reach = math.hypot(inner + band, behind + half_depth)
        return Stage(kind, (inner, spring, band, half_depth, behind), 0.0, 0.0, reach, spring + inner + band)
    return Stage(NONE, (), 0.0, 0.0, 0.0, 0.0)
