"""A larger canvas around a picture."""

import math
import re

import numpy as np
from PIL import Image

from adfusion.errors import UserError
from adfusion.generation.request import SIDES, Size

PLACES = {
    "center": (0.5, 0.5),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
}
"""Where a picture lies on its canvas: the share of the new room that is to its left, and above it."""


def canvas_size(text: str, picture: Size) -> Size:
    """The canvas that `text` names: `WIDTHxHEIGHT`, or the smallest of aspect `W:H` that holds `picture`.

    Raises `UserError` if `text` is neither, or the canvas is smaller than the picture, no larger, or beyond
    `SIDES`.
    """
    width, height = picture
    if pixels := re.fullmatch(r"\s*(\d{1,6})\s*[xX×]\s*(\d{1,6})\s*", text):
        size = int(pixels[1]), int(pixels[2])
    elif ratio := re.fullmatch(r"\s*([1-9]\d{0,5})\s*:\s*([1-9]\d{0,5})\s*", text):
        across, down = int(ratio[1]), int(ratio[2])
        size = max(width, math.ceil(height * across / down)), max(height, math.ceil(width * down / across))
    else:
        raise UserError(f"size: found {text!r}, allowed: WIDTHxHEIGHT in pixels, or an aspect as W:H")
    if size[0] < width or size[1] < height or size == picture or max(size) > SIDES[1]:
        raise UserError(
            f"size: found {size[0]}x{size[1]}, allowed: larger than the picture, {width}x{height}, "
            f"and at most {SIDES[1]} pixels a side"
        )
    return size


def extended(picture: Image.Image, size: Size, place: str = "center") -> tuple[Image.Image, Image.Image]:
    """`picture` on a canvas of `size` that goes on as its edges do, and the mask of what is new.

    Raises `UserError` for a `place` that is not one of `PLACES`.
    """
    if place not in PLACES:
        raise UserError(f"place: found {place!r}, allowed: {', '.join(PLACES)}")
    across, down = PLACES[place]
    left, top = (round(share * (room - side)) for share, room, side in zip(
        (across, down), size, picture.size, strict=True))  # fmt: skip
    right, bottom = size[0] - left - picture.width, size[1] - top - picture.height
    canvas = np.pad(np.asarray(picture), ((top, bottom), (left, right), (0, 0)), mode="edge")
    mask = Image.new("L", size, "white")
    mask.paste("black", (left, top, left + picture.width, top + picture.height))
    return Image.fromarray(canvas), mask
