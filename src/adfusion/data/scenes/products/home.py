"""Mug, gift box, lamp, candle, book, teapot, wine glass and plant pot."""

import math

from adfusion.data.scenes.sdf import (
    Shape,
    box,
    clamp,
    compiled,
    ellipsoid,
    length2,
    length3,
    mix,
    nearest,
    rectangle,
    rod,
    slab,
    smooth_max,
    smooth_min,
    trapezoid,
    turn,
)


@compiled
def mug(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Two-tone mug: accent inside and at the foot, handle on one side."""
    if shape[7] < 0.5:
        x = -x
    radius = 0.3 + 0.04 * shape[0]
    tall = 0.58 + 0.12 * shape[1]
    x += 0.1
    r = length2(x, z)
    wall = slab(r, y, radius, 0.0, tall, 0.05)
    inner = slab(r, y, radius - 0.035, 0.08, tall + 0.3, 0.05)
    body = smooth_max(wall, -inner, 0.03)
    loop = abs(rectangle(x - radius - 0.03, y - 0.5 * tall, 0.16, 0.2, 0.15))
    hand = length2(max(loop - 0.008, 0.0), max(abs(z) - 0.02, 0.0)) - 0.032
    hand = max(hand, radius - 0.02 - r)
    d = smooth_min(body, hand, 0.04)
    inside = r < radius - 0.012 and y > 0.06
    foot = y < 0.13 + 0.08 * shape[2] and r < radius + 0.012
    return d, 1 if inside or foot else 0


@compiled
def gift_box(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Lidded box with a crossed ribbon and a bow."""
    half = 0.36 + 0.04 * shape[0]
    tall = 0.5 + 0.2 * shape[1]
    x = abs(x)
    d = box(x, y - 0.5 * tall, z, half - 0.02, 0.5 * tall, half - 0.02, 0.02)
    d = min(d, box(x, y - tall + 0.05, z, half, 0.085, half, 0.02))
    part = 0
    top = tall + 0.035
    ribbon = min(
        box(x, y - 0.5 * top, z, 0.06, 0.5 * top + 0.006, half + 0.008, 0.01),
        box(x, y - 0.5 * top, z, half + 0.008, 0.5 * top + 0.006, 0.06, 0.01),
    )
    d, part = nearest(d, part, ribbon, 1)
    if y < top - 0.2:
        return min(d, top - y), part
    u, v = turn(x - 0.155, y - top - 0.12, 0.5)
    bow = abs(length2(u * 0.8, v * 1.25) - 0.1)
    bow = 0.78 * length2(max(bow - 0.004, 0.0), max(abs(z) - 0.07, 0.0)) - 0.02
    d, part = nearest(d, part, bow, 1)
    tail = rod(x, y, z, 0.02, top + 0.03, 0.03, 0.2, top + 0.03, 0.2, 0.03, 0.03)
    d, part = nearest(d, part, tail, 1)
    return nearest(d, part, ellipsoid(x, y - top - 0.06, z, 0.075, 0.06, 0.075), 1)


@compiled
def lamp(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Table lamp: open shade, glowing bulb, turned base."""
    r = length2(x, z)
    low = 0.36 + 0.06 * shape[0]
    high = 0.16 + 0.12 * shape[1]
    hem = 0.62 + 0.06 * shape[2]
    top = hem + 0.42 + 0.06 * shape[3]
    t = min(max((y - hem) / (top - hem), 0.0), 1.0)
    slope = (low - high) / (top - hem)
    over = (r - mix(low, high, t)) / math.sqrt(1.0 + slope * slope)
    d = length2(max(abs(over) - 0.006, 0.0), max(abs(y - 0.5 * (hem + top)) - 0.5 * (top - hem), 0.0)) - 0.012
    part = 5 if over < -0.004 else 0
    if part == 0 and (y < hem + 0.04 or y > top - 0.03):
        part = 1
    base = slab(r, y, 0.2, 0.0, 0.05, 0.025)
    belly = 0.15 + 0.05 * shape[4]
    base = smooth_min(base, ellipsoid(x, y - 0.25, z, belly, 0.2, belly), 0.06)
    base = smooth_min(base, slab(r, y, 0.04, 0.2, hem, 0.01), 0.06)
    d, part = nearest(d, part, base, 1)
    d, part = nearest(d, part, slab(r, y, 0.045, hem - 0.08, hem + 0.02, 0.01), 4)
    return nearest(d, part, length2(r, y - hem - 0.12) - 0.1, 5)


@compiled
def candle(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Candle in a jar: label, pool of wax, wick and flame."""
    r = length2(x, z)
    radius = 0.3 + 0.07 * shape[0]
    tall = 0.52 + 0.16 * shape[1]
    d = slab(r, y, radius, 0.0, tall, 0.05)
    d = smooth_max(d, -slab(r, y, radius - 0.03, tall - 0.07, tall + 0.3, 0.02), 0.02)
    part = 0
    if r < radius - 0.02 and y > tall - 0.09 and y < tall - 0.03:
        part = 3
    elif z > 0.0:
        label = rectangle(x, y - 0.47 * tall, 0.19, 0.16, 0.02 + 0.13 * shape[2])
        if label < 0.0:
            part = 1
            if abs(label + 0.03) < 0.008:
                part = 3
    d, part = nearest(d, part, rod(x, y, z, 0.0, tall - 0.1, 0.0, 0.01, tall + 0.06, 0.0, 0.012, 0.01), 2)
    t = min(max((y - tall - 0.04) / 0.2, 0.0), 1.0)
    flame = 0.9 * (length3(x, y - tall - 0.04 - 0.2 * t, z) - 0.065 * (1.0 - t) * (1.0 + 0.6 * t) - 0.004)
    return nearest(d, part, flame, 5)


@compiled
def book(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Thick hardback standing upright, cover to the front, round spine, pale pages and a ribbon."""
    wide = 0.36 + 0.05 * shape[0]
    tall = 0.5 + 0.08 * shape[1]
    thick = 0.12 + 0.05 * shape[2]
    v = y - tall
    covers = box(x, v, abs(z) - thick + 0.014, wide, tall, 0.014, 0.01)
    spine = length2(1.4 * (x + wide - 0.06), z)
    spine = max(abs(spine - thick + 0.014) - 0.014, x + wide - 0.06) / 1.4
    spine = max(spine, abs(v) - tall)
    d = min(covers, spine)
    part = 0
    if z > thick - 0.01:
        plate = rectangle(x - 0.03, v - 0.3 * tall, 0.66 * wide, 0.36 * tall, 0.02)
        if plate < 0.0:
            part = 1
            if abs(x - 0.03) < 0.42 * wide and (abs(v - 0.4 * tall) < 0.035 or abs(v - 0.22 * tall) < 0.02):
                part = 3
        elif length2(x - 0.03, v + 0.5 * tall) < 0.1:
            part = 1
        elif abs(x + wide - 0.07) < 0.012:
            part = 2
    elif x < -wide + 0.05 and abs(abs(v) - 0.7 * tall) < 0.06:
        part = 1
    pages = box(x + 0.005, v, z, wide - 0.025, tall - 0.03, thick - 0.02, 0.005)
    d, part = nearest(d, part, pages, 3)
    mark = box(x - 0.1, v - tall, z, 0.035, 0.06, 0.014, 0.006)
    return nearest(d, part, mark, 1)


@compiled
def teapot(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Round pot with a lid, a knob, a curved spout and a handle."""
    if shape[7] < 0.5:
        x = -x
    wide = 0.34 + 0.03 * shape[0]
    tall = 0.29 + 0.04 * shape[1]
    middle = tall + 0.03
    r = length2(x, z)
    d = ellipsoid(x, y - middle, z, wide, tall, wide)
    d = smooth_min(d, slab(r, y, 0.2, 0.0, 0.06, 0.02), 0.05)
    top = middle + tall
    bend = wide + 0.12
    spout = rod(x, y, z, wide - 0.1, middle - 0.08, 0.0, bend, middle + 0.06, 0.0, 0.1, 0.062)
    mouth = rod(x, y, z, bend, middle + 0.06, 0.0, bend + 0.08, middle + 0.24, 0.0, 0.06, 0.042)
    spout = smooth_min(spout, mouth, 0.12)
    spout = smooth_max(spout, y - middle - 0.25 + 0.4 * (x - wide - 0.2), 0.01)
    d = smooth_min(d, spout, 0.06)
    part = 0
    if abs(y - middle + 0.02) < 0.05 and r < wide + 0.02:
        part = 1
    u = rectangle(x + wide + 0.04, y - middle - 0.02, 0.19, 0.2, 0.17)
    hand = length2(abs(u), max(abs(z) - 0.012, 0.0)) - 0.034
    hand = max(hand, -(ellipsoid(x, y - middle, z, wide, tall, wide) + 0.02))
    d, part = nearest(d, part, hand, 0)
    lid = ellipsoid(x, y - middle, z, wide + 0.01, tall + 0.02, wide + 0.01)
    lid = smooth_max(lid, middle + 0.78 * tall - y, 0.02)
    d, part = nearest(d, part, 0.95 * lid, 1)
    return nearest(d, part, length3(x, y - top - 0.065, z) - 0.06, 1)


@compiled
def wine_glass(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Filled bowl on a stem with a foot."""
    r = length2(x, z)
    wide = 0.27 + 0.06 * shape[0]
    deep = 0.3 + 0.05 * shape[1]
    stem = 0.42 + 0.08 * shape[2]
    centre = stem + deep
    rim = centre + 0.6 * deep
    bowl = ellipsoid(x, y - centre, z, wide, deep, wide)
    wine = centre + 0.15 * deep
    cup = smooth_max(bowl, y - rim, 0.012)
    cup = smooth_max(cup, -max(bowl + 0.025, wine - y), 0.01)
    part = 0
    if y > wine + 0.012:
        part = 3
    elif y > wine - 0.01 and r < wide - 0.03:
        part = 0
    foot = slab(r, y, 0.24, 0.0, 0.03, 0.012)
    foot = max(smooth_min(foot, slab(r, y, 0.026, 0.0, stem + 0.03, 0.01), 0.12), -y)
    return nearest(0.95 * cup, part, foot, 1)


@compiled
def plant_pot(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Pot with a rim, soil, and a fan of pointed leaves."""
    r = length2(x, z)
    wide = 0.35 + 0.04 * shape[0]
    tall = 0.5 + 0.08 * shape[1]
    d = trapezoid(r, y, 0.0, tall, wide - 0.1, wide - 0.02, 0.03)
    d = min(d, slab(r, y, wide + 0.02, tall - 0.14, tall, 0.025))
    part = 0
    d = smooth_max(d, -slab(r, y, wide - 0.04, tall - 0.05, tall + 0.2, 0.01), 0.01)
    if r < wide - 0.03 and y > tall - 0.07 and y < tall - 0.02:
        part = 2
    if y < tall - 0.2:
        return min(d, tall - 0.06 - y), part
    # leaves: one blade of each ring, folded around the axis
    u, w = abs(x), abs(z)
    u, w = max(u, w), min(u, w)
    d, part = nearest(d, part, blade(u, y - tall + 0.06, w, 0.95 + 0.25 * shape[2], 0.36), 1)
    u, w = 0.9239 * u + 0.3827 * w, 0.9239 * w - 0.3827 * u
    d, part = nearest(d, part, blade(u, y - tall + 0.06, w, 0.7, 0.75), 1)
    return d, part


@compiled
def blade(u: float, v: float, w: float, long: float, lean: float) -> float:
    """A pointed leaf from the origin, `long` units tall, leaning outwards along u."""
    a, b = turn(v, u - 0.04, lean)
    bent = clamp(a, 0.0, 0.9)
    b += 0.25 * bent * bent - 0.1 * bent
    a -= 0.28 * long
    width = max(length2(a, w + 0.32), length2(a, w - 0.32)) - 0.42
    return 0.8 * smooth_max(width, abs(b) - 0.014, 0.02)
