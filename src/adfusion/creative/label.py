"""A visible label, such as "AI-generated", for markets and platforms that ask for one.

It is set after everything else, in a corner of the safe area that the layout left free, as small as the
placement allows. Where no corner is free nothing is set, and the checks say so.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from adfusion.creative.checks.parts import foreground, logo, photos, pieces
from adfusion.creative.document import Box, Creative, Group, Line, Panel, Text
from adfusion.creative.fonts import FontStack
from adfusion.creative.paragraph import Setting, setting
from adfusion.creative.placement import Placement

LABEL = "label"
"""Id of its layers."""
GROUND, INK = "#1a1a1a", "#ffffff"
_PADDING = 0.4
"""Of the type's size, around the words and to what is next to them."""
_MARGIN = 0.02
"""Of the shorter side, to the edge of the safe area."""


def labelled(creative: Creative, placement: Placement, font: FontStack, clear_space: float = 0.0) -> Creative:
    """The creative with the placement's label on a dark ground; unchanged if no corner has room for it.

    `clear_space` is what the logo keeps free, in heights of it.
    """
    size = placement.min_text
    found = setting(placement.label, font, size, placement.safe.width / 2, max_lines=1)
    if found is None:
        return creative
    padding = _PADDING * size
    width, height = found.width + 2 * padding, found.ascent + found.descent + 2 * padding
    taken = list(_taken(creative, clear_space, padding))
    for box in _corners(placement, width, height):
        if not any(box.overlaps(other) for other in taken):
            return replace(creative, layers=(*creative.layers, _drawn(found, box, padding)))
    return creative


def first_labelled(
    layouts: Iterator[Creative], placement: Placement, font: FontStack, clear_space: float
) -> Creative:
    """The first of the layouts that has room for the label, with it; the first as it is if none has."""
    best = next(layouts)
    for creative in chain([best], layouts):
        found = labelled(creative, placement, font, clear_space)
        if found is not creative:
            return found
    return best


def _taken(creative: Creative, clear_space: float, gap: float) -> Iterator[Box]:
    for layer in foreground(creative):
        yield from (box.inset(-gap) for _, box in pieces(layer))
    yield from (photo.box for photo in photos(creative))
    if found := logo(creative):
        yield found.inset(-clear_space * found.height)


def _corners(placement: Placement, width: float, height: float) -> Iterator[Box]:
    free = placement.safe.inset(_MARGIN * min(placement.width, placement.height))
    for top in (free.bottom - height, free.top):
        for left in (free.right - width, free.left):
            yield Box(left, top, width, height)


def _drawn(found: Setting, box: Box, padding: float) -> Group:
    left, top = box.left + padding, box.top + padding
    line = Line(found.lines[0], left, top + found.ascent, found.width)
    text = Text(
        LABEL,
        box.inset(padding),
        (line,),
        found.font,
        found.size,
        found.tracking,
        INK,
        found.right_to_left,
    )
    return Group("ai-label", (Panel("label-ground", box, GROUND, radius=padding), text))
