"""The offer leads: a large roundel over the picture of another template."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import sqrt

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement
from adfusion.creative.templates.bar import bottom_bar
from adfusion.creative.templates.hero import hero_left, hero_right, hero_top
from adfusion.creative.templates.parts import aligned, make_roundel
from adfusion.creative.templates.split import split
from adfusion.creative.templates.task import Task

DIAMETERS = (0.32, 0.27, 0.22)
"""Of the roundel, as shares of the square with the picture's area."""


def badge(task: Task) -> Iterator[Arrangement]:
    """None without words for the badge."""
    if not task.copy.badge:
        return
    words = replace(task, copy=replace(task.copy, badge=""))
    for template in (hero_left, hero_right, hero_top, split, bottom_bar):
        for arrangement in islice(template(words), 3):
            yield from _with_roundel(task, arrangement)


def _with_roundel(task: Task, arrangement: Arrangement) -> Iterator[Arrangement]:
    """The roundel in each corner of the picture, at each size that holds its words."""
    picture = arrangement.picture
    assert picture is not None
    safe = task.placement.safe
    left, top = max(picture.left, safe.left), max(picture.top, safe.top)
    free = Box(left, top, min(picture.right, safe.right) - left, min(picture.bottom, safe.bottom) - top)
    inside = free.inset(min(task.margin, 0.06 * free.width), min(task.margin, 0.06 * free.height))
    corners = ((task.end, 0.0), (task.end, 1.0), (task.start, 1.0), (task.start, 0.0))
    for number, share in enumerate(DIAMETERS):
        diameter = share * sqrt(picture.width * picture.height)
        roundel = make_roundel(task, min(diameter, inside.width, inside.height))
        if roundel is None:
            continue
        for align, height in corners:
            top = inside.top + height * (inside.height - roundel.box.height)
            place = aligned(roundel.box, inside, align, top)
            others = [box for _, box in arrangement.parts()] + [block.box for block in arrangement.texts]
            if any(place.inset(-0.5 * task.gap).overlaps(box) for box in others):
                continue
            yield replace(
                arrangement, badge=replace(roundel, box=place), strain=arrangement.strain + 0.03 * number
            )
