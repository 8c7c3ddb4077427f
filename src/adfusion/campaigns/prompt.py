"""From a brief's concept to the words that a generator reads."""

import re

import numpy as np

from adfusion.color import oklab
from adfusion.creative.brief import Brief, Concept, Segment
from adfusion.creative.colors import rgb
from adfusion.creative.placement import CopySpace
from adfusion.data.scenes.scene import COLORS

COPY_SPACE_PHRASES: dict[CopySpace, str] = {
    "left": "copy space on the left",
    "right": "copy space on the right",
    "top": "copy space at the top",
    "centre": "centred composition",
}
"""Said as the captions say it that the models learn from."""


def prompt(brief: Brief, concept: Concept, segment: Segment, copy_space: CopySpace) -> str:
    """The concept, the segment's mood, the brand's colour and where the copy will stand.

    The concept's own words come first and win: a colour or a composition that it names is not contradicted.
    """
    words = [concept.prompt.rstrip(" .,;")]
    if segment.mood:
        words.append(segment.mood.rstrip(" .,;"))
    said = " ".join(words).lower()
    if not re.search(rf"\b({'|'.join([*COLORS, 'gray'])})\b", said):
        words.append(f"{color_name(brief.brand.palette.primary)} backdrop")
    if not re.search(r"\b(copy space|cent(re|er)ed|(room|space) for (text|copy)|empty space)\b", said):
        words.append(COPY_SPACE_PHRASES[copy_space])
    return ", ".join(words)


def color_name(color: str) -> str:
    """The scenes' name for `#rrggbb`: the one whose hue and chroma are closest, lightness counting half."""
    wanted = oklab(rgb(color))
    return min(
        COLORS, key=lambda name: float(np.linalg.norm((oklab(rgb(COLORS[name])) - wanted) * (0.5, 1, 1)))
    )
