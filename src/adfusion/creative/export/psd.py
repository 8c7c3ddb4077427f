"""A creative as a layered Photoshop file that GIMP and Photoshop open.

Each layer is rendered on its own, with transparency, and lies where it belongs, in groups named as in the
document. Photoshop's live text cannot be written by anyone but Photoshop: text is a rendered layer whose name
says how it was set, and the XMP packet holds all settings as JSON. The flattened picture in the file, which
viewers show, is the creative itself, pixel for pixel.
"""

import io
import json
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image
from psd_tools import PSDImage
from psd_tools.api.layers import Layer as PsdLayer
from psd_tools.constants import Resource
from psd_tools.psd.image_resources import ImageResource

from adfusion.creative import draw
from adfusion.creative.document import Creative, Group, Layer, Text
from adfusion.creative.engine import skia

NAMESPACE = "urn:adfusion:creative:1"


def psd(creative: Creative) -> bytes:
    """The file. Adobe Photoshop File Formats Specification; composite from `draw.image`."""
    flat = draw.image(creative)
    # psd-tools keeps a layer's alpha as transparency only in files whose flattened picture has alpha too.
    file = PSDImage.frompil(flat.convert("RGBA"))
    _add(file, creative.layers, creative.width, creative.height)
    record = file._record
    record.header.channels = len(flat.getbands())
    record.image_data.set_data([band.tobytes() for band in flat.split()], record.header)
    file.image_resources[Resource.XMP_METADATA] = ImageResource(
        key=Resource.XMP_METADATA.value, data=_xmp(creative).encode()
    )
    buffer = io.BytesIO()
    # `save` would flatten the layers once more, and round differently.
    record.write(buffer)
    return buffer.getvalue()


def text_settings(text: Text) -> dict[str, object]:
    """How a text was set; JSON. Lengths in pixels, tracking in em."""
    return {
        "layer": text.id,
        "text": text.text,
        "lines": [line.text for line in text.lines],
        "families": list(text.font.families),
        "weight": text.font.weight,
        "size": round(text.size, 2),
        "tracking": round(text.tracking, 4),
        "color": text.color,
        "direction": "rtl" if text.right_to_left else "ltr",
    }


def _add(file: PSDImage, layers: Iterable[Layer], width: int, height: int) -> list[PsdLayer]:
    """Add layers from the bottom to the top."""
    added: list[PsdLayer] = []
    for layer in layers:
        if isinstance(layer, Group):
            inner = _add(file, layer.layers, width, height)
            added.append(file.create_group(inner, name=_ascii(layer.id)))
            continue
        image = Image.fromarray(_rendered(layer, width, height))
        box = image.getchannel("A").getbbox()
        if box is not None:
            left, top, _, _ = box
            added.append(file.create_pixel_layer(image.crop(box), name=_label(layer), top=top, left=left))
    return added


def _rendered(layer: Layer, width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The layer alone, straight RGBA (height, width, 4)."""
    surface = skia().Surface(width, height)
    surface.getCanvas().clear(0)
    draw.paint(surface.getCanvas(), layer)
    return draw.rgba(surface)


def _label(layer: Layer) -> str:
    if not isinstance(layer, Text):
        return _ascii(layer.id)
    family = layer.font.files[0].family
    return _ascii(f"{layer.id}, {family} {layer.font.weight}, {layer.size:.1f} px, {layer.color}")


def _ascii(name: str) -> str:
    """What every program shows: the old form of a layer's name is in a one-byte encoding of 255 at most."""
    return name.encode("ascii", "replace").decode()[:255]


def _xmp(creative: Creative) -> str:
    """Extensible Metadata Platform (ISO 16684-1): the title, and the settings of all texts."""
    texts = [text_settings(layer) for layer in creative.walk() if isinstance(layer, Text)]
    settings = json.dumps(
        {"placement": creative.placement, "metadata": dict(creative.metadata), "texts": texts},
        ensure_ascii=False,
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:adfusion={quoteattr(NAMESPACE)} dc:format="image/vnd.adobe.photoshop">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(creative.title)}</rdf:li></rdf:Alt>'
        "</dc:title>"
        f"<adfusion:document>{escape(settings)}</adfusion:document>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
