"""Templates: where everything goes, solved from the words. Geometry only; colours come later.

A template is a function of a `Task` that gives an `Arrangement`, or `None` if the words do not fit legibly.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

from adfusion.creative.brand import Brand
from adfusion.creative.document import Box
from adfusion.creative.paragraph import Setting, fit
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.wording import is_right_to_left

HEADLINE_FLOORS = (1.25, 1.0)
"""A headline is at least this many times the smallest text; the second is for when all else fails."""

COMFORT = 1.6
"""A headline over the picture must be this much larger than its minimum, or a panel serves it better."""


@dataclass(frozen=True)
class Task:
    """What to place. `with_logo` and an empty `call_to_action` say which optional parts take part."""

    placement: Placement
    brand: Brand
    headline: str
    call_to_action: str
    with_logo: bool
    copy_space: CopySpace
    headline_floor: float

    @property
    def canvas(self) -> Box:
        return Box(0, 0, self.placement.width, self.placement.height)

    @property
    def scale(self) -> float:
        """The side of the square with the canvas's area: lengths of the design are shares of it."""
        return sqrt(self.placement.width * self.placement.height)

    @property
    def margin(self) -> float:
        return round(max(10.0, 0.067 * min(self.placement.width, self.placement.height, 0.9 * self.scale)))

    @property
    def area(self) -> Box:
        """Where text, button and logo may lie."""
        place = self.placement
        safe = Box(0, place.safe_top, place.width, place.height - place.safe_top - place.safe_bottom)
        return safe.inset(self.margin, 0.35 * self.margin if place.safe_top else self.margin)

    @property
    def right_to_left(self) -> bool:
        return is_right_to_left(self.headline)

    @property
    def start(self) -> str:
        """The side on which lines of this script begin."""
        return "right" if self.right_to_left else "left"

    @property
    def smallest_headline(self) -> float:
        return self.placement.min_text * self.headline_floor

    def fit_headline(
        self, width: float, height: float, largest: float, *, comfort: float = 1.0, lines: int = 4
    ) -> Setting | None:
        """The headline in at most `lines` lines if that is comfortable, else in as many as fit."""
        smallest = self.smallest_headline
        largest = max(largest, smallest)
        font = self.brand.headline_font
        roomy = min(largest, smallest * max(COMFORT, comfort))
        found = fit(self.headline, font, width, height, largest=largest, smallest=roomy, max_lines=lines)
        if found is None and comfort <= 1:
            found = fit(self.headline, font, width, height, largest=largest, smallest=smallest)
        return found


@dataclass(frozen=True)
class Button:
    """A button's outline and the words in it."""

    box: Box
    label: Setting


@dataclass(frozen=True)
class Mark:
    """Where the logo goes; `wordmark` is the brand's name set as type, for a brand without one."""

    box: Box
    wordmark: Setting | None = None
    align: str = "left"


@dataclass(frozen=True)
class Fade:
    """Where a scrim lies: full from `start` on for `plateau` of the way, gone at `end`."""

    start: tuple[float, float]
    end: tuple[float, float]
    plateau: float


@dataclass(frozen=True)
class Arrangement:
    """A solved layout. `stage` is where the product is to be seen; `headline_top` is that of its capitals."""

    template: str
    picture: Box
    stage: Box
    headline: Setting
    column: Box
    headline_top: float
    align: str
    button: Button | None
    mark: Mark | None
    panel: Box | None = None
    fade: Fade | None = None


Template = Callable[[Task], Arrangement | None]


def make_button(task: Task, widest: float) -> Button | None:
    """A button at the origin, at most `widest` wide, or `None` if its words do not fit."""
    smallest = task.placement.min_text
    label: Setting | None = None
    for lines in (1, 2):
        label = label or fit(
            task.call_to_action, task.brand.text_font, widest - 2.2 * smallest, 5 * smallest,
            largest=max(1.18 * smallest, 0.031 * task.scale), smallest=smallest, max_lines=lines,
        )  # fmt: skip
    if label is None:
        return None
    height = round(label.height + 1.62 * label.size)
    return Button(Box(0, 0, min(widest, round(label.width + 2.2 * label.size)), height), label)


def make_mark(task: Task, widest: float, highest: float, share: float) -> Mark | None:
    """A logo at the origin whose area is `(share × scale)²`, so that wide and tall ones look alike."""
    logo = task.brand.logo
    if logo is not None:
        side = share * task.scale
        height = min(side / sqrt(logo.aspect), highest, widest / logo.aspect)
        return Mark(Box(0, 0, max(1, round(height * logo.aspect)), max(1, round(height))))
    smallest = task.placement.min_text
    name = fit(
        task.brand.name, task.brand.headline_font, widest, highest + smallest,
        largest=max(smallest, min(0.55 * highest, 0.42 * share * task.scale)), smallest=smallest, max_lines=1,
    )  # fmt: skip
    return Mark(Box(0, 0, name.width, name.height), name) if name else None


def aligned(box: Box, column: Box, align: str, top: float) -> Box:
    """`box` moved to `top`, at the left, centre or right of `column`."""
    room = column.width - box.width
    return replace(box, left=column.left + {"left": 0.0, "centre": room / 2, "right": room}[align], top=top)


def moved(button: Button | None, column: Box, align: str, top: float) -> Button | None:
    return button and replace(button, box=aligned(button.box, column, align, top))


def marked(mark: Mark | None, column: Box, align: str, top: float) -> Mark | None:
    return mark and replace(mark, box=aligned(mark.box, column, align, top), align=align)


def parts(
    task: Task, widest: float, share: float, highest: float
) -> tuple[Button | None, Mark | None] | None:
    """Button and logo as far as the task wants them; `None` if one that is wanted does not fit."""
    button = make_button(task, widest) if task.call_to_action else None
    mark = make_mark(task, widest, highest, share) if task.with_logo else None
    missing = (task.call_to_action and button is None) or (task.with_logo and mark is None)
    return None if missing else (button, mark)


def column_of(task: Task, column: Box, *, comfort: float) -> Arrangement | None:
    """Logo above; headline and button as one block in the middle of what is left."""
    found = parts(task, column.width, 0.115, 0.16 * column.height)
    if found is None:
        return None
    button, mark = found
    gap = 0.045 * task.scale
    top = column.top + (mark.box.height + gap if mark else 0)
    tail = 1.5 * gap + button.box.height if button else 0
    room = column.bottom - top - tail
    headline = task.fit_headline(column.width, room, 0.1 * task.scale, comfort=comfort)
    if headline is None:
        return None
    # Between the logo and the lower margin, a little above the middle, where the eye puts the centre.
    spare = column.bottom - top - headline.height - tail
    headline_top = top + max(0.0, 0.46 * spare)
    below = headline_top + headline.height + max(gap, 0.62 * headline.size)
    return Arrangement(
        template="column",
        picture=task.canvas,
        stage=task.canvas,
        headline=headline,
        column=column,
        headline_top=headline_top,
        align=task.start,
        button=moved(
            button, column, task.start, min(below, column.bottom - (button.box.height if button else 0))
        ),
        mark=marked(mark, column, task.start, column.top),
    )


def hero_side(task: Task) -> Arrangement | None:
    """The picture everywhere; the words in its empty left or right half."""
    if task.copy_space not in ("left", "right"):
        return None
    canvas, area = task.canvas, task.area
    left = task.copy_space == "left"
    # Lines that begin beside the product keep more distance from it than ragged line ends.
    beside = 0.03 * canvas.width if left == task.right_to_left else 0.0
    width = 0.5 * canvas.width - task.margin - beside
    column = replace(area, left=area.left if left else area.right - width, width=width)
    found = column_of(task, column, comfort=COMFORT)
    if found is None:
        return None
    widest = max(found.headline.width, found.button.box.width if found.button else 0)
    inked = (column.right if task.right_to_left else column.left + widest) if left else (
        column.right - widest if task.right_to_left else column.left
    )  # fmt: skip
    edge = inked + 0.03 * canvas.width * (1 if left else -1)
    start, end = (0.0, edge + 0.3 * canvas.width) if left else (canvas.width, edge - 0.3 * canvas.width)
    stage_left = column.right if left else area.left
    stage_right = area.right if left else column.left
    return replace(
        found,
        template=f"hero-{task.copy_space}",
        stage=Box(stage_left, area.top, stage_right - stage_left, area.height).inset(0.03 * canvas.width, 0),
        fade=Fade((start, 0), (end, 0), abs(edge - start) / abs(end - start)),
    )


def hero_top(task: Task) -> Arrangement | None:
    """The picture everywhere; the words centred in its empty upper part."""
    if task.copy_space != "top":
        return None
    canvas, area = task.canvas, task.area
    found = parts(task, 0.8 * area.width, 0.11, 0.09 * area.height)
    if found is None:
        return None
    button, mark = found
    gap = 0.04 * task.scale
    top = area.top + (mark.box.height + 1.1 * gap if mark else 0)
    tail = gap + button.box.height if button else 0
    floor = area.top + 0.43 * area.height
    headline = task.fit_headline(0.94 * area.width, floor - top - tail, 0.096 * task.scale, comfort=COMFORT)
    if headline is None:
        return None
    below = top + headline.height + max(gap, 0.55 * headline.size)
    bottom = below + (button.box.height if button else 0)
    end = bottom + 0.22 * canvas.height
    return Arrangement(
        template="hero-top",
        picture=canvas,
        stage=Box(area.left, bottom + gap, area.width, area.bottom - bottom - gap),
        headline=headline,
        column=area,
        headline_top=top,
        align="centre",
        button=moved(button, area, "centre", below),
        mark=marked(mark, area, "centre", area.top),
        fade=Fade((0, 0), (0, end), (bottom + 0.5 * gap) / end),
    )


def panel_bottom(task: Task) -> Arrangement | None:
    """The picture above; below it a panel, as high as the words need, with button and logo in one row."""
    canvas, area = task.canvas, task.area
    found = parts(task, 0.56 * area.width if task.with_logo else area.width, 0.1, 0.12 * canvas.height)
    if found is None:
        return None
    button, mark = found
    if mark and button and mark.box.width + button.box.width + task.margin > area.width:
        mark = make_mark(task, area.width - button.box.width - task.margin, 0.12 * canvas.height, 0.1)
        if mark is None:
            return None
    row = max(button.box.height if button else 0, mark.box.height if mark else 0)
    pad = max(task.margin * 0.9, 0.05 * task.scale)
    gap = 0.75 * pad if row else 0
    around = pad + gap + row + canvas.bottom - area.bottom
    headline: Setting | None = None
    for share, comfort in ((0.5, COMFORT), (0.62, 1.0), (0.74, 1.0)):
        room = share * canvas.height - around
        headline = headline or task.fit_headline(
            area.width, room, 0.078 * task.scale, comfort=comfort, lines=3
        )
    if headline is None:
        return None
    row_top = area.bottom - row
    below = 0.2 * headline.size if row else 0.0
    headline_top = row_top - gap - below - headline.height
    panel_top = round(headline_top - pad)
    panel = Box(0, panel_top, canvas.width, canvas.height - panel_top)
    other = "left" if task.start == "right" else "right"
    return Arrangement(
        template="panel-bottom",
        picture=Box(0, 0, canvas.width, panel_top),
        stage=Box(0, 0, canvas.width, panel_top).inset(0.08 * canvas.width, 0.06 * panel_top),
        headline=headline,
        column=area,
        headline_top=headline_top,
        align=task.start,
        button=moved(button, area, task.start, row_top + (row - button.box.height) / 2 if button else 0),
        mark=marked(
            mark, area, other if button else task.start, row_top + (row - mark.box.height) / 2 if mark else 0
        ),
        panel=panel,
    )


def panel_side(task: Task) -> Arrangement | None:
    """A panel with the words beside the picture."""
    canvas = task.canvas
    right = task.copy_space == "right" or (task.right_to_left and task.copy_space != "left")
    width = round(0.52 * canvas.width)
    panel = Box(canvas.width - width if right else 0, 0, width, canvas.height)
    picture = Box(0 if right else width, 0, canvas.width - width, canvas.height)
    column = Box(panel.left, task.area.top, panel.width, task.area.height).inset(task.margin * 1.1, 0)
    found = column_of(task, column, comfort=1.0)
    return found and replace(
        found,
        template="panel-side",
        picture=picture,
        stage=picture.inset(0.06 * canvas.width, 0.1 * canvas.height),
        panel=panel,
    )


def strip(task: Task) -> Arrangement | None:
    """For wide and low slots: logo, headline, button and picture in one row, in reading order."""
    canvas, area = task.canvas, task.area
    found = parts(task, 0.24 * canvas.width, 0.19, 0.5 * area.height)
    if found is None:
        return None
    button, mark = found
    gap = 1.8 * task.margin
    picture_width = round(min(1.7 * canvas.height, 0.24 * canvas.width))
    left = area.left + (mark.box.width + gap if mark else 0)
    right = canvas.right - picture_width - gap - (button.box.width + gap if button else 0)
    column = Box(left, area.top, right - left, area.height)
    headline = task.fit_headline(column.width, column.height, 0.12 * task.scale, lines=2)
    if headline is None:
        return None
    middle = canvas.height / 2
    picture = Box(canvas.right - picture_width, 0, picture_width, canvas.height)
    arrangement = Arrangement(
        template="strip",
        picture=picture,
        stage=picture.inset(0.1 * picture.width, 0.08 * canvas.height),
        headline=headline,
        column=column,
        headline_top=middle - headline.height / 2,
        align=task.start,
        button=moved(button, replace(column, left=column.right + gap), "left", middle - _half(button)),
        mark=marked(mark, area, "left", middle - _half(mark)),
        panel=canvas,
    )
    return mirrored(arrangement, canvas.width) if task.right_to_left else arrangement


def tower(task: Task) -> Arrangement | None:
    """For tall and narrow slots: logo, headline and button under one another, the picture below."""
    canvas, area = task.canvas, task.area
    found = parts(task, area.width, 0.2, 0.08 * canvas.height)
    if found is None:
        return None
    button, mark = found
    gap = 1.5 * task.margin
    top = area.top + 0.5 * gap + (mark.box.height + 1.3 * gap if mark else 0)
    tail = gap + button.box.height if button else 0
    headline = task.fit_headline(
        area.width, 0.7 * canvas.height - top - tail - gap, 0.09 * task.scale, lines=5
    )
    if headline is None:
        return None
    below = top + headline.height + gap
    bottom = below + (button.box.height if button else 0)
    picture_top = round(max(bottom + 1.3 * gap, 0.31 * canvas.height))
    picture = Box(0, picture_top, canvas.width, canvas.height - picture_top)
    return Arrangement(
        template="tower",
        picture=picture,
        stage=picture.inset(0.08 * canvas.width, 0.08 * picture.height),
        headline=headline,
        column=area,
        headline_top=top,
        align="centre",
        button=moved(button, area, "centre", below),
        mark=marked(mark, area, "centre", area.top + 0.5 * gap),
        panel=canvas,
    )


def mirrored(arrangement: Arrangement, width: float) -> Arrangement:
    """The arrangement as seen in a mirror, for scripts that run from right to left."""

    def flip(box: Box) -> Box:
        return replace(box, left=width - box.right)

    return replace(
        arrangement,
        picture=flip(arrangement.picture),
        stage=flip(arrangement.stage),
        column=flip(arrangement.column),
        button=arrangement.button and replace(arrangement.button, box=flip(arrangement.button.box)),
        mark=arrangement.mark and replace(arrangement.mark, box=flip(arrangement.mark.box)),
    )


def _half(part: Button | Mark | None) -> float:
    return part.box.height / 2 if part else 0.0


def templates_for(placement: Placement) -> tuple[Template, ...]:
    """The templates that suit a slot's shape, the preferred one first."""
    ratio = placement.width / placement.height
    if ratio >= 3:
        return (strip,)
    if ratio <= 0.4:
        return (tower,)
    if ratio >= 1.4:
        return (hero_side, panel_side)
    if ratio >= 0.75 and min(placement.width, placement.height) >= 600:
        return (hero_side, hero_top, panel_bottom)
    return (hero_top, panel_bottom)
