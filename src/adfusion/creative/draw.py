"""A creative as pixels, PNG and JPEG. The same document gives the same bytes."""

import io
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.creative.document import (
    Box,
    Creative,
    Group,
    Layer,
    Panel,
    Picture,
    Scrim,
    Shadow,
    Text,
    Vector,
)
from adfusion.creative.engine import skia
from adfusion.creative.paragraph import paragraph

Pixels = npt.NDArray[np.uint8]


def pixels(creative: Creative, hide: Collection[str] = ()) -> Pixels:
    """RGB (height, width, 3) uint8, on white; layers whose id is in `hide` are left out."""
    drawn, canvas = _canvas(creative.width, creative.height, 0xFFFFFFFF)
    for layer in creative.layers:
        paint(canvas, layer, hide)
    found = np.empty((*drawn.shape[:2], 3), np.uint8)
    order = (2, 1, 0) if _blue_first() else (0, 1, 2)
    for channel, native in enumerate(order):  # four times as fast as a copy of the slice
        found[..., channel] = drawn[..., native]
    return found


def image(creative: Creative) -> Image.Image:
    """The creative as a PIL picture, RGB, at its exact size."""
    return Image.fromarray(pixels(creative))


def png(creative: Creative) -> bytes:
    buffer = io.BytesIO()
    image(creative).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def coverage(layer: Layer, width: int, height: int, left: int = 0, top: int = 0) -> npt.NDArray[np.float64]:
    """How much of each pixel the layer covers: (height, width) in [0, 1], for a window at `left`, `top`."""
    drawn, canvas = _canvas(width, height, 0)
    canvas.translate(-left, -top)
    paint(canvas, layer)
    share: npt.NDArray[np.float64] = drawn[..., 3] / 255
    return share


def _canvas(width: int, height: int, color: int) -> tuple[Pixels, Any]:
    """Pixels (height, width, 4) in Skia's own order, alpha last, and a canvas that draws on them."""
    drawn = np.empty((height, width, 4), np.uint8)
    info = skia().ImageInfo.MakeN32Premul(width, height)
    canvas = skia().Surface.MakeRasterDirect(info, drawn).getCanvas()
    canvas.clear(color)
    return drawn, canvas


@cache
def _blue_first() -> bool:
    """Whether Skia's own order of channels is BGRA: other orders blend a little differently."""
    kind = skia().ImageInfo.MakeN32Premul(1, 1).colorType()
    return bool(kind == skia().kBGRA_8888_ColorType)


def rasterise(svg: bytes, width: int, height: int) -> Pixels:
    """Artwork alone, straight RGBA (height, width, 4) uint8."""
    surface = skia().Surface(width, height)
    surface.getCanvas().clear(0)
    _vector(surface.getCanvas(), svg, width, height)
    return rgba(surface)


def rgba(surface: Any) -> Pixels:
    """What a Skia surface shows, straight RGBA."""
    array: Pixels = surface.makeImageSnapshot().toarray(colorType=skia().kRGBA_8888_ColorType)
    return array


def paint(canvas: Any, layer: Layer, hide: Collection[str] = ()) -> None:
    """Draw a layer on a Skia canvas."""
    if layer.id in hide:
        return
    match layer:
        case Group():
            for inner in layer.layers:
                paint(canvas, inner, hide)
        case Picture():
            _picture(canvas, layer)
        case Panel():
            _panel(canvas, layer)
        case Scrim():
            _scrim(canvas, layer)
        case Shadow():
            _shadow(canvas, layer)
        case Text():
            for line in layer.lines:
                built = paragraph(
                    line.text, layer.font, layer.size, layer.tracking, layer.color, layer.right_to_left
                )
                built.paint(canvas, line.left, line.baseline - built.AlphabeticBaseline)
        case Vector():
            canvas.save()
            canvas.translate(layer.box.left, layer.box.top)
            _vector(canvas, layer.svg, layer.box.width, layer.box.height)
            canvas.restore()


def _rect(box: Any) -> Any:
    return skia().Rect.MakeXYWH(box.left, box.top, box.width, box.height)


def _color(color: str, opacity: float = 1.0) -> int:
    return round(255 * opacity) << 24 | int(color[1:], 16)


def resampled(layer: Picture) -> Image.Image:
    """The layer's pixels at the whole-pixel size of its box (Lanczos). Not to be written to."""
    size = max(1, round(layer.box.width)), max(1, round(layer.box.height))
    if size == layer.image.size and layer.crop == Box(0, 0, *size) and layer.image.mode == "RGB":
        return layer.image
    return _scaled(_Same(layer.image), size, layer.crop)


@dataclass(frozen=True, eq=False)
class _Same:
    """A picture by its identity, as a key: equal pixels elsewhere are not looked for."""

    image: Image.Image

    def __hash__(self) -> int:
        return id(self.image)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.image is other.image


@lru_cache(maxsize=8)
def _scaled(picture: _Same, size: tuple[int, int], crop: Box) -> Image.Image:
    """Kept, since a picture is drawn, drawn again without its words, and shared by a thousand headlines."""
    image = picture.image
    whole = image if image.mode == "RGB" else image.convert("RGBa")
    scaled = whole.resize(size, Image.Resampling.LANCZOS, box=(crop.left, crop.top, crop.right, crop.bottom))
    return scaled if scaled.mode == "RGB" else scaled.convert("RGBA")


def _picture(canvas: Any, layer: Picture) -> None:
    scaled = resampled(layer)
    alpha = skia().kOpaque_AlphaType if scaled.mode == "RGB" else skia().kUnpremul_AlphaType
    drawn = skia().Image.fromarray(
        _four_channels(_Same(scaled)), colorType=skia().kRGBA_8888_ColorType, alphaType=alpha, copy=False
    )
    canvas.drawImage(drawn, round(layer.box.left), round(layer.box.top))


@lru_cache(maxsize=4)
def _four_channels(picture: _Same) -> Pixels:
    """The pixels of an RGB or RGBA picture as RGBA."""
    given = np.asarray(picture.image)
    if given.shape[2] == 4:
        return given
    found = np.empty((*given.shape[:2], 4), np.uint8)
    for channel in range(3):
        found[..., channel] = given[..., channel]
    found[..., 3] = 255
    return found


def _panel(canvas: Any, layer: Panel) -> None:
    paint = skia().Paint(AntiAlias=True, Color=_color(layer.color))
    if layer.stroke:
        paint.setStyle(skia().Paint.kStroke_Style)
        paint.setStrokeWidth(layer.stroke)
    inner = max(0.0, layer.radius - layer.stroke / 2)
    canvas.drawRoundRect(_rect(layer.box.inset(layer.stroke / 2)), inner, inner, paint)


def _scrim(canvas: Any, layer: Scrim) -> None:
    shader = skia().GradientShader.MakeLinear(
        points=[skia().Point(*layer.start), skia().Point(*layer.end)],
        colors=[_color(layer.color, opacity) for _, opacity in layer.stops],
        positions=[offset for offset, _ in layer.stops],
    )
    canvas.drawRect(_rect(layer.box), skia().Paint(Shader=shader, Dither=True))


def _shadow(canvas: Any, layer: Shadow) -> None:
    paint = skia().Paint(
        AntiAlias=True,
        Color=_color(layer.color, layer.opacity),
        MaskFilter=skia().MaskFilter.MakeBlur(skia().kNormal_BlurStyle, layer.blur),
    )
    canvas.drawOval(_rect(layer.box), paint)


def _vector(canvas: Any, svg: bytes, width: float, height: float) -> None:
    """Draw SVG that fills its viewport (see `artwork.read_svg`) into width × height at the origin."""
    tree = skia().SVGDOM.MakeFromStream(skia().MemoryStream(svg))
    tree.setContainerSize(skia().Size(width, height))
    tree.render(canvas)
