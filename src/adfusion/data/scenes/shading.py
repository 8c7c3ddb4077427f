"""Light on surfaces: diffuse light, studio reflections, metal, glass, and the tone curve."""

import math

import numpy as np

from adfusion.data.scenes.layout import (
    BOUNCE,
    BOX_SIZE,
    BOXES,
    CENTER_X,
    CENTER_Y,
    CORNER,
    EYE,
    FILL,
    FLOOR_COLOR,
    FOCAL,
    FORWARD,
    GLASS,
    GRADIENT,
    HORIZON,
    KEY,
    KEY_DIRECTION,
    KEY_FALLOFF,
    NADIR,
    PARTS,
    SECOND,
    SECOND_DIRECTION,
    SHADED,
    SKY,
    SNOW,
    STAGE_SURFACE,
    UP,
    VIGNETTE,
    WALL_COLOR,
    WALL_GAIN,
    ZENITH,
)
from adfusion.data.scenes.march import (
    Point,
    hit_backdrop,
    hit_stage,
    product_at,
    smoothstep,
    stage_normal,
)
from adfusion.data.scenes.sdf import clamp, compiled, mix


@compiled
def environment(p: np.ndarray, x: float, y: float, z: float) -> Point:
    """What a mirror shows in this direction: a room in the colours of the set, with soft boxes."""
    above = smoothstep(0.0, 0.9, y)
    below = smoothstep(0.0, 0.35, -y)
    r = mix(mix(p[HORIZON], p[ZENITH], above), p[NADIR], below)
    g = mix(mix(p[HORIZON + 1], p[ZENITH + 1], above), p[NADIR + 1], below)
    b = mix(mix(p[HORIZON + 2], p[ZENITH + 2], above), p[NADIR + 2], below)
    azimuth = math.atan2(x, z)
    for box in range(4):
        start = BOXES + box * BOX_SIZE
        off = abs(azimuth - p[start])
        off = min(off, 6.2831853 - off)
        soft = p[start + 4]
        mask = 1.0 - smoothstep(p[start + 2] - soft, p[start + 2] + soft, off)
        mask *= 1.0 - smoothstep(p[start + 3] - soft, p[start + 3] + soft, abs(y - p[start + 1]))
        r += mask * p[start + 5]
        g += mask * p[start + 6]
        b += mask * p[start + 7]
    return r, g, b


@compiled
def light_strength(p: np.ndarray, x: float) -> Point:
    """How strong the key and the second light are at this place across the picture."""
    lean = clamp(p[KEY_FALLOFF] * x, -0.85, 0.85)
    return 1.0 + lean, 1.0 - lean, 0.0


@compiled
def diffuse(
    p: np.ndarray,
    x: float,
    nx: float,
    ny: float,
    nz: float,
    key_light: float,
    second_light: float,
    sky_light: float,
) -> Point:
    """Light that falls on a surface: key, second light, sky, the floor, and a fill at the camera."""
    strong, weak, _ = light_strength(p, x)
    key = (
        strong
        * key_light
        * max(nx * p[KEY_DIRECTION] + ny * p[KEY_DIRECTION + 1] + nz * p[KEY_DIRECTION + 2], 0.0)
    )
    second = (
        weak
        * second_light
        * max(nx * p[SECOND_DIRECTION] + ny * p[SECOND_DIRECTION + 1] + nz * p[SECOND_DIRECTION + 2], 0.0)
    )
    sky = sky_light * (0.62 + 0.38 * ny)
    bounce = sky_light * (0.5 - 0.5 * ny)
    fill = (
        sky_light
        * max(-nx * p[FORWARD] - ny * p[FORWARD + 1] - nz * p[FORWARD + 2], 0.0)
        * (1.0 - 0.7 * max(ny, 0.0))
    )
    return (
        key * p[KEY] + second * p[SECOND] + sky * p[SKY] + bounce * p[BOUNCE] + fill * p[FILL],
        key * p[KEY + 1]
        + second * p[SECOND + 1]
        + sky * p[SKY + 1]
        + bounce * p[BOUNCE + 1]
        + fill * p[FILL + 1],
        key * p[KEY + 2]
        + second * p[SECOND + 2]
        + sky * p[SKY + 2]
        + bounce * p[BOUNCE + 2]
        + fill * p[FILL + 2],
    )


@compiled
def surface_color(
    p: np.ndarray,
    surface: int,
    x: float,
    nx: float,
    ny: float,
    nz: float,
    dx: float,
    dy: float,
    dz: float,
    key_light: float,
    second_light: float,
    sky_light: float,
    mirror_light: float,
) -> Point:
    """Linear colour of a surface seen along (dx, dy, dz); the last four say how much light gets there."""
    red, green, blue = p[surface], p[surface + 1], p[surface + 2]
    reflectance, metal = p[surface + 3], p[surface + 4]
    facing = clamp(-(dx * nx + dy * ny + dz * nz), 0.0, 1.0)
    if metal < -0.5:
        glow = 1.15 + 0.9 * facing
        return red * glow, green * glow, blue * glow
    lr, lg, lb = diffuse(p, x, nx, ny, nz, key_light, second_light, sky_light)
    twice = -2.0 * (dx * nx + dy * ny + dz * nz)
    rx, ry, rz = dx + twice * nx, dy + twice * ny, dz + twice * nz
    er, eg, eb = environment(p, rx, ry, rz)
    grazing = 1.0 - facing
    grazing = grazing * grazing * grazing * grazing * grazing
    if metal > 0.5:
        # Coloured mirrors go black without light of their own colour: keep a brushed, diffuse share.
        r0, g0, b0 = 0.06 + 0.94 * red, 0.06 + 0.94 * green, 0.06 + 0.94 * blue
        return (
            0.4 * r0 * lr + mirror_light * (r0 + (1.0 - r0) * grazing) * 0.85 * er,
            0.4 * g0 * lg + mirror_light * (g0 + (1.0 - g0) * grazing) * 0.85 * eg,
            0.4 * b0 * lb + mirror_light * (b0 + (1.0 - b0) * grazing) * 0.85 * eb,
        )
    fresnel = reflectance + (1.0 - reflectance) * grazing * min(8.0 * reflectance, 0.6)
    fresnel *= mirror_light
    return (
        (1.0 - fresnel) * red * lr + fresnel * er,
        (1.0 - fresnel) * green * lg + fresnel * eg,
        (1.0 - fresnel) * blue * lb + fresnel * eb,
    )


@compiled
def picture_point(p: np.ndarray, x: float, y: float, z: float) -> tuple[float, float]:
    """Where on the picture a world point is seen."""
    x, y, z = x - p[EYE], y - p[EYE + 1], z - p[EYE + 2]
    depth = max(x * p[FORWARD] + y * p[FORWARD + 1] + z * p[FORWARD + 2], 0.1)
    scale = p[FOCAL] / depth
    return x * scale + p[CENTER_X], (x * p[UP] + y * p[UP + 1] + z * p[UP + 2]) * scale + p[CENTER_Y]


@compiled
def backdrop_color(
    p: np.ndarray,
    x: float,
    y: float,
    z: float,
    ny: float,
    nz: float,
    key_light: float,
    second_light: float,
    sky_light: float,
) -> Point:
    """Linear colour of floor, curve or wall."""
    u, v = picture_point(p, x, y, z)
    share = 0.0
    if p[GRADIENT] > 0.5:
        share = smoothstep(-0.85, 0.95, v)
    elif p[CORNER] > 0.5 and nz > 0.5:
        share = 1.0
    snow = 0.0
    if p[SNOW] > 0.0 and nz < 0.3:
        ripple = (
            math.sin(2.3 * x + 1.7 * z + p[CENTER_X])
            + math.sin(3.1 * z - 1.3 * x)
            + 0.6 * math.sin(5.3 * x + 1.1 * z)
        )
        snow = 1.0 - smoothstep(0.72, 1.12, math.sqrt(x * x + z * z) / p[SNOW] + 0.07 * ripple)
    gain = 1.0
    if p[SHADED] < 0.5:
        ny, nz = 1.0, 0.0
    else:
        gain = mix(1.0, p[WALL_GAIN], nz)
    lr, lg, lb = diffuse(p, x, 0.0, ny, nz, key_light, second_light, sky_light)
    u -= p[CENTER_X]
    v -= p[CENTER_Y]
    gain *= 0.95 + 0.13 * math.exp(-0.9 * (u * u + v * v))
    return (
        gain * lr * mix(mix(p[FLOOR_COLOR], p[WALL_COLOR], share), 0.9, snow),
        gain * lg * mix(mix(p[FLOOR_COLOR + 1], p[WALL_COLOR + 1], share), 0.92, snow),
        gain * lb * mix(mix(p[FLOOR_COLOR + 2], p[WALL_COLOR + 2], share), 0.95, snow),
    )


@compiled
def set_color(p: np.ndarray, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> Point:
    """The set without product and shadows along a ray: what is seen through glass."""
    t = hit_stage(p, ox, oy, oz, dx, dy, dz)
    if t >= 0.0:
        x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
        nx, ny, nz = stage_normal(p, x, y, z)
        return surface_color(p, STAGE_SURFACE, x, nx, ny, nz, dx, dy, dz, 0.75, 0.75, 0.8, 0.0)
    t, ny, nz = hit_backdrop(p, ox, oy, oz, dx, dy, dz)
    return backdrop_color(p, ox + t * dx, oy + t * dy, oz + t * dz, ny, nz, 0.95, 0.95, 0.95)


@compiled
def glass_color(
    p: np.ndarray,
    shape: np.ndarray,
    x: float,
    y: float,
    z: float,
    nx: float,
    ny: float,
    nz: float,
    dx: float,
    dy: float,
    dz: float,
    key_light: float,
    second_light: float,
    sky_light: float,
    mirror_light: float,
) -> Point:
    """Tinted glass: the set seen through one refraction, darker with the way travelled; reflections on top.

    Attenuation follows Beer and Lambert: the tint is reached after half a product's width.
    """
    cosine = clamp(-(dx * nx + dy * ny + dz * nz), 0.0, 1.0)
    ratio = 1.0 / 1.22
    inner = ratio * cosine - math.sqrt(max(1.0 - ratio * ratio * (1.0 - cosine * cosine), 0.0))
    rx, ry, rz = ratio * dx + inner * nx, ratio * dy + inner * ny, ratio * dz + inner * nz
    t = 0.01
    for _ in range(14):
        distance, _ = product_at(p, shape, x + t * rx, y + t * ry, z + t * rz)
        if distance > -0.003:
            break
        t += max(-distance, 0.015)
    # Leaves nearer to the way it came: the second refraction undoes most of the first.
    ex, ey, ez = 0.6 * rx + 0.4 * dx, 0.6 * ry + 0.4 * dy, 0.6 * rz + 0.4 * dz
    br, bg, bb = set_color(p, x + t * rx, max(y + t * ry, 0.01), z + t * rz, ex, ey, ez)
    way = 0.35 + 1.3 * t + 1.2 * (1.0 - cosine) * (1.0 - cosine)
    lr, lg, lb = diffuse(p, x, nx, ny, nz, key_light, second_light, sky_light)
    er, eg, eb = environment(p, dx + 2.0 * cosine * nx, dy + 2.0 * cosine * ny, dz + 2.0 * cosine * nz)
    grazing = 1.0 - cosine
    fresnel = (0.07 + 0.75 * grazing * grazing * grazing * grazing) * mirror_light
    red, green, blue = 0.03 + 0.97 * p[PARTS], 0.03 + 0.97 * p[PARTS + 1], 0.03 + 0.97 * p[PARTS + 2]
    milk = 0.22
    return (
        (1.0 - fresnel) * ((1.0 - milk) * br * red**way + milk * red * lr) + fresnel * er,
        (1.0 - fresnel) * ((1.0 - milk) * bg * green**way + milk * green * lg) + fresnel * eg,
        (1.0 - fresnel) * ((1.0 - milk) * bb * blue**way + milk * blue * lb) + fresnel * eb,
    )


@compiled
def is_glass(p: np.ndarray, part: int) -> bool:
    return bool(p[GLASS] > 0.5 and part == 0)


@compiled
def film(value: float) -> float:
    """Tone curve and sRGB encoding: straight up to 0.7, so that named colours stay, then a shoulder."""
    if value > 0.7:
        value = 0.7 + 0.3 * (1.0 - math.exp((0.7 - value) / 0.3))
    if value <= 0.0031308:
        return 12.92 * max(value, 0.0)
    return 1.055 * math.pow(value, 0.41666667) - 0.055


@compiled
def vignette(p: np.ndarray, u: float, v: float, aspect: float) -> float:
    """Light lost towards the corners."""
    dim: float = 1.0 - p[VIGNETTE] * (u * u + v * v) / (1.0 + aspect * aspect)
    return dim
