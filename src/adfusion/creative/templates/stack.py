"""The column that most templates share: logo, badge, headline, body, button, legal line in this order."""

from dataclasses import dataclass
from math import inf

from adfusion.creative.document import Box
from adfusion.creative.paragraph import Setting, fit
from adfusion.creative.templates.parts import (
    Align,
    Block,
    Chip,
    Mark,
    fit_legal,
    make_badge,
    make_button,
    make_mark,
    put_chip,
    put_mark,
)
from adfusion.creative.templates.task import Task

OPTICAL_MIDDLE = 0.46
"""Where the eye puts the middle of a column."""

BODY = 0.036
"""Size of body text that has room, as a share of `Task.scale`."""

HIERARCHY = 1.3
"""A headline is at least this many times as large as the body, and as labels that can be smaller."""

LARGE_ENOUGH, CLEARLY_LARGER = 0.45, 1.25
"""Share of its ideal size at which a headline needs no more room, and what more room must enlarge it by."""

APART = 1.8
"""Between logo and copy, in gaps: more than within the copy, of which the logo is no part."""


@dataclass(frozen=True)
class Stack:
    """Parts that are placed; `top` and `bottom` are those of what is set, logo included."""

    texts: tuple[Block, ...]
    button: Chip | None
    badge: Chip | None
    mark: Mark | None
    top: float
    bottom: float

    @property
    def width(self) -> float:
        """Of the widest part."""
        chips = (chip.box.width for chip in (self.button, self.badge) if chip)
        return max(*(block.setting.width for block in self.texts), *chips, 0.0)


def stack(
    task: Task,
    column: Box,
    *,
    align: Align | None = None,
    anchor: float = OPTICAL_MIDDLE,
    largest: float | None = None,
    lines: int = 4,
    logo: float = 0.115,
    legal_below: bool = False,
) -> Stack | None:
    """Fill `column`, as airily as its height allows; `None` if the parts that are wanted do not fit legibly.

    The logo lies at the top and the legal line at the bottom, or right below the rest with `legal_below`;
    the rest is one block, with `anchor` (0 … 1) of the spare height above it. `logo` is its size, as the
    `share` of `make_mark`.
    """
    parts = measured(task, column, align=align, largest=largest, lines=lines, logo=logo)
    return parts.at(anchor, legal_below) if parts else None


def measured(
    task: Task,
    column: Box,
    *,
    align: Align | None = None,
    largest: float | None = None,
    lines: int = 4,
    logo: float = 0.115,
) -> "Parts | None":
    """What `stack` puts into a column, before it says where in it: airily, unless the headline is small for
    it and clearly larger where parts are closer.
    """
    wanted = largest or task.ideal_headline
    best: Parts | None = None
    for density in (1.0, 0.6):
        measure = _Measurer(task, column, align or task.start, density).measure
        found = measure(wanted, lines, logo, inf)
        if found is not None and found.largest_label > found.headline.size / HIERARCHY:
            found = measure(wanted, lines, logo, found.headline.size / HIERARCHY)
        if found and (best is None or found.headline.size >= CLEARLY_LARGER * best.headline.size):
            best = found
        if best and best.headline.size >= LARGE_ENOUGH * wanted:
            break
    return best


@dataclass(frozen=True)
class Parts:
    """Parts that fit a column: `between` is the distance of headline and body, `gap` that of what belongs
    together, `head` and `foot` the heights that logo and legal line need.
    """

    task: Task
    column: Box
    align: Align
    gap: float
    headline: Setting
    body: Setting | None
    between: float
    button: Chip | None
    badge: Chip | None
    mark: Mark | None
    legal: Setting | None
    head: float
    above: float
    foot: float

    @property
    def largest_label(self) -> float:
        """Size of the largest words on a button or badge."""
        return max((chip.label.size for chip in (self.button, self.badge) if chip), default=0.0)

    def at(self, anchor: float, legal_below: bool = False) -> Stack:
        """The parts in their places."""
        column, align, gap = self.column, self.align, self.gap
        headline, body, button, legal = self.headline, self.body, self.button, self.legal
        middle = headline.height + (self.between + body.height if body else 0.0)
        last = body or headline
        to_button = max(1.3 * gap, 0.62 * last.size) if button else 0.0
        block = self.above + middle + (to_button + button.box.height if button else 0.0)
        room = column.height - self.head - self.foot
        spare = max(0.0, room - block - 0.25 * last.size * (button is None))
        top = column.top + self.head + anchor * spare
        headline_top = top + self.above
        texts = [Block("headline", headline, column, align, headline_top)]
        bottom = headline_top + headline.height
        if body:
            texts.append(Block("body", body, column, align, bottom + self.between))
            bottom += self.between + body.height
        if button:
            bottom += to_button + button.box.height
        if legal:
            legal_top = bottom + gap if legal_below else column.bottom - legal.height - 0.25 * legal.size
            texts.append(Block("legal", legal, column, align, legal_top))
            bottom = legal_top + legal.height
        button_top = texts[-1 - (legal is not None)].bottom + to_button
        return Stack(
            tuple(texts),
            put_chip(button, column, align, button_top),
            put_chip(self.badge, column, align, top),
            put_mark(self.mark, column, align, column.top),
            column.top if self.mark else top,
            bottom,
        )


@dataclass(frozen=True)
class _Measurer:
    task: Task
    column: Box
    align: Align
    density: float

    def measure(self, largest: float, lines: int, logo: float, largest_label: float) -> Parts | None:
        task, column, copy = self.task, self.column, self.task.copy
        gap = self.density * task.gap
        mark = make_mark(task, column.width, 0.16 * column.height, logo) if task.with_logo else None
        button = make_button(task, column.width, largest_label) if copy.call_to_action else None
        badge = make_badge(task, column.width, largest_label) if copy.badge else None
        legal = fit_legal(task, column.width, 0.4 * column.height) if copy.legal else None
        wanted = (
            (task.with_logo, mark), (copy.call_to_action, button), (copy.badge, badge), (copy.legal, legal)
        )  # fmt: skip
        if any(want and part is None for want, part in wanted):
            return None
        head = mark.box.height + max(APART * gap, task.brand.clear_space * mark.box.height) if mark else 0.0
        above = badge.box.height + max(0.8 * gap, 0.034 * task.scale) if badge else 0.0
        below = button.box.height + 1.3 * gap if button else 0.0
        foot = legal.height + 0.25 * legal.size + gap if legal else 0.0
        room = column.height - head - above - below - foot
        words = self.headline_and_body(room, gap, largest, lines)
        if words is None:
            return None
        return Parts(task, column, self.align, gap, *words, button, badge, mark, legal, head, above, foot)

    def headline_and_body(
        self, room: float, gap: float, largest: float, lines: int
    ) -> tuple[Setting, Setting | None, float] | None:
        """Headline, body and the distance between them: the body takes what the headline can spare."""
        task, width = self.task, self.column.width
        if not task.copy.body:
            headline = task.fit_headline(width, room, largest, lines)
            return (headline, None, 0.0) if headline else None
        smallest = task.placement.min_text
        body = self.body(0.46 * room, max(smallest, BODY * task.scale))
        if body is None:
            return None
        headline = task.fit_headline(width, room - body.height - gap - 0.25 * body.size, largest, lines)
        if headline is None:
            return None
        if headline.size < HIERARCHY * body.size:
            body = self.body(0.46 * room, headline.size / HIERARCHY)
            if body is None or headline.size < HIERARCHY * body.size - 1e-6:
                return None
        wanted = max(0.55 * headline.size, headline.leading - headline.cap_height)
        spare = room - headline.height - body.height - 0.25 * body.size
        return headline, body, max(gap, min(wanted, spare))

    def body(self, height: float, largest: float) -> Setting | None:
        task = self.task
        return fit(
            task.copy.body, task.brand.text_font, self.column.width, height,
            largest=largest, smallest=task.placement.min_text, max_lines=6,
        )  # fmt: skip
