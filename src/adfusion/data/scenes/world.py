"""From a scene's words to the numbers that are drawn; what no word says comes from the scene's seed."""

import math
from collections.abc import Sequence

import numpy as np

from adfusion.data.scenes import layout as at
from adfusion.data.scenes.camera import copy_area, cylinder_points, frame
from adfusion.data.scenes.extent import surface_points
from adfusion.data.scenes.lights import RIGS
from adfusion.data.scenes.props import SEASON_PROPS, Room, scatter
from adfusion.data.scenes.scene import COLORS, PRODUCTS, Scene
from adfusion.data.scenes.stages import choose_stage

_DESIGN = (0.505, 0.595)
"""Part of [0, 1] that each proportion is drawn from: a catalogue shows one design, never mirrored."""
_GHOST = (0.36, 0.0, 0.95)
"""Radius, foot and top of the room left for a product on the empty stage."""


def linear_rgb(color: str) -> np.ndarray:
    """Linear-light RGB in [0, 1] of `#rrggbb` (IEC 61966-2-1)."""
    encoded = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


_LINEAR = {name: linear_rgb(value) for name, value in COLORS.items()}
_PROP_LINEAR = {
    value: linear_rgb(value)
    for batches in SEASON_PROPS.values()
    for batch in batches
    for value in batch.colors
}
_WHITE = linear_rgb("#fbfaf7")


def pack(scene: Scene, aspect: float) -> np.ndarray:
    """The float32 vector (`layout.SCENE_SIZE`,) of a scene in a picture `aspect` times as wide as high."""
    # One stream for each thing, so that a change of stage leaves the product and the props as they are.
    look, stand, place, shine, strew = (
        np.random.Generator(np.random.Philox(key=[scene.seed, stream])) for stream in range(1, 6)
    )
    vector = np.zeros(at.SCENE_SIZE, np.float32)

    product = _write_product(scene, vector, look)
    radius, height = float(vector[at.RADIUS]), float(vector[at.HEIGHT])
    stage = choose_stage(scene.stage, radius, height, stand)
    stage.write(vector)
    vector[at.FOOT] = stage.top

    product = product + np.array([0.0, stage.top, 0.0])
    around = cylinder_points(stage.radius, 0.0, stage.height) if stage.radius else product
    camera = frame(scene, aspect, product, around, stage.top + 0.5 * height, place)
    camera.write(vector)

    wall, curve = _backdrop_depth(scene, camera.rays, camera.eye, max(stage.radius, radius), place)
    vector[at.WALL], vector[at.CURVE] = wall, curve
    vector[at.CORNER] = scene.backdrop == "two-tone"
    vector[at.SHADED] = scene.backdrop in ("two-tone", "cyclorama")
    behind, second = _LINEAR[scene.backdrop_color], _LINEAR[scene.second_color]
    floor = second if scene.backdrop == "two-tone" else behind
    vector[at.FLOOR_COLOR : at.FLOOR_COLOR + 3] = floor
    vector[at.WALL_COLOR : at.WALL_COLOR + 3] = second if scene.backdrop == "gradient" else behind
    vector[at.GRADIENT] = scene.backdrop == "gradient"
    vector[at.FLOOR_MIRROR] = 0.3 if scene.light == "neon" else 0.1 if scene.backdrop == "cyclorama" else 0.0

    side = copy_side(scene)
    wall_share = 0.72 if scene.backdrop == "cyclorama" else 0.93
    RIGS[scene.light](side, shine).write(vector, camera.unit, floor, behind, wall_share)
    if scene.season == "snow":
        vector[at.SNOW] = max(stage.radius, radius) + 0.75 * camera.unit
    _write_surfaces(scene, vector, floor)

    room = Room(
        camera.bounds(product), copy_area(scene, aspect), stage.radius or radius, wall - curve, aspect
    )
    props = scatter(scene.season, camera, room, _PROP_LINEAR, strew)
    vector[at.PROP_COUNT] = len(props)
    vector[at.PROPS : at.PROPS + props.size] = props.ravel()
    return vector


def copy_side(scene: Scene) -> float:
    """1 if the copy stands on the right, otherwise -1, the side that most copy stands on."""
    return 1.0 if scene.copy_space == "right" else -1.0


def pack_all(scenes: Sequence[Scene], aspect: float) -> np.ndarray:
    """Scene vectors (n, `layout.SCENE_SIZE`)."""
    return (
        np.stack([pack(scene, aspect) for scene in scenes])
        if scenes
        else np.zeros((0, at.SCENE_SIZE), np.float32)
    )


def _write_product(scene: Scene, vector: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Choose proportions, turn and scale, so that every product is about as large as the next.

    Returns points (n, 3) on the product's surface in the world, as if it stood on the floor.
    """
    shape = rng.uniform(*_DESIGN, at.size("SHAPE")).astype(np.float32)
    # A product turns to the copy, and light comes from there, so that the shadow falls away from it.
    turn = math.radians(copy_side(scene) * rng.uniform(14.0, 22.0))
    kind = -1 if scene.product is None else PRODUCTS.index(scene.product)
    points = cylinder_points(*_GHOST) if kind < 0 else surface_points(kind, shape).astype(np.float64)
    cosine, sine = math.cos(turn), math.sin(turn)
    points = points @ np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])
    radius, height = float(np.hypot(points[:, 0], points[:, 2]).max()), float(points[:, 1].max())
    scale = 1.0 / max(height, 1.45 * radius)
    vector[at.KIND], vector[at.SCALE] = kind, scale
    vector[at.TURN_COS], vector[at.TURN_SIN] = cosine, sine
    vector[at.RADIUS], vector[at.HEIGHT] = radius * scale, height * scale
    vector[at.SHAPE : at.SHAPE + len(shape)] = shape
    vector[at.GLASS] = scene.material == "glass"
    return np.asarray(scale * points)


def _backdrop_depth(
    scene: Scene, rays: object, eye: np.ndarray, reach: float, rng: np.random.Generator
) -> tuple[float, float]:
    """How far behind the product the wall stands, and the radius of the curve that joins it to the floor.

    The line where floor meets wall is placed by eye: its height in the picture is chosen, the depth follows.
    """
    nearest = reach + 0.25
    if scene.backdrop in ("plain", "gradient"):
        return 7.0, 0.0
    horizon = rng.uniform(0.02, 0.1)
    ray = rays(np.zeros(1), np.array([horizon]))[0]  # type: ignore[operator]
    depth = -(eye[2] - ray[2] / ray[1] * eye[1]) if ray[1] < -1e-3 else 4.0
    depth = float(np.clip(depth, nearest, 4.0))
    if scene.backdrop == "cyclorama":
        return depth + 0.5, 0.9
    return depth, 0.0


def _write_surfaces(scene: Scene, vector: np.ndarray, floor: np.ndarray) -> None:
    metal = scene.material == "metal"
    body_gloss = {"matte": 0.015, "glossy": 0.075, "metal": 0.0, "glass": 0.06}[scene.material]
    accent_gloss = 0.015 if scene.material == "matte" else 0.05
    pale = float(floor.min()) >= 0.7
    stage = 0.82 * floor if pale else 0.5 * (floor + _WHITE)
    surfaces = [
        (*_LINEAR[scene.product_color], body_gloss, float(metal)),
        (*_LINEAR[scene.accent_color], accent_gloss, 0.0),
        (*linear_rgb("#26262a"), 0.05, 0.0),
        (*linear_rgb("#f1e2c4"), 0.02, 0.0),
        (0.86, 0.87, 0.89, 0.0, 1.0),
        (*linear_rgb("#ffd58a"), 0.0, -1.0),
        (*stage, 0.025, 0.0),
        (0.95, 0.72, 0.34, 0.0, 1.0),
        (*linear_rgb("#5b6b2f"), 0.02, 0.0),
    ]
    flat = np.array(surfaces, np.float32).ravel()
    vector[at.PARTS : at.PARTS + flat.size] = flat
