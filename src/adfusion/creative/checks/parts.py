"""The parts of a document, by what they are for."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np

from adfusion.creative.document import Box, Creative, Group, Layer, Panel, Picture, Text, Vector
from adfusion.creative.draw import coverage


def texts(creative: Creative) -> Iterator[Text]:
    return (layer for layer in creative.walk() if isinstance(layer, Text))


def is_wordmark(text: Text) -> bool:
    """The brand's name set in the place of a logo: a logotype, which WCAG exempts from contrast."""
    return text.id.startswith("logo")


def photos(creative: Creative) -> Iterator[Picture]:
    """The product photographs."""
    return (
        layer
        for layer in creative.walk()
        if isinstance(layer, Picture) and layer.id.startswith("product-photo")
    )


def foreground(creative: Creative) -> Iterator[Layer]:
    """Top layers that say something: words, logo, button, badge, and the grounds that belong to them."""
    return (layer for layer in creative.layers if _says_something(layer))


def _says_something(layer: Layer) -> bool:
    if isinstance(layer, Group):
        return layer.id.startswith("logo") or any(map(_says_something, layer.layers))
    return isinstance(layer, Text | Vector)


def pieces(layer: Layer) -> Iterator[tuple[str, Box]]:
    """Id and box of everything drawn in a foreground layer."""
    if isinstance(layer, Group):
        for inner in layer.layers:
            yield from pieces(inner)
    elif isinstance(layer, Text):
        yield layer.id, ink(layer)
    elif isinstance(layer, Vector | Panel | Picture):
        yield layer.id, layer.box


def ink(text: Text) -> Box:
    """The box of the pixels that a text really touches: its own box has room for marks that it may lack."""
    room = text.box.inset(-0.5 * text.size)
    left, top = floor(room.left), floor(room.top)
    touched = coverage(text, ceil(room.right) - left, ceil(room.bottom) - top, left, top) > 0
    if not touched.any():
        return text.box
    rows, columns = np.flatnonzero(touched.any(axis=1)), np.flatnonzero(touched.any(axis=0))
    return Box(
        left + float(columns[0]),
        top + float(rows[0]),
        float(columns[-1] - columns[0] + 1),
        float(rows[-1] - rows[0] + 1),
    )


def logo(creative: Creative) -> Box | None:
    """Where the logo itself lies, without a ground of its own."""
    found = creative.find("logo-artwork") or creative.find("logo-text")
    return found.box if isinstance(found, Picture | Vector | Text) else None
