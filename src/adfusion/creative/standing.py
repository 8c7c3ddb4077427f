"""A product photo on the stage of a picture: size and place, shadow, reflection, and an edge of light.

All that belongs to the scene lies behind the photos, so not one of their opaque pixels changes. Shadow,
reflection and edge are rasters of their own, so that every form of a creative shows them and a designer can
take them off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from adfusion.color import oklab
from adfusion.creative.colors import srgb
from adfusion.creative.document import Box, Group, Picture
from adfusion.creative.draw import resampled
from adfusion.creative.framing import View
from adfusion.creative.placement import CopySpace
from adfusion.creative.saliency import SPOTS
from adfusion.creative.stage import Stage, brighter_side, stage

HEAD, FOOT, SIDES = 0.07, 0.08, 0.03
"""Room around products where a picture is cut to its box, as shares of the box's height and width."""

SMALLEST = 0.1
"""Share of its size to which a product may shrink for a picture that is cut narrow."""

RASTER = 300
"""Pixels of the rasters for a product of a square's size: shadows and light are soft."""

GAP = 0.05
"""Between neighbours, as a share of their mean width."""

SHADOW, CONTACT, REFLECTION, EDGE = 0.45, 0.85, 0.16, 0.24
"""Greatest opacities."""

MIRRORED = 0.28
"""Share of a product's height that a floor reflects, fading out."""

CALM = 0.05
"""Standard deviation of a surface's lightness from which it reflects nothing."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """Products on the stage of a picture, in its pixels: each in a box, the first at the left."""

    boxes: tuple[Box, ...]
    stage: Stage

    @property
    def whole(self) -> Box:
        left, top = min(box.left for box in self.boxes), min(box.top for box in self.boxes)
        right, bottom = max(box.right for box in self.boxes), max(box.bottom for box in self.boxes)
        return Box(left, top, right - left, bottom - top)

    def shrunk(self, scale: float) -> "Standing":
        """Smaller, on the same spot."""
        middle, foot = self.whole.center[0], self.stage.foot
        boxes = tuple(
            Box(
                middle + scale * (box.left - middle),
                foot + scale * (box.top - foot),
                scale * box.width,
                scale * box.height,
            )
            for box in self.boxes
        )
        return Standing(boxes, self.stage)


def place(picture: Image.Image, products: Sequence[Image.Image], copy_space: CopySpace) -> Standing:
    """Find a place for RGBA cut-outs side by side on the stage of an RGB picture.

    They are as large as scenes have their products, as far as the stage is wide enough. Beside others each
    has the same area, which is closer to what people expect of a cup and a bottle than the same height.
    """
    where, spot = stage(picture, copy_space), SPOTS[copy_space]
    aspects = np.array([product.width / product.height for product in products])
    wide, high = np.sqrt(aspects), 1 / np.sqrt(aspects)
    gap = GAP * wide.mean()
    row = wide.sum() + gap * (len(products) - 1)
    tallest = min((spot.foot - spot.top) * picture.height, 0.94 * where.foot)
    unit = min(tallest / high.max(), where.width / row)
    left = where.x - unit * row / 2
    left = max(0.02 * picture.width, min(left, 0.98 * picture.width - unit * row))
    boxes = []
    for width, height in zip(unit * wide, unit * high, strict=True):
        boxes.append(Box(float(left), float(where.foot - height), float(width), float(height)))
        left += width + unit * gap
    return Standing(tuple(boxes), where)


def settle(standing: Standing, view: View, picture: Image.Image) -> tuple[View, Standing]:
    """The view moved, and the products made smaller, until they are whole in it with some room around."""
    box, whole = view.box, standing.whole
    room = view.in_picture(
        Box(
            box.left + SIDES * box.width,
            box.top + HEAD * box.height,
            (1 - 2 * SIDES) * box.width,
            (1 - HEAD - FOOT) * box.height,
        )
    )
    crop = view.crop
    right = _way(room.left, room.right, whole.left, whole.right)
    down = _way(room.top, room.bottom, whole.top, whole.bottom)
    right = max(-crop.left, min(right, picture.width - crop.right))
    down = max(-crop.top, min(down, picture.height - crop.bottom))
    half = min(whole.center[0] - room.left - right, room.right + right - whole.center[0])
    scale = min(1.0, (whole.bottom - room.top - down) / whole.height, 2 * half / whole.width)
    moved = replace(crop, left=crop.left + right, top=crop.top + down)
    return replace(view, crop=moved), standing.shrunk(max(SMALLEST, scale))


def _way(low: float, high: float, first: float, last: float) -> float:
    """How far the room from `low` to `high` must move to hold all from `first` to `last`, or else `last`."""
    return max(0.0, last - high) or max(min(0.0, first - low), last - high)


def stand(picture: Image.Image, products: Sequence[Image.Image], standing: Standing, view: View) -> Group:
    """The products and what the scene does to them and they to it, as layers of the canvas.

    `view` is how the canvas shows the picture. Layers, from the bottom: `product-shadow`,
    `product-reflection`, `product-edge`, and the photos `product-photo`, `product-photo-2`, …
    """
    boxes = standing.boxes
    photos = tuple(_photo(index, product, boxes[index], view) for index, product in enumerate(products))
    scene = _Scene(picture, photos, standing, view)
    return Group("product", (*scene.layers(), *photos))


def _photo(index: int, product: Image.Image, box: Box, view: View) -> Picture:
    """A photo at whole pixels of the canvas."""
    on_canvas = view.on_canvas(box)
    wide, high = max(1, round(on_canvas.width)), max(1, round(on_canvas.height))
    stands = Box(round(on_canvas.center[0] - wide / 2), round(on_canvas.bottom) - high, wide, high)
    name = "product-photo" if index == 0 else f"product-photo-{index + 1}"
    return Picture(name, stands, product.convert("RGBA"), Box(0, 0, product.width, product.height))


class _Scene:
    """What lies between picture and photos, in a window of the canvas. Arrays are (rows, columns) of a raster
    that may be coarser than the canvas.
    """

    def __init__(
        self, picture: Image.Image, photos: tuple[Picture, ...], standing: Standing, view: View
    ) -> None:
        size = float(np.mean([(photo.box.width * photo.box.height) ** 0.5 for photo in photos]))
        self.window = _window(photos, view.box, round(0.3 * size))
        zoom = min(1.0, RASTER / size)
        columns, rows = (max(1, round(zoom * side)) for side in (self.window.width, self.window.height))
        self.shape, self.scale = (rows, columns), zoom * size
        whole, unit = standing.whole, size / view.scale
        self.side = brighter_side(picture, whole)
        self.around = _pixels(picture, whole.inset(-0.1 * unit))
        self.surface = _pixels(picture, Box(whole.left, whole.bottom, whole.width, 0.1 * unit))
        self.below = _pixels(picture, Box(whole.left, whole.bottom, whole.width, MIRRORED * unit))
        self.photos = (
            np.asarray(_flat(photos, self.window).resize((columns, rows), Image.Resampling.BOX)) / 255
        )
        self.alpha = self.photos[..., 3]
        foot = max(photo.box.bottom for photo in photos)
        self.floor = min(rows, round(zoom * (foot - self.window.top)))
        front = view.on_canvas(Box(0, standing.stage.front, 1, 0)).top
        self.front = zoom * (front - self.window.top)

    def layers(self) -> Iterator[Picture]:
        yield self._layer("shadow", *self._shadow())
        reflection = self._reflection()
        if reflection is not None:
            yield self._layer("reflection", *reflection)
        yield self._layer("edge", *self._edge())

    def _shadow(self) -> tuple[Floats, Floats]:
        """What of the products is near the floor, moved down and blurred: a tight and a wide shadow."""
        rows = np.arange(self.shape[0])[:, None]
        near = np.clip(1 - (self.floor - rows) / (0.3 * self.scale), 0, 1) * self.alpha
        tight = _blurred(near, 0.012 * self.scale, down=0.014 * self.scale)
        wide = _blurred(
            near, 0.055 * self.scale, down=0.03 * self.scale, right=-0.08 * self.side * self.scale
        )
        opacity = 1 - (1 - CONTACT * tight) * (1 - SHADOW * wide)
        return 0.3 * self.surface.mean(axis=(0, 1)), opacity * self._on_stage()

    def _reflection(self) -> tuple[Floats, Floats] | None:
        """Each column of the products upside down under its lowest point; `None` on a busy surface."""
        if oklab(self.below)[..., 0].std() > CALM:
            return None
        rows, depth = np.arange(self.shape[0])[:, None], MIRRORED * self.scale
        lowest = np.where(self.alpha > 0.5, rows, 0).max(axis=0)
        seen = (rows > lowest) & (lowest > self.floor - depth)
        source = np.where(seen, np.clip(2 * lowest - rows, 0, None), 0)
        mirrored = np.take_along_axis(self.photos, source[..., None], axis=0)
        fading = np.clip(1 - (rows - lowest) / depth, 0, 1) ** 2
        opacity = REFLECTION * seen * fading * mirrored[..., 3]
        color = mirrored[..., :3]
        soft = max(0.5, 0.006 * self.scale)
        colored = (
            _blurred(color * opacity[..., None], soft) / np.maximum(_blurred(opacity, soft), 1e-6)[..., None]
        )
        return 255 * colored, _blurred(opacity, soft) * self._on_stage()

    def _edge(self) -> tuple[Floats, Floats]:
        """A thin rim of the scene's light around the photos, stronger on the side that faces it."""
        width = max(0.8, 0.005 * self.scale)
        halo = _blurred(ndimage.grey_dilation(self.alpha, size=(3, 3)), width)
        down, across = np.gradient(_blurred(self.alpha, 3 * width))
        steep = np.maximum(np.hypot(down, across), 1e-6)
        lit = np.clip(0.25 + 0.75 * (0.8 * down - 0.6 * self.side * across) / steep, 0, 1)
        lab = oklab(self.around.mean(axis=(0, 1)))
        lab[0] = min(0.97, lab[0] + 0.3)
        return srgb(lab), np.where(self.alpha == 1, 0, EDGE * halo * lit) * (1 - self._near_floor())

    def _near_floor(self) -> Floats:
        rows = np.arange(self.shape[0])[:, None]
        return np.clip(1 - (self.floor - rows) / (0.12 * self.scale), 0, 1)

    def _on_stage(self) -> Floats:
        """1 on the surface, 0 in front of it, with a soft rim."""
        rows = np.arange(self.shape[0])[:, None]
        return np.clip((self.front - rows) / max(1.0, 0.02 * self.scale), 0, 1)

    def _layer(self, name: str, color: Floats, opacity: Floats) -> Picture:
        """One raster; `color` in sRGB values, `opacity` in [0, 1]."""
        rgba = np.empty((*self.shape, 4))
        rgba[..., :3], rgba[..., 3] = color, 255 * opacity
        image = Image.fromarray(np.rint(np.clip(rgba, 0, 255)).astype(np.uint8))
        return Picture(f"product-{name}", self.window, image, Box(0, 0, image.width, image.height))


def _pixels(picture: Image.Image, box: Box) -> npt.NDArray[np.uint8]:
    """What an RGB picture shows in a box, at least one pixel of it."""
    left, top = (
        max(0, min(round(at), side - 1)) for at, side in zip((box.left, box.top), picture.size, strict=True)
    )
    right, bottom = max(left + 1, round(box.right)), max(top + 1, round(box.bottom))
    shown = picture.crop((left, top, min(right, picture.width), min(bottom, picture.height)))
    return np.asarray(shown.convert("RGB"))


def _flat(photos: tuple[Picture, ...], window: Box) -> Image.Image:
    """The photos alone, straight RGBA, at the canvas's scale."""
    canvas = Image.new("RGBA", (round(window.width), round(window.height)))
    for photo in photos:
        layer = Image.new("RGBA", canvas.size)
        layer.paste(
            resampled(photo), (round(photo.box.left - window.left), round(photo.box.top - window.top))
        )
        canvas.alpha_composite(layer)
    return canvas


def _window(photos: tuple[Picture, ...], visible: Box, room: int) -> Box:
    """Whole pixels around the photos, as far as the picture is seen."""
    left = max(round(visible.left), round(min(photo.box.left for photo in photos)) - room)
    top = max(round(visible.top), round(min(photo.box.top for photo in photos)) - room)
    right = min(round(visible.right), round(max(photo.box.right for photo in photos)) + room)
    bottom = min(round(visible.bottom), round(max(photo.box.bottom for photo in photos)) + room)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _blurred(values: Floats, deviation: float, down: float = 0.0, right: float = 0.0) -> Floats:
    """Gaussian blur of the first two axes, moved by whole pixels."""
    sigma = (deviation, deviation, 0)[: values.ndim]
    moved = np.zeros_like(values)
    rows, columns = round(down), round(right)
    height, width = values.shape[:2]
    moved[max(0, rows) : height + min(0, rows), max(0, columns) : width + min(0, columns)] = values[
        max(0, -rows) : height - max(0, rows), max(0, -columns) : width - max(0, columns)
    ]
    return np.asarray(ndimage.gaussian_filter(moved, sigma, truncate=3))
