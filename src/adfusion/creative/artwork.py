"""Logos: SVG or a picture, checked at the door and brought to one form."""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.creative.document import Box, Picture, Vector
from adfusion.creative.draw import rasterise, resampled
from adfusion.creative.images import open_image
from adfusion.errors import UserError

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
MAX_SVG_BYTES = 2_000_000
NOT_DRAWN = frozenset({"style", "script", "foreignObject", "text", "image", "animate", "iframe"})
"""Elements that Skia's SVG does not draw, or that no logo should carry."""


@dataclass(frozen=True)
class Artwork:
    """A logo: either `svg`, which fills any viewport, or `image`. `aspect` is width divided by height."""

    aspect: float
    svg: bytes | None = None
    image: Image.Image | None = None

    def layer(self, id: str, box: Box) -> Vector | Picture:
        """The layer that shows it in `box`."""
        if self.svg is not None:
            return Vector(id, box, self.svg)
        assert self.image is not None
        return Picture(id, box, self.image, Box(0, 0, self.image.width, self.image.height))

    @cached_property
    def sample(self) -> npt.NDArray[np.uint8]:
        """A small rendering, straight RGBA (height, width, 4), to judge its colours by."""
        height = 48
        width = max(1, round(height * self.aspect))
        if self.svg is not None:
            return rasterise(self.svg, width, height)
        layer = self.layer("sample", Box(0, 0, width, height))
        assert isinstance(layer, Picture)
        return np.asarray(resampled(layer).convert("RGBA"))


def open_artwork(path: Path, where: str = "logo") -> Artwork:
    """Read a logo. Transparent edges of a picture are cut away, so that margins are the layout's own.

    Raises `UserError` if the file is missing, damaged, or holds what cannot be drawn.
    """
    if path.suffix.lower() == ".svg":
        return read_svg(path, where)
    image = open_image(path, where)
    if image.mode == "RGBA":
        box = image.getchannel("A").getbbox()
        if box is None:
            raise UserError(
                f"{path}: {where}: found a wholly transparent picture; allowed: one with something on it"
            )
        image = image.crop(box)
    return Artwork(image.width / image.height, image=image)


def read_svg(path: Path, where: str = "logo") -> Artwork:
    """Parse an SVG logo and make it fill whatever viewport it is given.

    Raises `UserError` for what is not well-formed SVG with a size, and for document type declarations
    (entity expansion), styles, scripts, text and embedded pictures.
    """

    def error(found: str) -> UserError:
        return UserError(
            f"{path}: {where}: found {found}; allowed: an SVG of shapes with a viewBox, colours "
            "as attributes and text turned into outlines, or a PNG"
        )

    if not path.is_file():
        raise error("no such file")
    data = path.read_bytes()
    if len(data) > MAX_SVG_BYTES:
        raise error(f"{len(data)} bytes")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise error("a document type declaration")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise error(f"a file that is not XML ({problem})") from None
    if root.tag not in ("svg", f"{{{SVG_NAMESPACE}}}svg"):
        raise error(f"<{root.tag.rpartition('}')[2]}>")
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in NOT_DRAWN:
            raise error(f"<{name}>")
        if any(
            key.rpartition("}")[2] == "href" and not value.startswith("#")
            for key, value in element.attrib.items()
        ):
            raise error(f"a reference to outside in <{name}>")
    box = _view_box(root)
    if box is None:
        raise error("no viewBox")
    root.set("viewBox", " ".join(f"{value:g}" for value in box))
    root.set("width", "100%")
    root.set("height", "100%")
    root.attrib.pop("preserveAspectRatio", None)
    ElementTree.register_namespace("", SVG_NAMESPACE)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    artwork = Artwork(box[2] / box[3], svg=ElementTree.tostring(root))
    if not artwork.sample[..., 3].any():
        raise error("nothing that can be drawn")
    return artwork


def _view_box(root: ElementTree.Element) -> tuple[float, float, float, float] | None:
    """(left, top, width, height) from `viewBox`, or from `width` and `height` where it is missing."""
    try:
        if "viewBox" in root.attrib:
            left, top, width, height = (
                float(value) for value in re.split(r"[\s,]+", root.attrib["viewBox"].strip())
            )
        else:
            left = top = 0.0
            width, height = (float(root.attrib[side].removesuffix("px")) for side in ("width", "height"))
    except (KeyError, ValueError):
        return None
    sound = all(math.isfinite(value) for value in (left, top, width, height)) and min(width, height) > 0
    return (left, top, width, height) if sound and 1 / 50 < width / height < 50 else None
