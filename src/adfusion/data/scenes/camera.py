"""The camera: how high, how near, and the off-axis shift that leaves one side empty for copy."""

import math
from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes import layout as at
from adfusion.data.scenes.scene import Scene

Rectangle = tuple[float, float, float, float]
"""left, bottom, right, top"""

DISTANCE = 6.0
"""From the eye to the product: far enough for the flat perspective of a packshot."""

COPY_SIDE = 0.4
"""Share of the width, or of the height for `top`, that the product leaves free."""

_ELEVATION = {"eye level": (5.0, 6.5), "slightly above": (15.5, 18.0), "high angle": (31.5, 34.5)}
_HEIGHT_SHARE = {"close-up": 0.74, "medium": 0.58, "wide": 0.38}
_WIDTH_SHARE = {"close-up": 0.82, "medium": 0.68, "wide": 0.46}
_STAGE_SHARE = {"close-up": 1.9, "medium": 1.3, "wide": 0.85}


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks towards -z, with the principal point at (`center_x`, `center_y`).

    Picture coordinates (u, v) are in half picture heights from the middle, v up.
    """

    eye: np.ndarray
    up: np.ndarray
    forward: np.ndarray
    focal: float
    center_x: float
    center_y: float

    @property
    def unit(self) -> float:
        """Length in the world, at the product, of half a picture height."""
        return DISTANCE / self.focal

    def rays(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Directions (n, 3), not normalised, of the picture points u, v (n,)."""
        right = np.array([1.0, 0.0, 0.0])
        x, y = (u - self.center_x) / self.focal, (v - self.center_y) / self.focal
        return np.asarray(self.forward + x[:, None] * right + y[:, None] * self.up)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Picture coordinates (n, 2) of world points (n, 3)."""
        seen = points - self.eye
        depth = seen @ self.forward
        return np.stack(
            [
                seen[:, 0] / depth * self.focal + self.center_x,
                seen @ self.up / depth * self.focal + self.center_y,
            ],
            axis=1,
        )

    def bounds(self, points: np.ndarray) -> Rectangle:
        """Rectangle on the picture around world points (n, 3)."""
        low, high = self.project(points).min(axis=0), self.project(points).max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def write(self, vector: np.ndarray) -> None:
        vector[at.EYE : at.EYE + 3], vector[at.UP : at.UP + 3] = self.eye, self.up
        vector[at.FORWARD : at.FORWARD + 3], vector[at.FOCAL] = self.forward, self.focal
        vector[at.CENTER_X], vector[at.CENTER_Y] = self.center_x, self.center_y


def copy_area(scene: Scene, aspect: float) -> Rectangle | None:
    """The empty part of the picture, in half picture heights from the middle; None for `centre`."""
    if scene.copy_space == "left":
        return -aspect, -1.0, aspect * (2 * COPY_SIDE - 1), 1.0
    if scene.copy_space == "right":
        return aspect * (1 - 2 * COPY_SIDE), -1.0, aspect, 1.0
    if scene.copy_space == "top":
        return -aspect, 1 - 2 * COPY_SIDE, aspect, 1.0
    return None


def cylinder_points(radius: float, bottom: float, top: float) -> np.ndarray:
    """Points (48, 3) on the rims of an upright cylinder."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rim = np.stack([radius * np.cos(angle), np.zeros(24), radius * np.sin(angle)], axis=1)
    return np.concatenate([rim + np.array([0.0, bottom, 0.0]), rim + np.array([0.0, top, 0.0])])


def frame(
    scene: Scene,
    aspect: float,
    product: np.ndarray,
    stage: np.ndarray,
    target: float,
    rng: np.random.Generator,
) -> Camera:
    """Place the camera so that the product has its share of the picture and nothing of it is cut off.

    `product` and `stage` are points (n, 3) around each; `target` is the height that the camera turns to.
    """
    elevation = math.radians(rng.uniform(*_ELEVATION[scene.camera_height]))
    sine, cosine = math.sin(elevation), math.cos(elevation)
    up, forward = np.array([0.0, cosine, -sine]), np.array([0.0, -sine, -cosine])
    eye = np.array([0.0, target, 0.0]) - DISTANCE * forward
    bare = Camera(eye, up, forward, 1.0, 0.0, 0.0)
    left, bottom, right, top = bare.bounds(product)
    everything = bare.bounds(np.concatenate([product, stage]))

    side = scene.copy_space in ("left", "right")
    free = 1 - COPY_SIDE if side else 1.0
    width_share = min(_WIDTH_SHARE[scene.camera_distance], 0.86 if side else 0.8) * free
    if side:
        width_share = min(width_share * 1.3, 0.88 * free)
    height_share = _HEIGHT_SHARE[scene.camera_distance]
    stage_share = _STAGE_SHARE[scene.camera_distance] * (min(1.25 * free, 0.8) if side else 1.0)
    limits = [
        2 * height_share / (top - bottom),
        2 * aspect * width_share / (right - left),
        2 * aspect * stage_share / (everything[2] - everything[0]),
        2
        * {"close-up": 1.7, "medium": 1.2, "wide": 0.94}[scene.camera_distance]
        / (everything[3] - everything[1]),
    ]
    if scene.copy_space == "top":
        room = 2 * (1 - COPY_SIDE)
        limits += [0.86 * room / (top - bottom), 1.0 * room / (everything[3] - everything[1])]
    focal = min(limits) * rng.uniform(0.97, 1.0)

    center_x = {"left": COPY_SIDE * aspect, "right": -COPY_SIDE * aspect}.get(scene.copy_space, 0.0)
    center_x -= focal * 0.5 * (left + right)
    middle = focal * (0.65 * (top + bottom) + 0.35 * (everything[3] + everything[1])) / 2
    center_y = -0.02 - middle
    if scene.copy_space == "top":
        # The product may reach up to the copy area, no further, and stands with some air below.
        ceiling = 1 - 2 * COPY_SIDE - 0.06 - focal * top
        center_y = min(ceiling, -COPY_SIDE - middle)
        center_y = max(center_y, min(ceiling, -0.92 - focal * bottom))
    else:
        center_y = min(max(center_y, -0.9 - focal * bottom), 0.9 - focal * top)
    return Camera(eye, up, forward, focal, center_x, center_y)
