"""The four lights: key, second light, sky and fill, and the soft boxes that mirrors show."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes import layout as at

Color = tuple[float, float, float]
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Box:
    """A soft box: azimuth (0 towards the camera, radians, positive right), sine of elevation, half sizes."""

    azimuth: float
    height: float
    half_width: float
    half_height: float
    color: Color
    softness: float = 0.12


@dataclass(frozen=True)
class Rig:
    """Lights of a scene. Colours are linear and relative: `write` scales them to give a floor `exposure`."""

    key_direction: Color
    key: Color
    key_sharpness: float
    sky: Color
    fill: Color
    boxes: tuple[Box, ...]
    second_direction: Color = (0.0, 1.0, 0.0)
    second: Color = (0.0, 0.0, 0.0)
    second_sharpness: float = 8.0
    falloff: float = 0.0
    """How much brighter the key is on its own side of the picture than in the middle."""
    exposure: float = 1.0
    room: float = 1.0
    """Brightness of the room that mirrors show."""
    vignette: float = 0.1

    def write(
        self, vector: np.ndarray, unit: float, floor: np.ndarray, wall: np.ndarray, wall_share: float
    ) -> None:
        """Fill in the light part of a scene vector.

        `unit` is half the picture's height in the world, `floor` and `wall` are linear colours, `wall_share`
        is how bright the wall is beside the floor.
        """
        key_direction, second_direction = _unit(self.key_direction), _unit(self.second_direction)
        key, second, sky = np.array(self.key), np.array(self.second), np.array(self.sky)
        level = key * key_direction[1] + second * second_direction[1] + sky
        gain = self.exposure / float(level @ _LUMINANCE)
        light = gain * level

        def put(offset: int, values: np.ndarray | float) -> None:
            values = np.atleast_1d(values)
            vector[offset : offset + len(values)] = values

        put(at.KEY_DIRECTION, key_direction)
        put(at.KEY, gain * key)
        put(at.KEY_SHARPNESS, self.key_sharpness)
        put(at.KEY_FALLOFF, self.falloff / unit * (1.0 if self.key_direction[0] > 0 else -1.0))
        put(at.SECOND_DIRECTION, second_direction)
        put(at.SECOND, gain * second)
        put(at.SECOND_SHARPNESS, self.second_sharpness)
        put(at.SKY, gain * sky)
        put(at.FILL, gain * np.array(self.fill))
        put(at.BOUNCE, 0.3 * light * floor)
        tint = light / max(float(light.max()), 1e-3)
        put(at.ZENITH, self.room * (0.42 * tint + 0.12 * wall))
        put(at.HORIZON, self.room * (0.1 * tint + 0.5 * wall * light))
        put(at.NADIR, 0.62 * floor * light)
        for index, box in enumerate(self.boxes):
            numbers = (box.azimuth, box.height, box.half_width, box.half_height, box.softness, *box.color)
            put(at.BOXES + index * at.BOX_SIZE, np.array(numbers))
        put(at.VIGNETTE, self.vignette)
        # The wall faces the camera, not the light: lift it to its share of the floor's light.
        upright = key * max(key_direction[2], 0.0) + second * max(second_direction[2], 0.0) + 0.62 * sky
        upright = upright + 0.5 * 0.3 * level * floor + np.array(self.fill)
        put(at.WALL_GAIN, wall_share * self.exposure / (gain * float(upright @ _LUMINANCE)))


def _unit(direction: Color) -> np.ndarray:
    vector = np.array(direction)
    return np.asarray(vector / np.linalg.norm(vector))


def _times(color: Color, factor: float) -> Color:
    return color[0] * factor, color[1] * factor, color[2] * factor


def soft_studio(side: float, rng: np.random.Generator) -> Rig:
    a, b = rng.uniform(-0.3, 0.3, 2)
    return Rig(
        key_direction=(side * (0.55 + 0.12 * a), 0.95, 0.55 + 0.1 * b),
        key=(0.72, 0.71, 0.7),
        key_sharpness=4.5,
        sky=(0.4, 0.405, 0.415),
        fill=(0.3, 0.3, 0.31),
        boxes=(
            Box(side * 0.85, 0.42, 0.34, 0.34, (4.6, 4.6, 4.6)),
            Box(-side * 1.2, 0.2, 0.14, 0.55, (2.6, 2.65, 2.7)),
            Box(side * 2.3, 0.25, 0.3, 0.5, (2.4, 2.4, 2.4)),
            Box(-side * 2.6, 0.3, 0.25, 0.5, (1.6, 1.6, 1.7)),
        ),
    )


def hard_sun(side: float, rng: np.random.Generator) -> Rig:
    a, b = rng.uniform(-0.3, 0.3, 2)
    direction = (side * (0.85 + 0.15 * a), 0.85, 0.5 + 0.14 * b)
    return Rig(
        key_direction=direction,
        key=(1.1, 1.06, 0.97),
        key_sharpness=55.0,
        sky=(0.27, 0.3, 0.35),
        fill=(0.2, 0.205, 0.215),
        boxes=(
            Box(math.atan2(direction[0], direction[2]), 0.62, 0.12, 0.1, (13.0, 12.6, 11.8), 0.06),
            Box(-side * 1.3, 0.1, 0.3, 0.5, (0.9, 0.95, 1.1)),
            Box(side * 1.5, 0.0, 0.22, 0.6, (1.3, 1.3, 1.25)),
            Box(-side * 2.5, 0.3, 0.3, 0.5, (0.9, 0.95, 1.1)),
        ),
        exposure=1.06,
    )


def golden_hour(side: float, rng: np.random.Generator) -> Rig:
    a, b = rng.uniform(-0.3, 0.3, 2)
    direction = (side * (1.0 + 0.1 * a), 0.46, 0.36 + 0.14 * b)
    return Rig(
        key_direction=direction,
        key=(1.75, 1.1, 0.56),
        key_sharpness=15.0,
        sky=(0.36, 0.35, 0.4),
        fill=(0.2, 0.18, 0.18),
        boxes=(
            Box(math.atan2(direction[0], direction[2]), 0.3, 0.22, 0.2, (9.0, 5.6, 2.6)),
            Box(side * 1.6, 0.05, 0.3, 0.35, (2.6, 1.5, 0.8)),
            Box(-side * 1.3, 0.2, 0.18, 0.6, (0.75, 0.75, 1.0)),
            Box(side * 2.5, 0.2, 0.3, 0.4, (3.2, 1.9, 0.9)),
        ),
        exposure=0.95,
        vignette=0.16,
    )


_PINK, _CYAN = (1.0, 0.26, 0.6), (0.2, 0.8, 1.0)


def neon(side: float, rng: np.random.Generator) -> Rig:
    return Rig(
        key_direction=(side * 1.0, 0.7, 0.35),
        key=_times(_PINK, 1.25),
        key_sharpness=7.0,
        second_direction=(-side * 1.0, 0.7, 0.35),
        second=_times(_CYAN, 1.25),
        second_sharpness=7.0,
        sky=(0.3, 0.3, 0.33),
        fill=(0.3, 0.29, 0.32),
        boxes=(
            Box(side * 1.25, 0.2, 0.13, 0.7, _times(_PINK, 7.0)),
            Box(-side * 1.25, 0.2, 0.13, 0.7, _times(_CYAN, 7.0)),
            Box(side * 2.4, 0.2, 0.25, 0.6, _times(_PINK, 4.0)),
            Box(-side * 2.4, 0.2, 0.25, 0.6, _times(_CYAN, 4.0)),
        ),
        falloff=0.55,
        exposure=0.8,
        room=0.6,
        vignette=0.22,
    )


RIGS: dict[str, Callable[[float, np.random.Generator], Rig]] = {
    "soft studio": soft_studio, "hard sun": hard_sun, "golden hour": golden_hour, "neon": neon,
}  # fmt: skip
