"""The picture above; below it a bar in the brand's colour, as high as the words need."""

from collections.abc import Iterator
from dataclasses import replace

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement
from adfusion.creative.templates.parts import (
    Block,
    Chip,
    Mark,
    fit_legal,
    make_button,
    make_mark,
    put_chip,
    put_mark,
)
from adfusion.creative.templates.stack import stack
from adfusion.creative.templates.task import Task

HEIGHTS = (0.3, 0.4, 0.5, 0.62, 0.74)
"""Shares of the canvas that the bar may take; the first that holds the words comfortably."""

COMFORTABLE = 0.72
"""Share of its ideal size that a headline should reach before the bar stops growing."""


def bottom_bar(task: Task) -> Iterator[Arrangement]:
    """First with the logo in its corner over the picture, then with the logo in the bar."""
    if task.ratio > 2.6:
        return
    if task.with_logo and task.brand.logo is not None:
        mark = make_mark(task, 0.5 * task.area.width, 0.16 * task.area.height, 0.115)
        found = _bar(replace(task, with_logo=False))
        below = 2.4 * (task.area.top + mark.box.height) if mark else 0.0
        if found and mark and found.picture and found.picture.height > below:
            yield replace(found, mark=put_mark(mark, task.area, task.start, task.area.top))
    found = _bar(task)
    if found:
        yield replace(found, strain=0.03 * task.with_logo)


def _bar(task: Task) -> Arrangement | None:
    best: Arrangement | None = None
    for share in HEIGHTS:
        found = _beside(task, share) if task.ratio > 1.25 else None
        found = found or _below(task, share)
        if found is None:
            continue
        size = found.texts[0].setting.size
        if best is None or size > 1.1 * best.texts[0].setting.size:
            best = found
        if size >= COMFORTABLE * task.ideal_headline:
            break
    return best


def _pad(task: Task) -> float:
    return max(0.9 * task.margin, 0.05 * task.scale)


def _arranged(
    task: Task,
    top: float,
    texts: tuple[Block, ...],
    button: Chip | None,
    badge: Chip | None,
    mark: Mark | None,
) -> Arrangement:
    canvas = task.canvas
    panel_top = round(top)
    picture = Box(0, 0, canvas.width, panel_top)
    return Arrangement(
        texts=texts,
        picture=picture,
        stage=picture.inset(0.06 * canvas.width, 0.07 * panel_top),
        button=button,
        badge=badge,
        mark=mark,
        panel=Box(0, panel_top, canvas.width, canvas.height - panel_top),
    )


def _below(task: Task, share: float) -> Arrangement | None:
    """The words, and below them button and logo in one row."""
    area, pad = task.area, _pad(task)
    button = make_button(task, 0.6 * area.width if task.with_logo else area.width)
    mark = _mark(task, area.width - (button.box.width + task.margin if button else 0))
    if (task.copy.call_to_action and button is None) or (task.with_logo and mark is None):
        return None
    legal = fit_legal(task, area.width, 0.2 * area.height) if task.copy.legal else None
    if task.copy.legal and legal is None:
        return None
    row = max(button.box.height if button else 0.0, mark.box.height if mark else 0.0)
    foot = legal.height + 0.25 * legal.size + 0.8 * task.gap if legal else 0.0
    gap = 1.3 * task.gap if row else 0.0
    top = task.canvas.bottom - share * task.canvas.height + pad
    column = Box(area.left, top, area.width, area.bottom - foot - row - gap - top)
    words = replace(task.only_words(badge=True), copy=replace(task.copy, call_to_action="", legal=""))
    found = stack(words, column, anchor=1.0, lines=3, largest=0.9 * task.ideal_headline)
    if found is None:
        return None
    row_top = area.bottom - foot - row
    texts = found.texts
    if legal:
        legal_top = area.bottom - legal.height - 0.25 * legal.size
        texts = (*texts, Block("legal", legal, area, task.start, legal_top))
    return _arranged(
        task,
        found.top - pad,
        texts,
        put_chip(button, area, task.start, row_top + (row - button.box.height) / 2) if button else None,
        found.badge,
        put_mark(mark, area, task.end if button else task.start, row_top + (row - mark.box.height) / 2)
        if mark
        else None,
    )


def _beside(task: Task, share: float) -> Arrangement | None:
    """The words at the start of the bar, the button at its end: for canvases that are wide."""
    area, pad = task.area, _pad(task)
    if not task.copy.call_to_action or task.with_logo:
        return None
    button = make_button(task, 0.34 * area.width)
    if button is None:
        return None
    top = task.canvas.bottom - share * task.canvas.height + pad
    width = area.width - button.box.width - 2 * task.margin
    left = area.left if task.start == "left" else area.right - width
    column = Box(left, top, width, area.bottom - top)
    found = stack(
        task.only_words(badge=True),
        column,
        anchor=1.0,
        lines=2,
        largest=0.8 * task.ideal_headline,
        legal_below=True,
    )
    if found is None:
        return None
    button_top = (found.top + found.bottom - button.box.height) / 2
    placed = put_chip(button, area, task.end, button_top)
    return _arranged(task, found.top - pad, found.texts, placed, found.badge, None)


def _mark(task: Task, widest: float) -> Mark | None:
    return make_mark(task, widest, 0.12 * task.canvas.height, 0.1) if task.with_logo else None
