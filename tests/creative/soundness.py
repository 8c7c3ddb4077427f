"""What holds for every creative, whatever its words, picture and size."""

from itertools import combinations
from math import ceil, floor

import numpy as np

from adfusion.creative.document import Box, Creative, Group, Panel, Picture, Text, Vector
from adfusion.creative.draw import coverage
from adfusion.creative.legibility import contrasts, required
from adfusion.creative.placement import Placement

BACKGROUND = {"picture", "panel", "scrim", "scrim-2", "product"}


def ink_box(text: Text) -> Box:
    """Where the glyphs really are, on the canvas or off it."""
    window = text.box.inset(-text.size)
    left, top = floor(window.left), floor(window.top)
    rows, columns = np.nonzero(
        coverage(text, ceil(window.width) + 1, ceil(window.height) + 1, left, top) > 0.1
    )
    width, height = columns.max() - columns.min() + 1, rows.max() - rows.min() + 1
    return Box(left + columns.min(), top + rows.min(), width, height)


def parts(creative: Creative) -> dict[str, Box]:
    """What is drawn of each named part, grounds of buttons and badges included."""
    found: dict[str, Box] = {}
    for group in creative.layers:
        if group.id in BACKGROUND:
            continue
        assert isinstance(group, Group)
        boxes = [
            ink_box(layer) if isinstance(layer, Text) else layer.box
            for layer in group.layers
            if isinstance(layer, Text | Panel | Picture | Vector)
        ]
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
        found[group.id] = Box(left, top, right - left, bottom - top)
    return found


def assert_sound(creative: Creative, placement: Placement) -> None:
    """Inside the safe zone, no overlaps, nothing too small, contrast as WCAG asks, measures as reported."""
    found = parts(creative)
    for id, box in found.items():
        assert placement.safe.contains(box, slack=1.0), f"{id} leaves the safe zone"
    for (one, box), (other, place) in combinations(found.items(), 2):
        assert not box.inset(0.5).overlaps(place.inset(0.5)), f"{one} overlaps {other}"
    texts = [layer for layer in creative.walk() if isinstance(layer, Text)]
    ratios = contrasts(creative)
    for text in texts:
        ink = ink_box(text)
        slack = 1 + 0.12 * text.size
        assert text.box.inset(-slack).contains(ink), f"{text.id} leaves its box"
        assert text.size >= placement.min_text - 1e-6
        assert ratios[text.id] >= required(text, placement.min_text), f"{text.id} cannot be read"
    assert creative.metadata["contrast"] == {id: round(ratio, 2) for id, ratio in ratios.items()}
    assert creative.metadata["type"] == {text.id: round(text.size, 2) for text in texts}
