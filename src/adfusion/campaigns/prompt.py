"""From a brief's concept to the words that a generator reads."""

import re

import numpy as np

from adfusion.color import oklab
from adfusion.creative.brief import SCHEMES, Brief, Segment
from adfusion.creative.colors import rgb
from adfusion.creative.concept import Concept
from adfusion.creative.placement import CopySpace
from adfusion.creative.season import SEASONS, without_props
from adfusion.data.scenes.scene import COLORS

COPY_SPACE_PHRASES: dict[CopySpace, str] = {
    "left": "copy space on the left",
    "right": "copy space on the right",
    "top": "copy space at the top",
    "centre": "centred composition",
}
"""Said as the captions say it that the models learn from."""

BACKDROP = re.compile(r"\b(backdrops?|backgrounds?|walls?|floors?|gradients?|cycloramas?)\b")
STAGE = re.compile(r" (?=(on|in|at|against|beside|before|framed|standing|placed)\b)")
"""Where what is said of the subject ends."""

EMPTY_STAGE = re.compile(r"\b(round podium|square podium|steps)\b")
"""Stages on which the scenes have nothing at times."""

EMPTY = "an empty stage"
"""A subject that is none."""

SPACE = re.compile(r"\b(copy space|cent(re|er)ed|(room|space) for (text|copy)|empty space)\b")


def prompt(
    brief: Brief,
    concept: Concept,
    segment: Segment,
    copy_space: CopySpace | None,
    color_scheme: str = "primary",
) -> str:
    """The concept, the segment's mood, the brand's colours and where the copy will stand, if it is said.

    The colour of the palette's role `color_scheme` becomes the backdrop, and the accent, if the brand names
    one, the details of a subject that is generated. The concept's own words come first and win: a backdrop, a
    subject "with" something or a composition is not contradicted, and the brand's colours are not given to
    anything if the concept has them already for something else. With photographs of the product the stage is
    empty, whatever the concept puts there. In a season its props stand in for those of
    concept and segment.
    """
    wanted, mood = concept.prompt.rstrip(" .,;"), segment.mood.rstrip(" .,;") if segment.mood else ""
    season = brief.season_of(concept)
    if season:
        wanted, mood = without_props(wanted) or wanted, without_props(mood)
    subject, comma, rest = wanted.partition(",")
    if brief.product.photo_files and "empty" not in _spelled(subject):
        stage = EMPTY_STAGE.search(subject.lower())
        subject = f"an empty {stage[0] if stage else 'stage'}"
    said = _spelled(f"{subject}{comma}{rest} {mood}")
    palette = brief.brand.palette.open().roles
    backdrop = ""
    if not names_backdrop(concept):
        names = (color_name(palette[role]) for role in dict.fromkeys((color_scheme, *SCHEMES)))
        backdrop = next((name for name in names if name not in said), "")
    shown = brief.brand.palette.accent and "empty" not in _spelled(subject)
    details = color_name(palette["accent"]) if shown else ""
    if details and details not in (*said, backdrop) and "with" not in _spelled(subject):
        stage = STAGE.search(subject)
        end = stage.start() if stage else len(subject)
        subject = f"{subject[:end]} with {details} details{subject[end:]}"
    props = SEASONS[season] if season else ""
    words = [f"{subject}{comma}{rest}", mood, f"{backdrop} backdrop" if backdrop else "", props]
    if copy_space and not SPACE.search(" ".join(words).lower()):
        words.append(COPY_SPACE_PHRASES[copy_space])
    return ", ".join(filter(None, words))


def with_subject(concept: Concept, subject: str) -> Concept:
    """The concept with other words for what it shows, before the same backdrop."""
    _, comma, rest = concept.prompt.partition(",")
    return concept.model_copy(update={"prompt": f"{subject}{comma}{rest}"})


def _spelled(text: str) -> list[str]:
    """Its words, as the scenes spell them."""
    return re.findall(r"\w+", text.lower().replace("gray", "grey"))


def names_backdrop(concept: Concept) -> bool:
    """Whether the concept says what is behind its subject, so that the brand's colours do not."""
    return BACKDROP.search(concept.prompt.lower()) is not None


def color_name(color: str) -> str:
    """The scenes' name for `#rrggbb`: the one whose hue and chroma are closest, lightness counting half."""
    wanted = oklab(rgb(color))
    return min(
        COLORS, key=lambda name: float(np.linalg.norm((oklab(rgb(COLORS[name])) - wanted) * (0.5, 1, 1)))
    )
