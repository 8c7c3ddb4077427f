"""Where each number of a scene stands in the float32 vector that the renderer reads.

`world.pack` writes the vector with NumPy; compiled code only reads it. A *surface* is five numbers: red,
green, blue (linear light), reflectance at normal incidence, metalness (1 metal, 0 not, -1 shines by itself).
"""

from itertools import accumulate
from typing import Any

import numpy as np

single: Any = np.float32
"""Marks a number as single precision where Numba would widen it, as in integer times float."""

SURFACE_SIZE = 5
BOX_SIZE = 8
PROP_SIZE = 20
MAX_PROPS = 48

_SIZES = {
    # camera: the picture point (u, v), in half picture heights from the middle, is seen along
    # forward + right (u - cx) / focal + up (v - cy) / focal
    "EYE": 3, "UP": 3, "FORWARD": 3, "FOCAL": 1, "CENTER_X": 1, "CENTER_Y": 1,
    # product: kind (-1: none), scale, height of its foot, turn about y, bounding cylinder, proportions
    "KIND": 1, "SCALE": 1, "FOOT": 1, "TURN_COS": 1, "TURN_SIN": 1, "RADIUS": 1, "HEIGHT": 1, "GLASS": 1,
    "SHAPE": 8,
    # stage: kind, five sizes, turn, bounding cylinder
    "STAGE": 1, "STAGE_SIZE": 5, "STAGE_COS": 1, "STAGE_SIN": 1, "STAGE_RADIUS": 1, "STAGE_HEIGHT": 1,
    # backdrop: wall behind at z = -WALL, joined to the floor by a quarter pipe
    "WALL": 1, "CURVE": 1, "CORNER": 1, "SHADED": 1, "FLOOR_COLOR": 3, "WALL_COLOR": 3, "GRADIENT": 1,
    "FLOOR_MIRROR": 1, "WALL_GAIN": 1, "SNOW": 1,
    # light
    "KEY_DIRECTION": 3, "KEY": 3, "KEY_SHARPNESS": 1, "KEY_FALLOFF": 1,
    "SECOND_DIRECTION": 3, "SECOND": 3, "SECOND_SHARPNESS": 1,
    "SKY": 3, "BOUNCE": 3, "FILL": 3,
    # what mirrors see: three heights of a room, and four soft boxes in it
    "ZENITH": 3, "HORIZON": 3, "NADIR": 3, "BOXES": 4 * BOX_SIZE,
    # surfaces: the six parts of a product, the stage, and what props have besides their own colour
    "PARTS": 6 * SURFACE_SIZE, "STAGE_SURFACE": SURFACE_SIZE,
    "GOLD_SURFACE": SURFACE_SIZE, "STEM_SURFACE": SURFACE_SIZE,
    "VIGNETTE": 1, "PROP_COUNT": 1, "PROPS": MAX_PROPS * PROP_SIZE,
}  # fmt: skip

OFFSETS = dict(zip(_SIZES, accumulate(_SIZES.values(), initial=0), strict=False))
SCENE_SIZE = sum(_SIZES.values())


def size(name: str) -> int:
    """How many numbers the field `name` has."""
    return _SIZES[name]


EYE, UP, FORWARD = OFFSETS["EYE"], OFFSETS["UP"], OFFSETS["FORWARD"]
FOCAL, CENTER_X, CENTER_Y = OFFSETS["FOCAL"], OFFSETS["CENTER_X"], OFFSETS["CENTER_Y"]
KIND, SCALE, FOOT = OFFSETS["KIND"], OFFSETS["SCALE"], OFFSETS["FOOT"]
TURN_COS, TURN_SIN = OFFSETS["TURN_COS"], OFFSETS["TURN_SIN"]
RADIUS, HEIGHT, GLASS, SHAPE = OFFSETS["RADIUS"], OFFSETS["HEIGHT"], OFFSETS["GLASS"], OFFSETS["SHAPE"]
STAGE, STAGE_SIZE = OFFSETS["STAGE"], OFFSETS["STAGE_SIZE"]
STAGE_COS, STAGE_SIN = OFFSETS["STAGE_COS"], OFFSETS["STAGE_SIN"]
STAGE_RADIUS, STAGE_HEIGHT = OFFSETS["STAGE_RADIUS"], OFFSETS["STAGE_HEIGHT"]
WALL, CURVE = OFFSETS["WALL"], OFFSETS["CURVE"]
CORNER, SHADED = OFFSETS["CORNER"], OFFSETS["SHADED"]
FLOOR_COLOR, WALL_COLOR = OFFSETS["FLOOR_COLOR"], OFFSETS["WALL_COLOR"]
GRADIENT, FLOOR_MIRROR = OFFSETS["GRADIENT"], OFFSETS["FLOOR_MIRROR"]
WALL_GAIN, SNOW = OFFSETS["WALL_GAIN"], OFFSETS["SNOW"]
KEY_DIRECTION, KEY = OFFSETS["KEY_DIRECTION"], OFFSETS["KEY"]
KEY_SHARPNESS, KEY_FALLOFF = OFFSETS["KEY_SHARPNESS"], OFFSETS["KEY_FALLOFF"]
SECOND_DIRECTION, SECOND = OFFSETS["SECOND_DIRECTION"], OFFSETS["SECOND"]
SECOND_SHARPNESS = OFFSETS["SECOND_SHARPNESS"]
SKY, BOUNCE, FILL = OFFSETS["SKY"], OFFSETS["BOUNCE"], OFFSETS["FILL"]
ZENITH, HORIZON, NADIR, BOXES = OFFSETS["ZENITH"], OFFSETS["HORIZON"], OFFSETS["NADIR"], OFFSETS["BOXES"]
PARTS, STAGE_SURFACE = OFFSETS["PARTS"], OFFSETS["STAGE_SURFACE"]
GOLD_SURFACE, STEM_SURFACE = OFFSETS["GOLD_SURFACE"], OFFSETS["STEM_SURFACE"]
VIGNETTE, PROP_COUNT, PROPS = OFFSETS["VIGNETTE"], OFFSETS["PROP_COUNT"], OFFSETS["PROPS"]

# Inside a prop: centre, size, rotation (rows: its own axes), kind, surface
PROP_CENTER, PROP_SCALE, PROP_AXES, PROP_KIND, PROP_SURFACE = 0, 3, 4, 13, 14
