"""One row in reading order, for slots that are wide and low; and words alone, for the smallest slots."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement, arranged, mirrored
from adfusion.creative.templates.parts import (
    Block,
    Chip,
    Mark,
    make_badge,
    make_button,
    make_mark,
    put_chip,
    put_mark,
)
from adfusion.creative.templates.stack import stack
from adfusion.creative.templates.task import Task

WIDE = 2.2
"""Ratio of width to height from which everything lies in one row."""


def strip(task: Task) -> Iterator[Arrangement]:
    """Logo, words, badge and button on a panel, and the picture at the end."""
    if task.ratio < WIDE:
        return
    canvas = task.canvas
    for share, strain in ((0.28, 0.0), (0.2, 0.01), (0.14, 0.03)):
        width = round(min(1.7 * canvas.height, share * canvas.width))
        picture = Box(canvas.right - width, 0, width, canvas.height)
        row = _row(task, picture.left - 1.5 * task.margin)
        if row is None:
            continue
        found = Arrangement(
            texts=row.texts,
            picture=picture,
            stage=picture.inset(0.08 * width, 0.07 * canvas.height),
            button=row.button,
            badge=row.badge,
            mark=row.mark,
            panel=replace(canvas, width=picture.left),
            strain=strain,
        )
        yield mirrored(found, canvas.width) if task.right_to_left else found


def text_only(task: Task) -> Iterator[Arrangement]:
    """No picture: the brand's own colour, and type."""
    canvas = task.canvas
    if task.ratio >= WIDE:
        row = _row(task, task.area.right)
        if row is None:
            return
        found = Arrangement(row.texts, None, None, row.button, row.badge, row.mark)
        found = mirrored(found, canvas.width) if task.right_to_left else found
    else:
        column = stack(task, task.area, largest=1.25 * task.ideal_headline, lines=6)
        if column is None:
            return
        found = arranged(column, picture=None, stage=None)
    yield replace(found, panel=canvas, panel_color="primary")


@dataclass(frozen=True)
class _Row:
    texts: tuple[Block, ...]
    button: Chip | None
    badge: Chip | None
    mark: Mark | None


def _row(task: Task, right: float) -> _Row | None:
    """Everything between the left margin and `right`, for a script that runs to the right."""
    area, middle = task.area, task.canvas.height / 2
    gap = max(1.6 * task.margin, 0.06 * task.scale)
    button = make_button(task, 0.3 * task.canvas.width) if task.copy.call_to_action else None
    badge = make_badge(task, 0.24 * task.canvas.width) if task.copy.badge else None
    mark = make_mark(task, 0.24 * task.canvas.width, 0.56 * area.height, 0.19) if task.with_logo else None
    wanted = ((task.copy.call_to_action, button), (task.copy.badge, badge), (task.with_logo, mark))
    chips = [chip for chip in (button, badge) if chip]
    if any(want and part is None for want, part in wanted) or any(c.box.height > area.height for c in chips):
        return None
    left = area.left + (mark.box.width + gap if mark else 0.0)
    end = right
    if button:
        end -= button.box.width
        button = put_chip(button, Box(end, 0, button.box.width, 0), "left", middle - button.box.height / 2)
        end -= gap
    if badge:
        end -= badge.box.width
        badge = put_chip(badge, Box(end, 0, badge.box.width, 0), "left", middle - badge.box.height / 2)
        end -= gap
    if end - left < 2 * task.placement.min_text:
        return None
    column = Box(left, area.top, end - left, area.height)
    lines = 2 if task.ratio > 5 else 3
    largest = 1.35 * task.ideal_headline
    found = stack(task.only_words(), column, anchor=0.5, largest=largest, lines=lines, legal_below=True)
    if found is None:
        return None
    if mark:
        mark = put_mark(mark, area, "left", middle - mark.box.height / 2)
    return _Row(found.texts, button, badge, mark)
