"""The glyphs that a banner needs, as WOFF files."""

import io
from collections.abc import Mapping

from fontTools import subset
from fontTools.ttLib import TTFont

from adfusion.creative.document import Creative, Text
from adfusion.creative.fonts import FontFile
from adfusion.creative.paragraph import faces


def webfonts(creative: Creative) -> Mapping[FontFile, bytes]:
    """Each face that the texts use, reduced to their characters; WOFF 1.0, which needs no Brotli."""
    wanted: dict[FontFile, set[str]] = {}
    for layer in creative.walk():
        if isinstance(layer, Text):
            for index in faces(layer.text, layer.font):
                wanted.setdefault(layer.font.files[index], set()).update(layer.text)
    return {file: _subset(file, "".join(sorted(characters))) for file, characters in wanted.items()}


def _subset(file: FontFile, characters: str) -> bytes:
    options = subset.Options()
    options.layout_features = ["*"]
    options.flavor = "woff"
    font = TTFont(file.path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
