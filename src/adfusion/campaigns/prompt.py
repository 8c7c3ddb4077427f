"""From a brief's concept to the words that a generator reads."""

import re

import numpy as np
import numpy.typing as npt

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
    wanted = oklab(color)
    return min(COLORS, key=lambda name: float(np.linalg.norm((oklab(COLORS[name]) - wanted) * (0.5, 1, 1))))


def oklab(color: str) -> npt.NDArray[np.float64]:
    """Perceptual lightness, green-red and blue-yellow of `#rrggbb` (Ottosson 2020, "Oklab")."""
    values = np.array(rgb(color)) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    lab: npt.NDArray[np.float64] = _LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ linear)
    return lab


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
