"""Rays against the world: what they hit, how much of a light reaches a point, how much of the sky.

Sphere tracing after Hart (1996); soft shadows from the closest near miss and ambient occlusion from samples
along the normal after Quilez and Evans. Floor, wall and the curve between them are exact; the product, the
stage and each prop are marched inside a bounding cylinder or ball only.
"""

import math

import numpy as np

from adfusion.data.scenes.layout import (
    CORNER,
    CURVE,
    FOOT,
    HEIGHT,
    KIND,
    PROP_COUNT,
    PROP_SIZE,
    PROPS,
    RADIUS,
    SCALE,
    STAGE,
    STAGE_HEIGHT,
    STAGE_RADIUS,
    TURN_COS,
    TURN_SIN,
    WALL,
)
from adfusion.data.scenes.products import product_distance
from adfusion.data.scenes.props import prop_distance
from adfusion.data.scenes.sdf import clamp, compiled, length2
from adfusion.data.scenes.stages import stage_distance

Point = tuple[float, float, float]


@compiled
def smoothstep(low: float, high: float, value: float) -> float:
    t = clamp((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@compiled
def in_cylinder(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, radius: float, bottom: float, top: float
) -> tuple[float, float]:
    """Where a ray enters and leaves a cylinder about the y axis; the other way round if it misses."""
    a = dx * dx + dz * dz
    b = ox * dx + oz * dz
    c = ox * ox + oz * oz - radius * radius
    start, end = -1e9, 1e9
    if a > 1e-9:
        under = b * b - a * c
        if under <= 0.0:
            return 1.0, -1.0
        root = math.sqrt(under)
        start, end = (-b - root) / a, (-b + root) / a
    elif c > 0.0:
        return 1.0, -1.0
    if abs(dy) > 1e-9:
        low, high = (bottom - oy) / dy, (top - oy) / dy
        start = max(start, min(low, high))
        end = min(end, max(low, high))
    elif oy < bottom or oy > top:
        return 1.0, -1.0
    return max(start, 0.0), end


@compiled
def product_at(p: np.ndarray, shape: np.ndarray, x: float, y: float, z: float) -> tuple[float, int]:
    """Distance from a world point to the product, and its part."""
    inverse = 1.0 / p[SCALE]
    cosine, sine = p[TURN_COS], p[TURN_SIN]
    distance, part = product_distance(
        int(p[KIND]),
        (cosine * x - sine * z) * inverse,
        (y - p[FOOT]) * inverse,
        (sine * x + cosine * z) * inverse,
        shape,
    )
    return distance * p[SCALE], part


@compiled
def product_from_afar(p: np.ndarray, shape: np.ndarray, x: float, y: float, z: float) -> float:
    """Distance to the product from anywhere, without a jump where `product_distance` stops being exact.

    Far out it is measured from the nearest point of a cylinder around the product, plus the way to there.
    """
    margin = 0.1 * p[SCALE]
    r = length2(x, z)
    inward = min((p[RADIUS] + margin) / max(r, 1e-6), 1.0)
    height = clamp(y, p[FOOT] - margin, p[FOOT] + p[HEIGHT] + margin)
    distance, _ = product_at(p, shape, x * inward, height, z * inward)
    return distance + length2(r * (1.0 - inward), y - height)


@compiled
def hit_product(
    p: np.ndarray, shape: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float
) -> tuple[float, int]:
    """Distance along the ray to the product and the part hit; a negative distance is a miss."""
    if p[KIND] < 0.0:
        return -1.0, 0
    t, end = in_cylinder(
        ox, oy, oz, dx, dy, dz, 1.02 * p[RADIUS] + 0.004, p[FOOT] - 0.004, p[FOOT] + 1.02 * p[HEIGHT]
    )
    for _ in range(72):
        if t > end:
            return -1.0, 0
        distance, part = product_at(p, shape, ox + t * dx, oy + t * dy, oz + t * dz)
        if distance < 0.0008:
            return t, part
        t += 0.96 * distance
    return -1.0, 0


@compiled
def hit_stage(p: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> float:
    """Distance along the ray to the stage; negative if it misses."""
    if p[STAGE] < 0.5:
        return -1.0
    t, end = in_cylinder(ox, oy, oz, dx, dy, dz, p[STAGE_RADIUS] + 0.01, 0.0, p[STAGE_HEIGHT] + 0.004)
    for _ in range(72):
        if t > end:
            return -1.0
        distance = stage_distance(p, ox + t * dx, oy + t * dy, oz + t * dz)
        if distance < 0.0006:
            return t
        t += distance
    return -1.0


@compiled
def into_prop(prop: np.ndarray, start: int, x: float, y: float, z: float) -> Point:
    """A direction of the world in the axes of the prop whose numbers begin at `start`."""
    return (
        prop[start + 4] * x + prop[start + 5] * y + prop[start + 6] * z,
        prop[start + 7] * x + prop[start + 8] * y + prop[start + 9] * z,
        prop[start + 10] * x + prop[start + 11] * y + prop[start + 12] * z,
    )


@compiled
def hit_prop(
    p: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, nearest: float
) -> tuple[float, int, int]:
    """The first prop nearer than `nearest`: distance (negative for none), its number, its part."""
    found, which, what = -1.0, -1, 0
    for index in range(int(p[PROP_COUNT])):
        start = PROPS + index * PROP_SIZE
        size = p[start + 3]
        x, y, z = ox - p[start], oy - p[start + 1], oz - p[start + 2]
        b = x * dx + y * dy + z * dz
        under = b * b - (x * x + y * y + z * z) + size * size
        if under <= 0.0:
            continue
        root = math.sqrt(under)
        t = max(-b - root, 0.0)
        end = min(root - b, nearest)
        if t >= end:
            continue
        inverse = 1.0 / size
        ax, ay, az = into_prop(p, start, x, y, z)
        bx, by, bz = into_prop(p, start, dx, dy, dz)
        kind = int(p[start + 13])
        for _ in range(48):
            distance, part = prop_distance(
                kind, (ax + t * bx) * inverse, (ay + t * by) * inverse, (az + t * bz) * inverse
            )
            distance *= size
            if distance < 0.0006:
                nearest = t
                found, which, what = t, index, part
                break
            t += distance
            if t > end:
                break
    return found, which, what


@compiled
def prop_normal(p: np.ndarray, index: int, x: float, y: float, z: float) -> Point:
    """Unit normal of a prop at a world point on it."""
    start = PROPS + index * PROP_SIZE
    inverse = 1.0 / p[start + 3]
    kind = int(p[start + 13])
    x, y, z = into_prop(
        p, start, (x - p[start]) * inverse, (y - p[start + 1]) * inverse, (z - p[start + 2]) * inverse
    )
    e = 0.006
    a, _ = prop_distance(kind, x + e, y - e, z - e)
    b, _ = prop_distance(kind, x - e, y - e, z + e)
    c, _ = prop_distance(kind, x - e, y + e, z - e)
    d, _ = prop_distance(kind, x + e, y + e, z + e)
    u, v, w = a - b - c + d, c + d - a - b, b + d - a - c
    nx = p[start + 4] * u + p[start + 7] * v + p[start + 10] * w
    ny = p[start + 5] * u + p[start + 8] * v + p[start + 11] * w
    nz = p[start + 6] * u + p[start + 9] * v + p[start + 12] * w
    inverse = 1.0 / max(math.sqrt(nx * nx + ny * ny + nz * nz), 1e-9)
    return nx * inverse, ny * inverse, nz * inverse


@compiled
def product_normal(p: np.ndarray, shape: np.ndarray, x: float, y: float, z: float) -> Point:
    """Unit normal of the product: central differences on a tetrahedron."""
    e = 0.0018
    a, _ = product_at(p, shape, x + e, y - e, z - e)
    b, _ = product_at(p, shape, x - e, y - e, z + e)
    c, _ = product_at(p, shape, x - e, y + e, z - e)
    d, _ = product_at(p, shape, x + e, y + e, z + e)
    u, v, w = a - b - c + d, c + d - a - b, b + d - a - c
    inverse = 1.0 / max(math.sqrt(u * u + v * v + w * w), 1e-9)
    return u * inverse, v * inverse, w * inverse


@compiled
def stage_normal(p: np.ndarray, x: float, y: float, z: float) -> Point:
    """Unit normal of the stage."""
    e = 0.003
    a = stage_distance(p, x + e, y - e, z - e)
    b = stage_distance(p, x - e, y - e, z + e)
    c = stage_distance(p, x - e, y + e, z - e)
    d = stage_distance(p, x + e, y + e, z + e)
    u, v, w = a - b - c + d, c + d - a - b, b + d - a - c
    inverse = 1.0 / max(math.sqrt(u * u + v * v + w * w), 1e-9)
    return u * inverse, v * inverse, w * inverse


@compiled
def hit_backdrop(
    p: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float
) -> tuple[float, float, float]:
    """Distance along the ray to floor, curve or wall, and the y and z of the normal there."""
    wall, curve = p[WALL], p[CURVE]
    far = 60.0
    t_floor = -oy / dy if dy < -1e-6 else far
    if oz + t_floor * dz > curve - wall:
        return min(t_floor, far), 1.0, 0.0
    if curve > 0.0:
        # Far side of the cylinder of radius `curve` about the line y = curve, z = curve - wall.
        y, z = oy - curve, oz - curve + wall
        a = dy * dy + dz * dz
        b = y * dy + z * dz
        under = b * b - a * (y * y + z * z - curve * curve)
        if under > 0.0:
            t = (math.sqrt(under) - b) / a
            ny, nz = -(y + t * dy) / curve, -(z + t * dz) / curve
            if ny >= 0.0:
                return min(t, far), ny, max(nz, 0.0)
    t_wall = (-wall - oz) / dz if dz < -1e-6 else far
    return clamp(t_wall, 0.0, far), 0.0, 1.0


@compiled
def near_miss(distance: float, before: float, t: float) -> float:
    """Tangent of the angle by which a shadow ray misses, from its last two distances.

    Aaltonen's estimate (GDC 2018): the closest approach lies between the two samples, so the penumbra does
    not show the steps.
    """
    if distance <= 0.0:
        return 0.0
    if distance >= before:
        return distance / t
    back = distance * distance / (2.0 * before)
    return math.sqrt(distance * distance - back * back) / max(t - back, 1e-4)


@compiled
def product_shadow(
    p: np.ndarray,
    shape: np.ndarray,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    sharpness: float,
) -> float:
    """Share of a light in this direction that the product lets through."""
    if p[KIND] < 0.0:
        return 1.0
    margin = min(1.1 / sharpness, 0.3)
    t, end = in_cylinder(
        ox, oy, oz, dx, dy, dz, p[RADIUS] + margin, p[FOOT] - margin, p[FOOT] + p[HEIGHT] + margin
    )
    t = max(t, 0.012)
    light, before = 1.0, 1e9
    for _ in range(36):
        if t > end:
            break
        distance = product_from_afar(p, shape, ox + t * dx, oy + t * dy, oz + t * dz)
        light = min(light, sharpness * near_miss(distance, before, t))
        if light < 0.004:
            return 0.0
        before = distance
        t += clamp(distance, 0.014, 0.16)
    return light * light * (3.0 - 2.0 * light)


@compiled
def stage_shadow(
    p: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, sharpness: float
) -> float:
    """Share of a light in this direction that the stage lets through."""
    if p[STAGE] < 0.5:
        return 1.0
    margin = min(1.1 / sharpness, 0.3)
    t, end = in_cylinder(ox, oy, oz, dx, dy, dz, p[STAGE_RADIUS] + margin, -margin, p[STAGE_HEIGHT] + margin)
    t = max(t, 0.012)
    light, before = 1.0, 1e9
    for _ in range(36):
        if t > end:
            break
        distance = stage_distance(p, ox + t * dx, oy + t * dy, oz + t * dz)
        light = min(light, sharpness * near_miss(distance, before, t))
        if light < 0.004:
            return 0.0
        before = distance
        t += clamp(distance, 0.014, 0.16)
    return light * light * (3.0 - 2.0 * light)


@compiled
def prop_shadow(
    p: np.ndarray,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    sharpness: float,
    skip: int,
) -> float:
    """Share of a light in this direction that all props but number `skip` let through."""
    light = 1.0
    for index in range(int(p[PROP_COUNT])):
        if index == skip:
            continue
        start = PROPS + index * PROP_SIZE
        size = p[start + 3]
        x, y, z = ox - p[start], oy - p[start + 1], oz - p[start + 2]
        b = x * dx + y * dy + z * dz
        if b > size:
            continue
        reach = size + max(-b, 0.0) / sharpness
        under = b * b - (x * x + y * y + z * z) + reach * reach
        if under <= 0.0:
            continue
        root = math.sqrt(under)
        t = max(-b - root, 0.01)
        end = root - b
        inverse = 1.0 / size
        ax, ay, az = into_prop(p, start, x, y, z)
        bx, by, bz = into_prop(p, start, dx, dy, dz)
        kind = int(p[start + 13])
        here = 1.0
        for _ in range(20):
            distance, _ = prop_distance(
                kind, (ax + t * bx) * inverse, (ay + t * by) * inverse, (az + t * bz) * inverse
            )
            distance *= size
            here = min(here, sharpness * distance / t)
            if here < 0.004:
                here = 0.0
                break
            t += clamp(distance, 0.012, 0.2)
            if t > end:
                break
        # Far from a broad light a small thing hides a small share of it.
        share = min(size * sharpness / max(-b, size), 1.0)
        here = here * here * (3.0 - 2.0 * here)
        light = min(light, 1.0 - share * share * (1.0 - here))
    return light


@compiled
def prop_openness(
    p: np.ndarray, x: float, y: float, z: float, nx: float, ny: float, nz: float, skip: int
) -> float:
    """Share of the sky that props but number `skip` leave open, each taken as a ball.

    A ball of radius r at distance d covers (n·l) r²/d² of a cosine-weighted half sphere.
    """
    openness = 1.0
    for index in range(int(p[PROP_COUNT])):
        if index == skip:
            continue
        start = PROPS + index * PROP_SIZE
        size = 0.8 * p[start + 3]
        u, v, w = p[start] - x, p[start + 1] - y, p[start + 2] - z
        squared = u * u + v * v + w * w
        if squared > 16.0 * size * size:
            continue
        facing = (u * nx + v * ny + w * nz) / math.sqrt(max(squared, 1e-9))
        if facing > 0.0:
            openness *= 1.0 - clamp(facing * size * size / max(squared, 1e-9), 0.0, 0.85)
    return openness


@compiled
def nearest_solid(
    p: np.ndarray, shape: np.ndarray, x: float, y: float, z: float, reach: float, seamless: bool
) -> float:
    """Distance to floor, wall, stage or product, up to `reach`; without floor and wall if `seamless`."""
    distance = reach
    if not seamless:
        distance = min(distance, y)
        if p[CORNER] > 0.5:
            distance = min(distance, z + p[WALL])
    if p[STAGE] > 0.5:
        distance = min(distance, stage_distance(p, x, y, z))
    if p[KIND] >= 0.0 and length2(x, z) < p[RADIUS] + reach and y < p[FOOT] + p[HEIGHT] + reach:
        distance = min(distance, product_from_afar(p, shape, x, y, z))
    return distance


@compiled
def openness(
    p: np.ndarray,
    shape: np.ndarray,
    x: float,
    y: float,
    z: float,
    nx: float,
    ny: float,
    nz: float,
    seamless: bool,
) -> float:
    """Share of the sky that reaches a point with this normal: ambient occlusion, from 1 (open) to 0."""
    hidden = 0.0
    for tap in range(4):
        h = 0.025 if tap == 0 else (0.075 if tap == 1 else (0.18 if tap == 2 else 0.36))
        weight = 5.0 if tap == 0 else (3.0 if tap == 1 else (1.5 if tap == 2 else 0.8))
        distance = nearest_solid(p, shape, x + h * nx, y + h * ny, z + h * nz, h, seamless)
        hidden += weight * max(h - distance, 0.0)
    return clamp(1.0 - hidden, 0.0, 1.0)
