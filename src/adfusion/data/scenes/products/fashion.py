"""Sneaker, handbag, watch, backpack, sunglasses and ring."""

import math

from adfusion.data.scenes.sdf import (
    Shape,
    box,
    compiled,
    ellipsoid,
    extrude,
    floor,
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
from adfusion.data.scenes.sdf import ring as torus


@compiled
def sneaker(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Seen from the side: thick pale sole, toe cap, laces, side stripes, heel tab and ankle opening."""
    if shape[7] < 0.5:
        x = -x
    z = abs(z)
    thick = 0.12 + 0.04 * shape[0]
    # sole: a long footprint, a little up at the toe
    t = min(max((x + 0.42) / 0.84, 0.0), 1.0)
    step = length2(x + 0.42 - 0.84 * t, z) - mix(0.18, 0.21, t)
    lift = min(max(x - 0.25, 0.0), 0.4)
    up = 0.3 * lift * lift
    sole = 0.96 * extrude(step, y - up - 0.5 * thick, 0.5 * thick, 0.035)
    high = 0.52 + 0.12 * shape[1]
    heel = rod(x, y, z, -0.4, 0.2, 0.0, -0.4, high, 0.0, 0.185, 0.155)
    middle = rod(x, y, z, -0.22, 0.16, 0.0, 0.1, 0.16, 0.0, 0.17, 0.185)
    instep = rod(x, y, z, -0.27, high - 0.1, 0.0, 0.2, 0.25, 0.0, 0.145, 0.15)
    toe = ellipsoid(x - 0.36, y - 0.15, z, 0.255, 0.2, 0.2)
    upper = smooth_min(smooth_min(heel, middle, 0.18), smooth_min(instep, toe, 0.12), 0.2)
    collar = 0.96 * (y - high - 0.01 + 0.28 * (x + 0.4))
    upper = smooth_max(upper, collar, 0.05)
    # the foot's room below the collar
    room = rod(x, y, z, -0.4, 0.35, 0.0, -0.37, high + 0.3, 0.0, 0.1, 0.13)
    part = 0
    if -room > upper - 0.012:
        part = 1
    upper = smooth_max(upper, -room, 0.04)
    upper = max(upper, thick - 0.04 - y)
    if part == 0:
        if x > 0.4 - 0.35 * (y - 0.2):
            part = 3
        elif x < -0.5 and y < 0.46:
            part = 1
        elif z > 0.05 and y < 0.2 + 0.6 * (high - 0.2):
            along = x + 0.13 - 0.5 * (y - 0.15)
            if abs(along) < 0.03 or abs(along - 0.11) < 0.03 or abs(along + 0.11) < 0.03:
                part = 1
    d, part = nearest(upper, part, sole, 3)
    if part == 3 and y - up < 0.035:
        part = 2
    a, b = turn(x + 0.21, y - high + 0.01, 1.9)
    tongue = box(a, b, z, 0.14, 0.04, 0.1, 0.035)
    d, part = nearest(d, part, tongue, 1)
    # laces: rods across the slope of the instep
    slope = math.atan2(high - 0.35, 0.47)
    a, b = turn(x + 0.12, y - high + 0.1 - 0.15 + 0.12 * (high - 0.35) / 0.4, -slope)
    cell = min(max(floor(a / 0.09 + 0.5), 0.0), 3.0)
    lace = length3(a - 0.09 * cell, b - 0.005 + 1.4 * min(z * z, 0.015), max(z - 0.1, 0.0)) - 0.026
    return nearest(d, part, 0.9 * lace, 1)


@compiled
def handbag(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Tapered bag with a trimmed flap, a chrome clasp and an arched handle."""
    wide = 0.44 + 0.08 * shape[0]
    tall = 0.54 + 0.1 * shape[1]
    narrow = wide - 0.06 - 0.06 * shape[2]
    slim = (abs(z) + 0.12 * (y - 0.2)) * 0.99
    body = trapezoid(x, y, 0.0, tall, wide, narrow, 0.06)
    d = extrude(body, slim, 0.2, 0.06)
    part = 0
    # flap: what lies above an arc, lifted off the front
    arc = length2(x, y - tall - 0.3) - 0.62
    flap2 = smooth_max(trapezoid(x, y, 0.1, tall + 0.012, wide, narrow, 0.06), arc, 0.08)
    flap = extrude(flap2, (z + 0.12 * (y - 0.2)) * 0.99 - 0.1, 0.13, 0.02)
    d, part = nearest(d, 0, flap, 0)
    if (z > 0.0 and part == 0 and flap < d + 0.001 and arc > -0.05) or y < 0.06:
        part = 1
    drop = tall + 0.3 - 0.62
    front = z + 0.12 * (drop - 0.2) - 0.23
    d, part = nearest(d, part, box(x, y - drop - 0.02, front, 0.06, 0.045, 0.03, 0.015), 4)
    reach = 0.22 + 0.05 * shape[3]
    lift = max(y - tall - 0.06 - 0.1 * shape[4], 0.0)
    low = min(y - tall + 0.03, 0.0)
    handle = length3(length2(x, lift) - reach, low, z) - 0.03
    d, part = nearest(d, part, handle, 1)
    loop = torus(abs(x) - reach, y - tall - 0.03, z, 0.045, 0.018)
    return nearest(d, part, loop, 4)


@compiled
def watch(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """On its closed strap, dial to the front: chrome bezel and crown, hour marks and two hands."""
    tall = 0.47 + 0.05 * shape[0]
    deep = 0.3
    v = y - tall
    wide = 0.2 + 0.03 * shape[1] - 0.05 * min(v * v / (tall * tall), 1.0)
    loop = abs(rectangle(v, z, tall - 0.025, deep - 0.025, 0.26)) - 0.025
    d = 0.97 * extrude(loop, x, wide, 0.02)
    part = 0
    face = 0.225 + 0.03 * shape[2]
    r = length2(x, v)
    front = deep + 0.035
    case = slab(r, z, face + 0.075, front - 0.09, front + 0.035, 0.03)
    lug = box(abs(x) - 0.15, v, z - front + 0.06, 0.035, face + 0.11, 0.035, 0.02)
    case = smooth_min(case, lug, 0.03)
    d, part = nearest(d, part, case, 0)
    d, part = nearest(d, part, length2(r - face, z - front - 0.03) - 0.022, 4)
    if part == 0 and z > front and r < face:
        part = 1
        if r > 0.76 * face and r < 0.92 * face:
            # twelve marks, folded into one sixth of a turn
            u, w = abs(x), abs(v)
            if min(u, w) < 0.014 or abs(u - 1.732 * w) < 0.022 or abs(w - 1.732 * u) < 0.022:
                part = 3
        u, w = turn(x, v, 0.7)
        if abs(w) < 0.012 and u > -0.03 and u < 0.72 * face:
            part = 3
        u, w = turn(x, v, 2.55)
        if abs(w) < 0.018 and u > -0.03 and u < 0.5 * face:
            part = 3
        if r < 0.028:
            part = 3
    crown = slab(length2(v, z - front + 0.03), x, 0.042, face, face + 0.13, 0.015)
    return nearest(d, part, crown, 4)


@compiled
def backpack(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Round-topped, with a flap, a front pocket, two buckled straps and a grab handle."""
    wide = 0.36 + 0.05 * shape[0]
    tall = 0.48 + 0.07 * shape[1]
    v = y - tall
    x = abs(x)
    d = extrude(rectangle(x, v, wide, tall, 0.22), z, 0.2, 0.1)
    lid = extrude(rectangle(x, v - 0.5 * tall - 0.01, wide + 0.015, 0.5 * tall, 0.2), z - 0.03, 0.2, 0.09)
    part = 0
    d = min(d, lid)
    pocket = extrude(rectangle(x, y - 0.28, wide - 0.07, 0.2, 0.09), z - 0.17, 0.13, 0.06)
    d = smooth_min(d, pocket, 0.02)
    if y < 0.07:
        part = 1
    if z > 0.2 and abs(y - 0.4) < 0.012 and pocket < 0.01:
        part = 2
    place = 0.5 * wide
    strap = box(x - place, v - 0.12 * tall, z - 0.225, 0.038, 0.52 * tall, 0.02, 0.012)
    d, part = nearest(d, part, strap, 1)
    d, part = nearest(d, part, box(x - place, v + 0.08, z - 0.245, 0.055, 0.04, 0.02, 0.012), 4)
    patch = box(x, v - 0.52 * tall, z - 0.22, 0.07, 0.05, 0.02, 0.015)
    d, part = nearest(d, part, patch, 3)
    loop = abs(rectangle(x, v, wide + 0.05, 0.8 * tall, 0.3)) - 0.01
    side = length2(max(loop, 0.0), max(abs(z + 0.2) - 0.03, 0.0)) - 0.026
    d, part = nearest(d, part, side, 1)
    grip = length2(length2(x, max(y - 2.0 * tall - 0.02, 0.0)) - 0.09, max(abs(z) - 0.02, 0.0))
    return nearest(d, part, length2(grip, min(y - 2.0 * tall + 0.05, 0.0)) - 0.022, 1)


@compiled
def sunglasses(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Chunky frame to the front with two dark lenses and bright corners; temples go back."""
    x = abs(x)
    half = 0.29
    tall = 0.23 + 0.03 * shape[0]
    v = y - tall
    u = x - 0.335
    round_ = 0.1 + 0.12 * shape[1]
    # the lens leans outwards at the top
    lens = rectangle(u - 0.15 * v, v, half - 0.09, tall - 0.085, round_)
    bend = z - 0.24 + 0.22 * min(x * x, 0.5)
    frame = smooth_max(lens - 0.085, -0.01 - lens, 0.02)
    d = 0.85 * extrude(frame, bend, 0.04, 0.025)
    bridge = rod(x, v, bend, 0.0, 0.06, 0.0, 0.09, 0.05, 0.0, 0.038, 0.045)
    d = smooth_min(d, 0.9 * bridge, 0.05)
    part = 1 if u > 0.05 and v > 0.3 * tall and u + v > 0.24 else 0
    d, part = nearest(d, part, 0.85 * extrude(lens, bend, 0.014, 0.01), 2)
    hinge = box(x - 0.625, v - 0.13, z - 0.12, 0.03, 0.04, 0.05, 0.015)
    d, part = nearest(d, part, hinge, 4)
    temple = box(x - 0.62, v - 0.13, z + 0.06, 0.024, 0.036, 0.2, 0.02)
    tip = rod(x, v, z, 0.62, 0.13, -0.24, 0.61, -0.1, -0.36, 0.032, 0.036)
    return nearest(d, part, min(temple, tip), 1)


@compiled
def ring(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Standing band with a faceted stone in a chrome setting."""
    radius = 0.34 + 0.03 * shape[0]
    thick = 0.055 + 0.015 * shape[1]
    centre = radius + thick
    over = length2(x, y - centre) - radius
    d = rectangle(over, z, thick, thick + 0.03 + 0.03 * shape[2], 0.045)
    stone = 0.21 + 0.05 * shape[3]
    seat = 2.0 * radius + 2.0 * thick + 0.13
    v = y - seat
    u, w = abs(x), abs(z)
    u, w = max(u, w), min(u, w)
    facet = 0.9239 * u + 0.3827 * w
    gem = max(
        facet - stone, max(0.64 * facet - 0.768 * v - 0.64 * stone, 0.75 * facet + 0.66 * v - 0.75 * stone)
    )
    gem = max(gem, v - 0.36 * stone) - 0.012
    d, part = nearest(d, 0, gem, 1)
    prong = rod(u, y, w, 0.04, seat - 0.2, 0.02, 0.66 * stone, seat + 0.03, 0.66 * stone, 0.03, 0.024)
    return nearest(d, part, prong, 4)
