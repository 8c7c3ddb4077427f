"""Bottle, can, jar, tube, perfume, soap dispenser and lipstick."""

from adfusion.data.scenes.sdf import (
    Shape,
    box,
    compiled,
    extrude,
    length2,
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
def bottle(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Shoulder, neck, cap, and a label band around the body."""
    r = length2(x, z)
    radius = 0.23 + 0.07 * shape[0]
    shoulder = 0.62 + 0.16 * shape[1]
    neck = 0.075 + 0.025 * shape[2]
    cap = shoulder + 0.26 + 0.06 * shape[3]
    body = slab(r, y, radius, 0.0, shoulder, 0.07)
    d = smooth_min(body, slab(r, y, neck, 0.2, cap, 0.01), 0.14 + 0.1 * shape[4])
    d, part = nearest(d, 0, slab(r, y, radius + 0.009, 0.2, 0.2 + 0.4 * shoulder, 0.009), 1)
    if part == 1 and z > 0.0 and shape[5] > 0.5 and length2(x, y - 0.2 - 0.2 * shoulder) < 0.09:
        part = 3
    d, part = nearest(d, part, slab(r, y, neck + 0.022, cap - 0.045, cap - 0.01, 0.012), 0)
    return nearest(d, part, slab(r, y, neck + 0.03, cap, cap + 0.11 + 0.06 * shape[6], 0.025), 1)


@compiled
def can(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Drinks can with chamfered ends, chrome rims and tab, and a slanted stripe."""
    r = length2(x, z)
    radius = 0.26 + 0.06 * shape[0]
    height = 0.88 + 0.2 * shape[1]
    d = abs(y - 0.5 * height) - 0.5 * height
    d = smooth_max(d, r - radius, 0.02)
    d = smooth_max(d, 0.8 * (r - radius) + 0.6 * (y - height + 0.1), 0.05)
    d = smooth_max(d, 0.8 * (r - radius) - 0.6 * (y - 0.06), 0.04)
    lid = radius - 0.085
    d = max(d, -slab(r, y, lid, height - 0.03, height + 0.1, 0.01))
    part = 0
    if y > height - 0.034 or y < 0.022:
        part = 4
    else:
        slant = 0.3 + 0.5 * shape[2]
        across = y - 0.48 * height - (slant if shape[3] > 0.5 else -slant) * x
        if abs(across) < 0.13 or abs(across + 0.19) < 0.025:
            part = 1
    d, part = nearest(d, part, length2(r - lid - 0.008, y - height) - 0.016, 4)
    tab = box(x, y - height + 0.018, z - 0.07, 0.04, 0.012, 0.1, 0.012)
    return nearest(d, part, tab, 4)


@compiled
def jar(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Wide jar with a screw lid and a label on the front."""
    r = length2(x, z)
    radius = 0.36 + 0.1 * shape[0]
    height = 0.5 + 0.2 * shape[1]
    lid = 0.11 + 0.05 * shape[2]
    body = slab(r, y, radius, 0.0, height, 0.09)
    d = smooth_min(body, slab(r, y, radius - 0.06, 0.1, height + 0.06, 0.01), 0.03)
    d, part = nearest(d, 0, slab(r, y, radius + 0.01, height + 0.035, height + 0.035 + lid, 0.035), 1)
    middle = 0.46 * height
    if part == 0 and z > 0.0:
        across = rectangle(x, y - middle, 0.22, 0.3 * height, 0.04)
        if across < 0.0:
            part = 3
            if across > -0.032 and across < -0.016:
                part = 1
            if length2(x, y - middle) < 0.16 * height:
                part = 1
    return d, part


@compiled
def tube(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Squeeze tube on its cap: round below, flat at the crimp."""
    radius = 0.2 + 0.05 * shape[0]
    cap = 0.2 + 0.06 * shape[1]
    top = 0.98 + 0.24 * shape[2]
    r = length2(x, z)
    t = min(max((y - cap) / (top - cap), 0.0), 1.0)
    flat = rectangle(x, z, radius * 1.22, 0.02, 0.02)
    profile = mix(r - radius, flat, t * (1.3 - 0.3 * t))
    d = 0.93 * smooth_max(profile, abs(y - 0.5 * (cap + top)) - 0.5 * (top - cap), 0.05)
    part = 0
    middle = mix(cap, top, 0.48)
    if z > 0.0 and rectangle(x, y - middle, 0.6 * radius, 0.17, 0.03) < 0.0:
        part = 1
        if abs(x) < 0.42 * radius and (abs(y - middle - 0.06) < 0.022 or abs(y - middle + 0.04) < 0.012):
            part = 3
    elif abs(y - cap - 0.1) < 0.02:
        part = 1
    crimp = box(x, y - top, z, radius * 1.24, 0.055, 0.024, 0.016)
    d, part = nearest(d, part, crimp, 0)
    return nearest(d, part, trapezoid(r, y, 0.0, cap + 0.01, radius * 0.92, radius * 0.8, 0.03), 1)


@compiled
def perfume(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Heavy flacon with a chrome collar, a cap and a small label."""
    wide = 0.27 + 0.1 * shape[0]
    tall = 0.27 + 0.1 * shape[1]
    deep = 0.13 + 0.04 * shape[2]
    round_ = 0.04 + (0.2 if shape[3] > 0.6 else 0.04) * shape[4]
    profile = rectangle(x, y - tall, wide, tall, round_)
    d = extrude(profile, z, deep, 0.04)
    part = 0
    if z > 0.0:
        label = rectangle(x, y - 0.9 * tall, 0.5 * wide, 0.4 * tall, 0.015)
        if label < 0.0:
            part = 1 if label > -0.02 or abs(y - 0.9 * tall) < 0.03 else 3
    r = length2(x, z)
    top = 2.0 * tall
    d, part = nearest(d, part, slab(r, y, 0.095, top - 0.02, top + 0.07, 0.012), 4)
    if shape[5] < 0.35:
        cap = length2(r, y - top - 0.2) - 0.16
    elif shape[5] < 0.7:
        cap = slab(r, y, 0.14, top + 0.06, top + 0.3, 0.03)
    else:
        cap = box(x, y - top - 0.19, z, 0.17, 0.13, 0.12, 0.025)
    return nearest(d, part, cap, 1)


@compiled
def soap_dispenser(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Rounded bottle with a collar and a pump whose nozzle points to one side."""
    if shape[7] < 0.5:
        x = -x
    radius = 0.26 + 0.06 * shape[0]
    height = 0.6 + 0.18 * shape[1]
    r = length2(x, z)
    if shape[2] > 0.65:
        d = box(x, y - 0.5 * height, z, radius, 0.5 * height, radius * 0.8, 0.09)
    else:
        d = slab(r, y, radius, 0.0, height, 0.1)
    part = 0
    if z > 0.0 and rectangle(x, y - 0.5 * height, 0.16, 0.17, 0.02 + 0.14 * shape[3]) < 0.0:
        part = 3
        if abs(y - 0.5 * height) < 0.03 and abs(x) < 0.1:
            part = 1
    d = smooth_min(d, slab(r, y, 0.11, height - 0.05, height + 0.04, 0.02), 0.05)
    d, part = nearest(d, part, slab(r, y, 0.125, height + 0.03, height + 0.13, 0.02), 1)
    d, part = nearest(d, part, slab(r, y, 0.036, height + 0.1, height + 0.27, 0.0), 4)
    head = height + 0.3
    pump = smooth_min(
        slab(r, y, 0.09, head - 0.05, head + 0.06, 0.03),
        rod(x, y, z, 0.0, head + 0.01, 0.0, 0.28, head + 0.01, 0.0, 0.045, 0.034),
        0.05,
    )
    pump = smooth_min(pump, rod(x, y, z, 0.28, head + 0.01, 0.0, 0.315, head - 0.06, 0.0, 0.034, 0.028), 0.02)
    return nearest(d, part, pump, 1)


@compiled
def lipstick(x: float, y: float, z: float, shape: Shape) -> tuple[float, int]:
    """Open lipstick: case, inner sleeve, and a stick with a slanted tip."""
    radius = 0.19 + 0.04 * shape[0]
    case = 0.42 + 0.1 * shape[1]
    sleeve = case + 0.16 + 0.08 * shape[2]
    tip = sleeve + 0.4 + 0.1 * shape[3]
    r = length2(x, z)
    square = shape[4] > 0.6
    side = rectangle(x, z, 0.92 * radius, 0.92 * radius, 0.03) if square else r - radius
    d = extrude(side, y - 0.5 * case, 0.5 * case, 0.025)
    part = 1 if abs(y - case + 0.07) < 0.03 else 0
    d, part = nearest(d, part, slab(r, y, radius * 0.84, case - 0.05, sleeve, 0.012), 1)
    d, part = nearest(d, part, slab(r, y, radius * 0.87, sleeve - 0.05, sleeve, 0.01), 4)
    lean = 1.0 if shape[5] > 0.5 else -1.0
    _, v = turn(lean * x - 0.4 * z, y - tip + 0.12, 0.62)
    stick = 0.93 * smooth_max(slab(r, y, radius * 0.7, sleeve - 0.05, tip, 0.06), v, 0.04)
    return nearest(d, part, stick, 0)
