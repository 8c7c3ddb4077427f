"""One sample of a picture: a ray from the eye, the first thing it meets, and the light from there."""

import math

import numpy as np

from adfusion.data.scenes.layout import (
    CENTER_X,
    CENTER_Y,
    CORNER,
    EYE,
    FLOOR_MIRROR,
    FOCAL,
    FORWARD,
    GOLD_SURFACE,
    KEY_DIRECTION,
    KEY_SHARPNESS,
    PARTS,
    PROP_SIZE,
    PROPS,
    SECOND,
    SECOND_DIRECTION,
    SECOND_SHARPNESS,
    STAGE_SURFACE,
    STEM_SURFACE,
    SURFACE_SIZE,
    UP,
)
from adfusion.data.scenes.march import (
    hit_backdrop,
    hit_product,
    hit_prop,
    hit_stage,
    nearest_solid,
    openness,
    product_normal,
    product_shadow,
    prop_normal,
    prop_openness,
    prop_shadow,
    smoothstep,
    stage_normal,
    stage_shadow,
)
from adfusion.data.scenes.sdf import clamp, compiled, mix
from adfusion.data.scenes.shading import backdrop_color, film, glass_color, is_glass, surface_color, vignette

Sample = tuple[float, float, float, int, float, float, float, float]

BACKDROP, STAGE, PRODUCT, PROP = 0, 2, 4, 16
"""Ranges of what a sample hit: product is `PRODUCT + part`, a prop is `PROP + 4 * number + part`."""


@compiled
def light_through(
    p: np.ndarray,
    shape: np.ndarray,
    x: float,
    y: float,
    z: float,
    dx: float,
    dy: float,
    dz: float,
    sharpness: float,
    skip: int,
) -> float:
    """Share of a light that reaches a point; glass lets part of it through."""
    light = stage_shadow(p, x, y, z, dx, dy, dz, sharpness)
    if light > 0.004:
        light *= prop_shadow(p, x, y, z, dx, dy, dz, sharpness, skip)
    if light > 0.004:
        through = product_shadow(p, shape, x, y, z, dx, dy, dz, sharpness)
        if is_glass(p, 0):
            through = 0.45 + 0.55 * through
        light *= through
    return light


@compiled
def reflection(
    p: np.ndarray, shape: np.ndarray, x: float, y: float, z: float, dx: float, dy: float, dz: float
) -> tuple[float, float, float, float]:
    """Colour of the product or stage in a mirror at this point, and how much of it is seen (0: none)."""
    t, part = hit_product(p, shape, x, y, z, dx, dy, dz)
    t_stage = hit_stage(p, x, y, z, dx, dy, dz)
    if t_stage >= 0.0 and (t < 0.0 or t_stage < t):
        x, y, z = x + t_stage * dx, y + t_stage * dy, z + t_stage * dz
        nx, ny, nz = stage_normal(p, x, y, z)
        r, g, b = surface_color(p, STAGE_SURFACE, x, nx, ny, nz, dx, dy, dz, 0.7, 0.7, 0.8, 0.0)
        return r, g, b, math.exp(-1.6 * t_stage)
    if t < 0.0:
        return 0.0, 0.0, 0.0, 0.0
    x, y, z = x + t * dx, y + t * dy, z + t * dz
    nx, ny, nz = product_normal(p, shape, x, y, z)
    r, g, b = surface_color(p, PARTS + part * SURFACE_SIZE, x, nx, ny, nz, dx, dy, dz, 0.7, 0.7, 0.8, 0.8)
    return r, g, b, math.exp(-1.6 * t)


@compiled
def sample(p: np.ndarray, shape: np.ndarray, u: float, v: float, aspect: float) -> Sample:
    """What is seen at picture point (u, v): red, green, blue (sRGB in [0, 1]), what was hit, depth, normal.

    Depth is along the optical axis, in world units; the normal in camera axes: right, up, towards the camera.
    """
    a, b = (u - p[CENTER_X]) / p[FOCAL], (v - p[CENTER_Y]) / p[FOCAL]
    dx = a
    dy = p[FORWARD + 1] + b * p[UP + 1]
    dz = p[FORWARD + 2] + b * p[UP + 2]
    inverse = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
    dx *= inverse
    dy *= inverse
    dz *= inverse
    ox, oy, oz = p[EYE], p[EYE + 1], p[EYE + 2]

    t, ny, nz = hit_backdrop(p, ox, oy, oz, dx, dy, dz)
    nx = 0.0
    hit = BACKDROP + (1 if nz > 0.5 else 0)
    prop, part = -1, 0
    t_stage = hit_stage(p, ox, oy, oz, dx, dy, dz)
    if 0.0 <= t_stage < t:
        t, hit = t_stage, STAGE
    t_product, part_product = hit_product(p, shape, ox, oy, oz, dx, dy, dz)
    if 0.0 <= t_product < t:
        t, hit, part = t_product, PRODUCT + part_product, part_product
    t_prop, prop, part_prop = hit_prop(p, ox, oy, oz, dx, dy, dz, t)
    if t_prop >= 0.0:
        t, hit, part = t_prop, PROP + 4 * prop + part_prop, part_prop

    x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
    if hit >= PROP:
        nx, ny, nz = prop_normal(p, prop, x, y, z)
    elif hit >= PRODUCT:
        nx, ny, nz = product_normal(p, shape, x, y, z)
    elif hit == STAGE:
        nx, ny, nz = stage_normal(p, x, y, z)
    if nx * dx + ny * dy + nz * dz > 0.0 and hit >= STAGE:
        # A normal of a thin edge may point away: bend it to face the eye.
        slope = nx * dx + ny * dy + nz * dz
        nx, ny, nz = nx - 1.02 * slope * dx, ny - 1.02 * slope * dy, nz - 1.02 * slope * dz
        inverse = 1.0 / math.sqrt(max(nx * nx + ny * ny + nz * nz, 1e-12))
        nx, ny, nz = nx * inverse, ny * inverse, nz * inverse

    lift = 0.006
    sx, sy, sz = x + lift * nx, y + lift * ny, z + lift * nz
    seamless = hit < STAGE and p[CORNER] < 0.5
    sky = openness(p, shape, sx, sy, sz, nx, ny, nz, seamless) * prop_openness(p, x, y, z, nx, ny, nz, prop)
    lx, ly, lz = p[KEY_DIRECTION], p[KEY_DIRECTION + 1], p[KEY_DIRECTION + 2]
    key = 0.0
    if nx * lx + ny * ly + nz * lz > 0.0:
        key = light_through(p, shape, sx, sy, sz, lx, ly, lz, p[KEY_SHARPNESS], prop)
    second = 0.0
    if p[SECOND] + p[SECOND + 1] + p[SECOND + 2] > 0.0:
        lx, ly, lz = p[SECOND_DIRECTION], p[SECOND_DIRECTION + 1], p[SECOND_DIRECTION + 2]
        if nx * lx + ny * ly + nz * lz > 0.0:
            second = light_through(p, shape, sx, sy, sz, lx, ly, lz, p[SECOND_SHARPNESS], prop)

    slope = -2.0 * (dx * nx + dy * ny + dz * nz)
    rx, ry, rz = dx + slope * nx, dy + slope * ny, dz + slope * nz
    if hit < STAGE:
        red, green, blue = backdrop_color(p, x, y, z, ny, nz, key, second, sky)
    else:
        reach = 0.3
        gap = nearest_solid(p, shape, sx + reach * rx, sy + reach * ry, sz + reach * rz, reach, False)
        mirror = 0.25 + 0.75 * clamp(gap / reach, 0.0, 1.0)
        if hit >= PROP:
            surface = PROPS + prop * PROP_SIZE + 14
            if part == 1:
                surface = GOLD_SURFACE
            elif part == 2:
                surface = STEM_SURFACE
        elif hit >= PRODUCT:
            surface = PARTS + part * SURFACE_SIZE
        else:
            surface = STAGE_SURFACE
        if PRODUCT <= hit < PROP and is_glass(p, part):
            red, green, blue = glass_color(
                p, shape, x, y, z, nx, ny, nz, dx, dy, dz, key, second, sky, mirror
            )
        else:
            red, green, blue = surface_color(p, surface, x, nx, ny, nz, dx, dy, dz, key, second, sky, mirror)

    if hit >= PROP and p[PROPS + prop * PROP_SIZE + 13] == 1.0 and y < 0.08:
        # Snow thins out at its rim.
        fr, fg, fb = backdrop_color(p, x, y, z, 1.0, 0.0, key, second, sky)
        thick = smoothstep(0.0, 0.07, y)
        red, green, blue = mix(fr, red, thick), mix(fg, green, thick), mix(fb, blue, thick)

    # A polished floor or podium mirrors the product that stands on it.
    polish = p[FLOOR_MIRROR] if hit == BACKDROP else (0.12 if hit == STAGE and ny > 0.9 else 0.0)
    if polish > 0.0 and ny > 0.7:
        mr, mg, mb, seen = reflection(p, shape, sx, sy, sz, rx, ry, rz)
        grazing = 1.0 + dy
        seen *= polish + (1.0 - polish) * 0.5 * grazing * grazing * grazing * grazing
        red += seen * (mr - red)
        green += seen * (mg - green)
        blue += seen * (mb - blue)

    dim = vignette(p, u, v, aspect)
    depth = t * -(dy * -p[FORWARD + 1] + dz * -p[FORWARD + 2])
    return (
        film(dim * red),
        film(dim * green),
        film(dim * blue),
        hit,
        abs(depth),
        nx,
        ny * p[UP + 1] + nz * p[UP + 2],
        -ny * p[FORWARD + 1] - nz * p[FORWARD + 2],
    )
