"""Phone, headphones and speaker."""

import math

from adfusion.data.scenes.sdf import (
    Shape,
    box,
    compiled,
    extrude,
    length2,
    length3,
    nearest,
    rectangle,
    slab,
    turn,
)


@compiled
def phone(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Upright, screen to the front: frame and wallpaper in the body colour, dark bezel, a wave and icons."""
    wide = 0.29 + 0.04 * shape[0]
    tall = 0.56 + 0.08 * shape[1]
    v = y - tall
    profile = rectangle(x, v, wide, tall, 0.09)
    d = extrude(profile, z, 0.05, 0.024)
    part = 0
    if z > 0.035 and profile < -0.016:
        quarter = 0.47 * wide
        slot = abs(abs(x) - 0.5 * quarter) if abs(x) < quarter else abs(x) - 1.5 * quarter
        icon = rectangle(slot, v + tall - 0.13, 0.045, 0.045, 0.016)
        island = rectangle(x, v - tall + 0.1, 0.075, 0.024, 0.024)
        clock = rectangle(x, v - 0.45 * tall, 0.62 * wide, 0.045, 0.02)
        date = rectangle(x, v - 0.45 * tall + 0.09, 0.34 * wide, 0.018, 0.01)
        if profile > -0.045 or island < 0.0:
            part = 2
        elif min(icon, min(clock, date)) < 0.0:
            part = 3
        elif v < -0.2 * tall + 0.11 * math.sin(6.0 * x + 6.0 * shape[2]) and v > -0.66 * tall:
            part = 1
    return nearest(d, part, box(abs(x) - wide, v - 0.2, z, 0.014, 0.08, 0.016, 0.01), 1)


@compiled
def headphones(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Standing on the ear cups: padded band above, outer faces of the cups turned to the front."""
    wide = 0.37 + 0.04 * shape[0]
    cup = 0.25 + 0.03 * shape[1]
    rise = 0.4 + 0.1 * shape[2] + cup
    x = abs(x)
    over = length2(x, max(y - rise, 0.0)) - wide
    band = length2(max(abs(over) - 0.01, 0.0), max(abs(z) - 0.04, 0.0))
    d = length2(band, min(y - 1.5 * cup, 0.0)) - 0.024
    pad = length2(max(abs(over + 0.03) - 0.012, 0.0), max(abs(z) - 0.05, 0.0))
    d, part = nearest(d, 0, length2(pad, min(y - rise - 0.12, 0.0)) - 0.036, 1)
    fork = length3(x - wide, y - min(max(y, 1.3 * cup), 2.3 * cup), z) - 0.045
    d, part = nearest(d, part, fork, 4)
    u, w = turn(x - wide, z, 0.6 + 0.3 * shape[3])
    r = length2(w, (y - cup) * 0.96)
    d, part = nearest(d, part, slab(r, u, cup, 0.0, 0.13, 0.06), 0)
    if part == 0 and u > 0.08 and r < 0.7 * cup and r > 0.56 * cup:
        part = 1
    d, part = nearest(d, part, slab(r, u, 0.2 * cup, 0.1, 0.145, 0.012), 4)
    return nearest(d, part, slab(r, u, cup * 0.96, -0.13, 0.0, 0.06), 2)


@compiled
def speaker(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Cabinet with a woofer, a tweeter, and four feet."""
    wide = 0.3 + 0.05 * shape[0]
    tall = 0.48 + 0.08 * shape[1]
    deep = 0.25
    v = y - tall - 0.03
    d = box(x, v, z, wide, tall, deep, 0.05)
    part = 0
    woofer = 0.72 * wide
    low = -0.36 * tall
    high = 0.5 * tall
    small = 0.38 * wide
    r = length2(x, v - low)
    t = length2(x, v - high)
    if z > 0.0:
        # cones: shallow bowls cut into the front
        bowl = 0.85 * max(r - woofer, deep - 0.1 + 0.1 * r / woofer - z)
        d = max(d, -bowl)
        bowl = 0.85 * max(t - small, deep - 0.05 + 0.05 * t / small - z)
        d = max(d, -bowl)
        if r < woofer or t < small:
            part = 1
        if (r < woofer and r > 0.82 * woofer) or (t < small and t > 0.75 * small):
            part = 2
    d, part = nearest(d, part, length2(length2(x, v - low) - woofer, z - deep) - 0.022, 2)
    d, part = nearest(d, part, length2(length2(x, v - high) - small, z - deep) - 0.016, 2)
    d, part = nearest(d, part, length2(r, z - deep + 0.09) - 0.085, 4)
    d, part = nearest(d, part, length2(t, z - deep + 0.03) - 0.045, 4)
    return nearest(d, part, slab(length2(abs(x) - wide + 0.09, abs(z) - 0.16), y, 0.05, 0.0, 0.06, 0.01), 2)
