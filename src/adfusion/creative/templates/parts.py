"""The parts of an ad, measured: blocks of text, buttons and badges, the logo, and where a scrim lies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from math import inf, sqrt
from typing import Literal

from adfusion.creative.document import Box
from adfusion.creative.paragraph import Setting, fit
from adfusion.creative.templates.task import Task
from adfusion.creative.wording import rises

Align = str
"""Left, centre or right."""

MARKS, DESCENT = 0.26, 0.28
"""How far accents reach above the capitals, and descenders below the line, in em."""


@dataclass(frozen=True)
class Block:
    """Text set in a column; `top` is where the capitals of its first line begin."""

    id: str
    setting: Setting
    column: Box
    align: Align
    top: float

    @property
    def bottom(self) -> float:
        """The last baseline."""
        return self.top + self.setting.height

    @property
    def box(self) -> Box:
        """What all lines take up."""
        whole = Box(0, 0, self.setting.width, self.setting.height + DESCENT * self.setting.size)
        return aligned(whole, self.column, self.align, self.top)

    def lines(self) -> Iterator[Box]:
        """What each line takes up, from its marks or capitals to its descenders."""
        setting = self.setting
        for text, width, row in zip(setting.lines, setting.widths, count(), strict=False):
            above = (MARKS if rises(text) else 0.05) * setting.size
            top = self.top + row * setting.leading - above
            line = Box(0, 0, width, above + setting.cap_height + DESCENT * setting.size)
            yield aligned(line, self.column, self.align, top)


@dataclass(frozen=True)
class Chip:
    """A button or a badge: an outline and the words in it. A round one is a circle."""

    id: Literal["call-to-action", "badge"]
    box: Box
    label: Setting
    round: bool = False


@dataclass(frozen=True)
class Mark:
    """Where the logo goes; `wordmark` is the brand's name set as type, for a brand without one."""

    box: Box
    wordmark: Setting | None = None
    align: Align = "left"


@dataclass(frozen=True)
class Fade:
    """Where a scrim lies: full from `start` on for `plateau` of the way, gone at `end`."""

    start: tuple[float, float]
    end: tuple[float, float]
    plateau: float

    def half(self, canvas: Box) -> Box:
        """The part of the canvas where it has at least half its strength."""
        share = (1 + self.plateau) / 2
        x = self.start[0] + share * (self.end[0] - self.start[0])
        y = self.start[1] + share * (self.end[1] - self.start[1])
        if self.start[1] == self.end[1]:
            left, right = sorted((self.start[0], x))
            return replace(canvas, left=left, width=right - left)
        top, bottom = sorted((self.start[1], y))
        return replace(canvas, top=top, height=bottom - top)


def aligned(box: Box, column: Box, align: Align, top: float) -> Box:
    """`box` moved to `top`, at the left, centre or right of `column`."""
    room = column.width - box.width
    shift = {"left": 0.0, "centre": room / 2, "right": room}[align]
    return Box(column.left + shift, top, box.width, box.height)


def fit_legal(task: Task, width: float, height: float) -> Setting | None:
    """The legal line at the smallest size that is legible."""
    size = task.placement.min_text
    return fit(task.copy.legal, task.brand.text_font, width, height, largest=size, smallest=size)


def make_button(task: Task, widest: float, largest: float = inf) -> Chip | None:
    """A button at the origin, at most `widest` wide, or `None` if its words do not fit."""
    largest = min(largest, max(1.18 * task.placement.min_text, 0.034 * task.scale))
    return _chip(task, "call-to-action", task.copy.call_to_action, widest, largest, 1.1, 1.62)


def make_badge(task: Task, widest: float, largest: float = inf) -> Chip | None:
    """A badge as a flat label at the origin, or `None` if its words do not fit."""
    largest = min(largest, max(1.26 * task.placement.min_text, 0.038 * task.scale))
    return _chip(task, "badge", task.copy.badge, widest, largest, 0.7, 1.05)


def _chip(
    task: Task,
    id: Literal["call-to-action", "badge"],
    words: str,
    widest: float,
    largest: float,
    beside: float,
    around: float,
) -> Chip | None:
    """Padding in em: `beside` at the left and at the right, `around` above and below together."""
    if not words:
        return None
    smallest = task.placement.min_text
    label: Setting | None = None
    for lines in (1, 2):
        label = label or fit(
            words, task.brand.text_font, widest - 2 * beside * smallest, 5 * smallest,
            largest=max(largest, smallest), smallest=smallest, max_lines=lines,
        )  # fmt: skip
    if label is None or label.width + 2 * beside * smallest > widest:
        return None
    width = min(widest, round(label.width + 2 * beside * label.size))
    return Chip(id, Box(0, 0, width, round(label.height + around * label.size)), label)


def make_roundel(task: Task, diameter: float) -> Chip | None:
    """A badge as a circle at the origin; its words fill the square within."""
    side = 0.74 * diameter
    label = fit(
        task.copy.badge, task.brand.headline_font, side, side,
        largest=0.36 * diameter, smallest=1.25 * task.placement.min_text, max_lines=3,
    )  # fmt: skip
    if label is None:
        return None
    return Chip("badge", Box(0, 0, round(diameter), round(diameter)), label, round=True)


def make_mark(task: Task, widest: float, highest: float, share: float) -> Mark | None:
    """A logo at the origin whose area is `(share × scale)²`, so that wide and tall ones look alike.

    It is no higher than lets the margin hold its clear space. `None` if it would be smaller than the brand
    allows.
    """
    brand = task.brand
    if brand.logo is not None:
        if brand.clear_space > 0:
            highest = min(highest, task.margin / brand.clear_space)
        aspect = brand.logo.aspect
        wanted = max(share * task.scale / sqrt(aspect), brand.smallest_logo / aspect)
        height = min(wanted, highest, widest / aspect)
        if height * aspect < brand.smallest_logo - 0.5:
            return None
        return Mark(Box(0, 0, height * aspect, height))
    smallest = task.placement.min_text
    name = fit(
        brand.name, brand.headline_font, widest, highest + smallest,
        largest=max(smallest, min(0.55 * highest, 0.42 * share * task.scale)), smallest=smallest, max_lines=1,
    )  # fmt: skip
    return Mark(Box(0, 0, name.width, name.height), name) if name else None


def put_chip(chip: Chip | None, column: Box, align: Align, top: float) -> Chip | None:
    return chip and replace(chip, box=aligned(chip.box, column, align, top))


def put_mark(mark: Mark | None, column: Box, align: Align, top: float) -> Mark | None:
    return mark and replace(mark, box=aligned(mark.box, column, align, top), align=align)
