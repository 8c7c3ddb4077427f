"""The glyphs that a creative needs, as WOFF files."""

import io
from collections.abc import Mapping
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

from adfusion.creative.document import Creative, Text
from adfusion.creative.emoji import runs
from adfusion.creative.fonts import EMOJI, FontFile
from adfusion.creative.paragraph import faces


def webfonts(creative: Creative) -> Mapping[FontFile, bytes]:
    """Each face that the texts use, reduced to their characters; WOFF 1.0, which needs no Brotli.

    The first face has the spaces, even between words that are all another's.
    """
    wanted: dict[FontFile, set[str]] = {}
    for layer in _texts(creative):
        for index in {0, *faces(layer.text, layer.font)}:
            wanted.setdefault(layer.font.files[index], set()).update(layer.text)
    return {file: _subset(file, "".join(sorted(characters))) for file, characters in wanted.items()}


def emoji_fonts(creative: Creative) -> Mapping[FontFile, bytes]:
    """The faces of `webfonts` that no one installs, with the emoji alone: they are the same for many ads."""
    wanted: dict[FontFile, set[str]] = {}
    for layer in _texts(creative):
        for emoji, run in runs(layer.text):
            for file in layer.font.files if emoji else ():
                if file.family == EMOJI.name:
                    wanted.setdefault(file, set()).update(run)
    return {file: _subset(file, "".join(sorted(characters))) for file, characters in wanted.items()}


def _texts(creative: Creative) -> list[Text]:
    return [layer for layer in creative.walk() if isinstance(layer, Text)]


@lru_cache(maxsize=64)
def _subset(file: FontFile, characters: str) -> bytes:
    options = subset.Options()
    options.layout_features = ["*"]
    options.drop_tables += ["FFTM"]  # FontForge's dates, in DejaVu
    options.flavor = "woff"
    font = TTFont(file.path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
