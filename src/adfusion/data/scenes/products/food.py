"""Ice cream, apple, donut and cupcake."""

import math

from adfusion.data.scenes.sdf import (
    Shape,
    clamp,
    compiled,
    doubled,
    floor,
    length2,
    length3,
    nearest,
    ring,
    rod,
    single,
    smooth_max,
    smooth_min,
    trapezoid,
    turn,
)


@compiled
def ice_cream(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Two scoops on a waffle cone, with sauce running down and a berry on top."""
    low = 0.27 + 0.03 * shape[0]
    high = low - 0.02 - 0.03 * shape[1]
    rim = 0.48 + 0.06 * shape[2]
    r = length2(x, z)
    cone = trapezoid(r, y, 0.0, rim, 0.05, 0.255, 0.025)
    if cone < 0.04:
        u = 10.0 * (y + 0.9 * x)
        v = 10.0 * (y - 0.9 * x)
        groove = min(abs(u - floor(u) - 0.5), abs(v - floor(v) - 0.5))
        cone = 0.8 * (cone + 0.008 * max(1.0 - 4.5 * groove, 0.0))
    d, part = cone, 3
    c, s = x / max(r, 1e-4), z / max(r, 1e-4)
    c, s = doubled(c, s)
    c, s = doubled(c, s)
    wave = c * min(r * 4.0, 1.0)
    first = length3(x, y - rim - 0.13, z) - low
    hem = length2(r - 0.25, y - rim - 0.03 + 0.02 * wave) - 0.04
    d, part = nearest(d, part, smooth_min(first, hem, 0.05), 0)
    centre = rim + 0.13 + 0.9 * low + 0.25 * high
    second = length3(x, y - centre, z) - high
    hem = length2(r - high * 0.93, y - centre + 0.1 - 0.02 * wave) - 0.035
    d, part = nearest(d, part, 0.97 * smooth_min(second, hem, 0.05), 0)
    sauce = smooth_max(second - 0.02, centre + 0.08 + 0.05 * wave - y, 0.04)
    d, part = nearest(d, part, 0.82 * sauce, 1)
    return nearest(d, part, length3(x, y - centre - high - 0.05, z) - 0.07, 1)


@compiled
def apple(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Dimpled above and below, narrower at the foot, with a stem, a leaf and a sticker."""
    r = length2(x, z)
    wide = 0.21 + 0.03 * shape[0]
    middle = 0.43
    v = y - middle
    low = clamp(0.5 - v / 0.9, 0.0, 1.0)
    narrow = 1.02 - 0.3 * low * low
    c, s = x / max(r, 1e-4), z / max(r, 1e-4)
    c, s = doubled(c, s)
    c, s = doubled(c, s)
    u = r + (1.0 / narrow - 1.0) * min(r, 0.6) - wide
    v = v + 0.012 * c * min(4.0 * r, 1.0) * min(max(-4.0 * v, 0.0), 1.0)
    d = 0.76 * (length2(u, (0.68 + 0.05 * shape[1]) * v) - 0.29)
    top = middle + 0.22
    sticker = length2(x - 0.16, y - middle - 0.04)
    part = 0
    if z > 0.0 and sticker < 0.085:
        part = 3 if sticker < 0.05 else 1
    side = 1.0 if shape[7] > 0.5 else -1.0
    x *= side
    d, part = nearest(d, part, rod(x, y, z, 0.0, top, 0.0, -0.06, top + 0.36, 0.0, 0.02, 0.03), 2)
    lx, ly = turn(x - 0.18, y - top - 0.27, 0.3 + 0.25 * shape[2])
    # a leaf: two circles overlap; it bends down, and turns its upper side to the front
    bent = ly + 0.9 * min(lx * lx, 0.08)
    lz, ly = turn(z, bent, -0.75)
    leaf = max(length2(lx, lz - 0.15) - 0.28, length2(lx, lz + 0.15) - 0.28)
    leaf = 0.8 * smooth_max(leaf, abs(ly) - 0.016, 0.02)
    return nearest(d, part, leaf, 1)


@compiled
def donut(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Standing, turned up to the camera: icing with a wavy edge, and sprinkles."""
    radius = 0.33 + 0.03 * shape[0]
    tube = 0.15 + 0.025 * shape[1]
    tilt = 0.3 + 0.3 * shape[2]
    v, w = turn(y - radius * math.cos(tilt) - tube, z, -tilt)
    dough = ring(x, v, w, radius, tube)
    if dough > 0.12:
        return dough - 0.06, 3
    r = length2(x, v)
    c, s = x / max(r, 1e-4), v / max(r, 1e-4)
    c, s = doubled(c, s)
    c4, _ = doubled(c, s)
    wave = 0.7 * c4 + 0.3 * s
    icing = 0.95 * smooth_max(dough - 0.016, 0.025 * wave + 0.04 - w, 0.035)
    d, part = nearest(dough, 3, icing, 0)
    if w < -0.05:
        return d, part
    if icing > 0.06:
        return min(d, icing - 0.045), part
    # three rows of sprinkles along the tube, each in the middle of its cell and lying on the icing
    for row in range(3):
        line = single(row) - 1.0
        sine = -0.56 * line
        cosine = 1.0 - 0.17 * abs(line)
        step = 6.2831853 / (13.0 - 3.0 * line)
        angle = (math.atan2(v, x) - 0.37 * line - shape[3]) / step
        cell = floor(angle + 0.5)
        a, b = turn((angle - cell) * step * r, (r - radius) * cosine - w * sine, 2.4 * cell + 1.3 * line)
        a -= clamp(a, -0.035, 0.035)
        above = (r - radius) * sine + w * cosine - tube - 0.02
        d, part = nearest(d, part, 0.85 * (length3(a, b, above) - 0.018), 1)
    return d, part


@compiled
def cupcake(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Swirl of frosting on a pleated paper case, with a cherry."""
    r = length2(x, z)
    rim = 0.4 + 0.06 * shape[0]
    wide = 0.36 + 0.03 * shape[1]
    top = rim + 0.48 + 0.1 * shape[2]
    case = trapezoid(r, y, 0.0, rim, wide - 0.11, wide, 0.015)
    c, s = x / max(r, 1e-4), z / max(r, 1e-4)
    if case < 0.05:
        c2, s2 = doubled(c, s)
        c2, s2 = doubled(c2, s2)
        c2, s2 = doubled(c2, s2)
        c2, s2 = doubled(c2, s2)
        c2, s2 = doubled(c2, s2)
        case = 0.88 * (case + 0.006 * c2)
    part = 1
    d, part = nearest(case, 1, 0.9 * (length2(r - wide + 0.03, y - rim) - 0.045), 3)
    swirl = trapezoid(r, y, rim - 0.02, top, wide + 0.02, 0.05, 0.05)
    pitch = 2.0 * 3.1415927 / 0.165
    if swirl < 0.1:
        phase = pitch * y
        ridge = math.sqrt(max(0.5 + 0.5 * (math.sin(phase) * c - math.cos(phase) * s), 0.0))
        swirl = 0.66 * (swirl + 0.012 - 0.05 * ridge * min(1.0, 8.0 * r))
    else:
        swirl -= 0.04
    d, part = nearest(d, part, swirl, 0)
    return nearest(d, part, length3(x, y - top - 0.05, z) - 0.085, 1)
