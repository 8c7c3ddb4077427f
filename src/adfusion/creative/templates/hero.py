"""The picture everywhere, the words where it is empty: at the left, at the right, or at the top."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement, arranged
from adfusion.creative.templates.parts import Fade, make_mark, put_mark
from adfusion.creative.templates.stack import OPTICAL_MIDDLE, Stack, measured, stack
from adfusion.creative.templates.task import Task

MIDDLE_TOP_BOTTOM = ((OPTICAL_MIDDLE, 0.0), (0.0, 0.03), (1.0, 0.03))
"""Where a column's block may lie, and how much the composition strains for it."""


def hero_left(task: Task) -> Iterator[Arrangement]:
    return _beside(task, left=True)


def hero_right(task: Task) -> Iterator[Arrangement]:
    return _beside(task, left=False)


def _beside(task: Task, left: bool) -> Iterator[Arrangement]:
    if task.ratio < 0.66:
        return
    canvas, area = task.canvas, task.area
    unasked = 0.06 * (task.copy_space == ("right" if left else "left"))
    # Lines that begin beside the product keep more distance from it than ragged line ends.
    distance = 0.03 * canvas.width if left == task.right_to_left else 0.0
    for share, strain in ((0.5, 0.0), (0.4, 0.02), (0.58, 0.04)):
        width = share * canvas.width - task.margin - distance
        column = replace(area, left=area.left if left else area.right - width, width=width)
        cornered, whole = _with_logo_in_its_corner(task, column), measured(task, column)
        for anchor, effort in MIDDLE_TOP_BOTTOM:
            for found in (cornered and cornered(anchor), whole and whole.at(anchor)):
                if found:
                    yield _over_side(task, found, column, left, strain + effort + unasked)


def _with_logo_in_its_corner(task: Task, column: Box) -> Callable[[float], Stack] | None:
    """The logo in the first corner of the canvas, as everywhere, if the column does not begin there."""
    first = column.left == task.area.left if task.start == "left" else column.right == task.area.right
    if task.with_logo and task.brand.logo is not None and not first:
        mark = make_mark(task, column.width, 0.16 * column.height, 0.115)
        parts = measured(replace(task, with_logo=False), column)
        if mark and parts:
            placed = put_mark(mark, task.area, task.start, task.area.top)
            return lambda anchor: replace(parts.at(anchor), mark=placed)
    return None


def _over_side(task: Task, found: Stack, column: Box, left: bool, strain: float) -> Arrangement:
    canvas, area = task.canvas, task.area
    inked = (column.right if task.right_to_left else column.left + found.width) if left else (
        column.right - found.width if task.right_to_left else column.left
    )  # fmt: skip
    edge = inked + 0.03 * canvas.width * (1 if left else -1)
    start, end = (0.0, edge + 0.24 * canvas.width) if left else (canvas.width, edge - 0.24 * canvas.width)
    stage_left = inked if left else 0.0
    stage_right = canvas.right if left else inked
    stage = Box(stage_left, area.top, stage_right - stage_left, area.height).inset(0.04 * canvas.width, 0)
    return arranged(
        found,
        picture=canvas,
        stage=stage,
        fades=(Fade((start, 0), (end, 0), abs(edge - start) / abs(end - start)),),
        strain=strain,
    )


def hero_top(task: Task) -> Iterator[Arrangement]:
    if task.ratio > 1.5:
        return
    canvas, area = task.canvas, task.area
    for share, strain in ((0.46, 0.0), (0.6, 0.05)):
        column = replace(area, height=share * area.height)
        found = stack(task, column, anchor=0.0, legal_below=True)
        if found is None:
            continue
        bottom = found.bottom + 0.5 * task.gap
        end = bottom + 0.2 * canvas.height
        stage_top = bottom + task.gap
        yield arranged(
            found,
            picture=canvas,
            stage=Box(area.left, stage_top, area.width, canvas.bottom - task.margin - stage_top),
            fades=(Fade((0, 0), (0, end), bottom / end),),
            strain=strain,
        )
