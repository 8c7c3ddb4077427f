"""Everything in its place: the safe zone, and the logo's size and clear space."""

from collections.abc import Iterator

from adfusion.creative.checks.finding import Finding, Rules, error, warning
from adfusion.creative.checks.parts import foreground, logo, photos, pieces
from adfusion.creative.document import Creative
from adfusion.creative.placement import Placement

SLACK = 0.6
"""Pixels: boxes are rounded when they are drawn."""


def check_safe_zone(creative: Creative, placement: Placement) -> Iterator[Finding]:
    for layer in foreground(creative):
        for id, box in pieces(layer):
            if not creative.canvas.contains(box, SLACK):
                yield error("safe zone", f"{id} leaves the canvas")
            elif not placement.safe.contains(box, SLACK):
                yield error("safe zone", f"{id} lies where {placement.platform} puts its own elements")


def check_logo(creative: Creative, rules: Rules) -> Iterator[Finding]:
    box = logo(creative)
    if box is None:
        yield warning("logo", "there is no logo")
        return
    if box.width < rules.smallest_logo - SLACK:
        yield error("logo size", f"{box.width:.0f} px wide; at least {rules.smallest_logo:g} px")
    free = box.inset(-rules.clear_space * box.height + SLACK)
    if not creative.canvas.contains(free):
        yield error("logo clear space", f"less than {rules.clear_space:g} × its height from the edge")
    for layer in foreground(creative):
        for id, other in pieces(layer) if not layer.id.startswith("logo") else ():
            if free.overlaps(other):
                yield error("logo clear space", f"{id} is nearer than {rules.clear_space:g} × its height")
    for photo in photos(creative):
        if free.overlaps(photo.box):
            yield warning("logo clear space", f"the logo may touch {photo.id}")
