"""A creative as SVG 1.1 with live text and named layers, for designers and for the web."""

import base64
import io
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

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
from adfusion.creative.draw import JPEG_QUALITY, resampled


def svg(creative: Creative) -> str:
    """The document as one self-contained SVG file; each line of text is a `tspan` at its measured place."""
    definitions = "\n".join(_definitions(creative))
    body = "\n".join(_element(layer) for layer in creative.layers)
    width, height = creative.width, creative.height
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}>\n'
        f"<title>{escape(creative.title)}</title>\n"
        f"<defs>\n{definitions}\n</defs>\n{body}\n</svg>\n"
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _place(box: Box) -> str:
    return (
        f'x="{_number(box.left)}" y="{_number(box.top)}" '
        f'width="{_number(box.width)}" height="{_number(box.height)}"'
    )


def _definitions(creative: Creative) -> Iterator[str]:
    for layer in creative.walk():
        if isinstance(layer, Scrim):
            ends = zip(("x1", "y1", "x2", "y2"), (*layer.start, *layer.end), strict=True)
            line = " ".join(f'{name}="{_number(value)}"' for name, value in ends)
            stops = "".join(
                f'<stop offset="{offset:.4f}" stop-color="{layer.color}" stop-opacity="{opacity:.4f}"/>'
                for offset, opacity in layer.stops
            )
            yield (
                f'<linearGradient id="{layer.id}-gradient" gradientUnits="userSpaceOnUse" {line}>{stops}'
                "</linearGradient>"
            )
        if isinstance(layer, Shadow):
            yield (
                f'<filter id="{layer.id}-blur" x="-50%" y="-300%" width="200%" height="700%">'
                f'<feGaussianBlur stdDeviation="{_number(layer.blur)}"/></filter>'
            )


def _element(layer: Layer) -> str:
    name = f'id="{layer.id}"'
    match layer:
        case Group():
            inner = "\n".join(_element(each) for each in layer.layers)
            return f"<g {name}>\n{inner}\n</g>"
        case Picture():
            return f"<image {name} {_whole(layer.box)} {_link(*_embedded(layer))}/>"
        case Vector():
            return f"<image {name} {_place(layer.box)} {_link('image/svg+xml', layer.svg)}/>"
        case Panel():
            return f'<rect {name} {_place(layer.box)} rx="{_number(layer.radius)}" fill="{layer.color}"/>'
        case Scrim():
            return f'<rect {name} {_place(layer.box)} fill="url(#{layer.id}-gradient)"/>'
        case Shadow():
            (x, y), box = layer.box.center, layer.box
            return (
                f'<ellipse {name} cx="{_number(x)}" cy="{_number(y)}" rx="{_number(box.width / 2)}" '
                f'ry="{_number(box.height / 2)}" fill="{layer.color}" fill-opacity="{layer.opacity:.4f}" '
                f'filter="url(#{layer.id}-blur)"/>'
            )
        case Text():
            return _text(layer)


def _text(layer: Text) -> str:
    """`text-anchor="start"` is the right edge of a line that runs from right to left."""
    families = quoteattr(", ".join(f"'{name}'" if " " in name else name for name in layer.font.families))
    spans = "".join(
        f'<tspan x="{_number(line.left + line.width * layer.right_to_left)}" y="{_number(line.baseline)}">'
        f"{escape(line.text)}</tspan>"
        for line in layer.lines
    )
    direction = ' direction="rtl"' if layer.right_to_left else ""
    return (
        f'<text id="{layer.id}" font-family={families} font-weight="{layer.font.weight}" '
        f'font-size="{_number(layer.size)}" letter-spacing="{_number(layer.tracking * layer.size)}" '
        f'fill="{layer.color}" text-anchor="start"{direction}>{spans}</text>'
    )


def _whole(box: Box) -> str:
    """The whole pixels that the drawing uses."""
    return (
        f'x="{round(box.left)}" y="{round(box.top)}" width="{max(1, round(box.width))}" '
        f'height="{max(1, round(box.height))}"'
    )


def _embedded(layer: Picture) -> tuple[str, bytes]:
    image, buffer = resampled(layer), io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, format="PNG", optimize=True)
        return "image/png", buffer.getvalue()
    image.save(buffer, format="JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return "image/jpeg", buffer.getvalue()


def _link(kind: str, data: bytes) -> str:
    """Both forms of `href`: SVG 1.1 editors read the `xlink` one, SVG 2 the plain one."""
    return f'preserveAspectRatio="none" xlink:href="data:{kind};base64,{base64.b64encode(data).decode()}"'
