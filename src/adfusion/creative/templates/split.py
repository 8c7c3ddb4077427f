"""Words and picture share the canvas: side by side where it is wide, one above the other where it is tall."""

from collections.abc import Iterator
from dataclasses import replace

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement, arranged
from adfusion.creative.templates.stack import Stack, stack
from adfusion.creative.templates.task import Task

TALL = 0.72
"""Ratio of width to height below which the panel lies above the picture."""


def split(task: Task) -> Iterator[Arrangement]:
    return _above(task) if task.ratio < TALL else _beside(task)


def _beside(task: Task) -> Iterator[Arrangement]:
    canvas, area = task.canvas, task.area
    for share, strain in ((0.46, 0.0), (0.54, 0.01), (0.64, 0.04)):
        width = round(share * canvas.width)
        first = task.start == "left"
        panel = Box(0 if first else canvas.width - width, 0, width, canvas.height)
        picture = Box(width if first else 0, 0, canvas.width - width, canvas.height)
        outer = area.left if first else canvas.right - area.right
        inner = width - outer - 0.8 * task.margin
        column = replace(area, left=area.left if first else area.right - inner, width=inner)
        found = stack(task, column)
        if found:
            stage = picture.inset(0.07 * picture.width, 0.08 * canvas.height)
            yield arranged(found, picture=picture, stage=stage, panel=panel, strain=strain)


def _above(task: Task) -> Iterator[Arrangement]:
    """The panel as high as the words need, or higher, so that the picture's shape suits its subject."""
    canvas, area = task.canvas, task.area
    for share, strain in ((0.5, 0.0), (0.62, 0.02), (0.75, 0.05)):
        column = replace(area, height=share * canvas.height - area.top)
        found = stack(task, column, anchor=0.0, lines=5, logo=0.14, legal_below=True)
        if found is None:
            continue
        needed = round(max(found.bottom + 1.5 * task.gap, 0.3 * canvas.height))
        yield _with_panel(task, found, needed, strain)
        for height in (0.42, 0.54):
            top = round(height * canvas.height)
            column = replace(area, height=top - task.margin - area.top)
            airy = stack(task, column, lines=5, logo=0.14)
            if airy and top > needed:
                yield _with_panel(task, airy, top, strain)


def _with_panel(task: Task, found: Stack, top: float, strain: float) -> Arrangement:
    canvas = task.canvas
    picture = Box(0, top, canvas.width, canvas.height - top)
    return arranged(
        found,
        picture=picture,
        stage=picture.inset(0.07 * canvas.width, 0.07 * picture.height),
        panel=Box(0, 0, canvas.width, top),
        strain=strain,
    )
