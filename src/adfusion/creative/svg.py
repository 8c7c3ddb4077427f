"""A creative as SVG 1.1 with live text and named layers, for designers and for the web."""

import base64
import io
import re
from collections.abc import Callable, Iterator
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
from adfusion.creative.draw import resampled
from adfusion.creative.emoji import runs
from adfusion.creative.encode import jpeg
from adfusion.creative.fonts import FontStack
from adfusion.creative.paragraph import word_spacing
from adfusion.creative.webfonts import emoji_fonts

JPEG_QUALITY = 92
LIGATURES = "font-feature-settings:'liga' 0"
"""As the paragraphs are measured: letter by letter."""
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"

Link = Callable[[str, str, bytes], str]
"""From a layer's id, a media type and a file's bytes to the address that the SVG shall name."""


def svg(creative: Creative) -> str:
    """The document as one self-contained SVG file; each line of text is a `tspan` at its measured place.

    Top layers are layers to Inkscape too, and every element has a label there. The glyphs of emoji are
    inside, for browsers; other fonts are those of the reader's machine.
    """
    faces = "".join(
        f"<style>@font-face {{ font-family: '{face.family}'; font-weight: {face.weight}; "
        f"src: url({data_uri(face.family, 'font/woff', data)}) format('woff') }}</style>\n"
        for face, data in emoji_fonts(creative).items()
    )
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + markup(creative, data_uri, definitions=faces)


def markup(creative: Creative, link: Link, quality: int = JPEG_QUALITY, definitions: str = "") -> str:
    """The `svg` element alone, with its pictures where `link` puts them, as JPEG of this quality."""
    definitions += "\n".join(_definitions(creative))
    body = "\n".join(_top(layer, link, quality) for layer in creative.layers)
    width, height = creative.width, creative.height
    spaces = " ".join(
        f'xmlns{prefix}="{space}"'
        for prefix, space in (
            ("", "http://www.w3.org/2000/svg"),
            (":xlink", "http://www.w3.org/1999/xlink"),
            (":inkscape", INKSCAPE),
        )
    )
    return (
        f'<svg {spaces} width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"<title>{escape(creative.title)}</title>\n"
        f"<defs>\n{definitions}\n</defs>\n{body}\n</svg>\n"
    )


def data_uri(id: str, kind: str, data: bytes) -> str:
    """The bytes themselves as an address."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _name(id: str) -> str:
    """A name that XML allows: letters, digits, hyphens and underscores, beginning with a letter."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", id)
    return name if name[:1].isalpha() else f"layer-{name}"


def _named(layer: Layer) -> str:
    return f'id="{_name(layer.id)}" inkscape:label={quoteattr(layer.id.replace("-", " "))}'


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
                f'<linearGradient id="{_name(layer.id)}-gradient" gradientUnits="userSpaceOnUse" {line}>'
                f"{stops}</linearGradient>"
            )
        if isinstance(layer, Shadow):
            yield (
                f'<filter id="{_name(layer.id)}-blur" x="-50%" y="-300%" width="200%" height="700%">'
                f'<feGaussianBlur stdDeviation="{_number(layer.blur)}"/></filter>'
            )


def _top(layer: Layer, link: Link, quality: int) -> str:
    """A top layer as a group, which editors show as a layer."""
    group = layer if isinstance(layer, Group) else Group(f"{layer.id}-layer", (layer,))
    label = quoteattr(layer.id.replace("-", " "))
    inner = "\n".join(_element(each, link, quality) for each in group.layers)
    return f'<g id="{_name(group.id)}" inkscape:groupmode="layer" inkscape:label={label}>\n{inner}\n</g>'


def _element(layer: Layer, link: Link, quality: int) -> str:
    name = _named(layer)
    match layer:
        case Group():
            inner = "\n".join(_element(each, link, quality) for each in layer.layers)
            return f"<g {name}>\n{inner}\n</g>"
        case Picture():
            address = link(layer.id, *_embedded(layer, quality))
            return f"<image {name} {_whole(layer.box)} {_reference(address)}/>"
        case Vector():
            address = link(layer.id, "image/svg+xml", layer.svg)
            return f"<image {name} {_place(layer.box)} {_reference(address)}/>"
        case Panel() if layer.stroke:
            box = layer.box.inset(layer.stroke / 2)
            radius = max(0.0, layer.radius - layer.stroke / 2)
            return (
                f'<rect {name} {_place(box)} rx="{_number(radius)}" fill="none" stroke="{layer.color}" '
                f'stroke-width="{_number(layer.stroke)}"/>'
            )
        case Panel():
            return f'<rect {name} {_place(layer.box)} rx="{_number(layer.radius)}" fill="{layer.color}"/>'
        case Scrim():
            return f'<rect {name} {_place(layer.box)} fill="url(#{_name(layer.id)}-gradient)"/>'
        case Shadow():
            (x, y), box = layer.box.center, layer.box
            return (
                f'<ellipse {name} cx="{_number(x)}" cy="{_number(y)}" rx="{_number(box.width / 2)}" '
                f'ry="{_number(box.height / 2)}" fill="{layer.color}" fill-opacity="{layer.opacity:.4f}" '
                f'filter="url(#{_name(layer.id)}-blur)"/>'
            )
        case Text():
            return _text(layer)


def _text(layer: Text) -> str:
    """`text-anchor="start"` is the right edge of a line that runs from right to left."""
    spans = "".join(
        f'<tspan x="{_number(line.left + line.width * layer.right_to_left)}" y="{_number(line.baseline)}">'
        f"{_line(line.text, layer.font)}</tspan>"
        for line in layer.lines
    )
    direction = ' direction="rtl"' if layer.right_to_left else ""
    families = _families(layer.font.families)
    return (
        f'<text {_named(layer)} font-family={families} font-weight="{layer.font.weight}" '
        f'font-size="{_number(layer.size)}" letter-spacing="{_number(layer.tracking * layer.size)}" '
        f'word-spacing="{_number(word_spacing(layer.font, layer.tracking) * layer.size)}" '
        f'fill="{layer.color}" text-anchor="start" style="{LIGATURES}"{direction}>'
        f"{spans}</text>"
    )


def _line(text: str, font: FontStack) -> str:
    """Emoji name their face first: a program's own order of faces may be another."""
    emoji_first = _families(font.asked(emoji=True))
    return "".join(
        f"<tspan font-family={emoji_first}>{escape(run)}</tspan>" if emoji else escape(run)
        for emoji, run in runs(text)
    )


def _families(names: tuple[str, ...]) -> str:
    return quoteattr(", ".join(f"'{name}'" if " " in name else name for name in names))


def _whole(box: Box) -> str:
    """The whole pixels that the drawing uses."""
    return (
        f'x="{round(box.left)}" y="{round(box.top)}" width="{max(1, round(box.width))}" '
        f'height="{max(1, round(box.height))}"'
    )


def _embedded(layer: Picture, quality: int) -> tuple[str, bytes]:
    image = resampled(layer)
    if image.mode == "RGBA":
        buffer = io.BytesIO()
        image.save(buffer, format="PNG", optimize=True)
        return "image/png", buffer.getvalue()
    return "image/jpeg", jpeg(image, quality)


def _reference(address: str) -> str:
    """SVG 1.1 editors read the `xlink` form, and those of SVG 2 still do."""
    return f'preserveAspectRatio="none" xlink:href="{address}"'
