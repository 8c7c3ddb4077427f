"""Pictures for the tests of this floor: drawn stand-ins, and real scenes rendered once."""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from adfusion.creative.placement import CopySpace
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Aspect, random_scene

EXAMPLE = Path(__file__).parents[2] / "examples" / "oddleaf"
SIZES = {"1:1": (256, 256), "4:5": (224, 280), "9:16": (192, 344), "16:9": (352, 200)}


def stand_in(
    aspect: str, copy_space: CopySpace, colors: tuple[str, str] = ("#f291b2", "#f7f7f5")
) -> Image.Image:
    """A gradient with a coloured disc where the product would be."""
    width, height = SIZES[aspect]
    ends = [np.array(Image.new("RGB", (1, 1), color))[0, 0].astype(float) for color in colors]
    ramp = np.linspace(0, 1, height)[:, None, None]
    pixels = np.broadcast_to((1 - ramp) * ends[0] + ramp * ends[1], (height, width, 3))
    picture = Image.fromarray(pixels.astype(np.uint8))
    x, y = {"left": (0.7, 0.5), "right": (0.3, 0.5), "top": (0.5, 0.68), "centre": (0.5, 0.5)}[copy_space]
    radius = 0.2 * min(width, height)
    box = (x * width - radius, y * height - radius, x * width + radius, y * height + radius)
    ImageDraw.Draw(picture).ellipse(box, fill="#15a3a0")
    return picture


def noise(size: tuple[int, int] = (256, 256), seed: int = 0) -> Image.Image:
    """The worst ground for type: every pixel another colour."""
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))


@cache
def scene(
    aspect: Aspect, copy_space: CopySpace, seed: int = 11, pixels: int = 512
) -> tuple[Image.Image, npt.NDArray[np.float32]]:
    """A rendered scene whose area is that of a square of `pixels`, and the mask of its product."""
    width, height = SIZES[aspect]
    scale = pixels / (width * height) ** 0.5
    size = 16 * round(scale * width / 16), 16 * round(scale * height / 16)
    drawn = render([random_scene(seed, aspect, copy_space=copy_space, product="bottle")], size=size)
    return Image.fromarray(drawn.rgb[0]), drawn.mask[0]
