"""Choosing a layout: every template is tried, sound arrangements are scored, the best fit wins."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, inf

from adfusion.creative.brand import Brand
from adfusion.creative.document import Box
from adfusion.creative.framing import View, frame, overlap
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.saliency import Saliency
from adfusion.creative.templates import HEADLINE_FLOORS, TEMPLATES, Arrangement, Task
from adfusion.creative.wording import Copy

DROP_ORDER = ("body", "badge", "call to action", "logo")
"""What is left out, in this order, when the words do not fit otherwise. Headline and legal line never are."""

WEIGHTS = {"type": 0.26, "parts": 0.29, "calm": 0.15, "subject": 0.13, "picture": 0.11, "corner": 0.06}
"""What a layout is judged by, each in [0, 1]: size of the type against the ideal and quality of its lines;
parts that are kept; calmness behind the copy; how large the subject is seen; share of the canvas that the
picture has; the logo in the first corner, where the rest of a set has it."""

WORTH = {"body": 0.25, "badge": 0.25, "call to action": 0.3, "logo": 0.2}
"""Share of "parts" that each optional part is worth."""

IDEAL_BADGE = 0.06
IDEAL_SUBJECT = 0.42
"""Sizes, as shares of the square with the canvas's area, at which more would not be better."""

GOOD_TYPE = 0.55
"""Mark for type from which no further part is left out for its sake."""

BROKEN_BUTTON = 0.7
"""What is left of the mark for type if the words of the button take two lines."""

CUT = 5.0
"""What it costs the mark for the subject if all of it is cut off: a product is shown whole, or nearly."""

DISTURBED = 0.6
"""What it costs the mark for calmness if an edge of the picture runs into the ends of lines."""

CALM_PANEL = 0.9
"""Calmness of copy on a panel: wholly calm, but a picture that makes room for words is better."""


@dataclass(frozen=True)
class Choice:
    """The layout that fits best. `view` is `None` without a picture."""

    template: str
    arrangement: Arrangement
    task: Task
    dropped: tuple[str, ...]
    view: View | None
    score: float


@dataclass(frozen=True)
class Subject:
    """The picture that a layout is chosen for; `known` says that its subject was not estimated."""

    gaze: Saliency
    known: bool
    whole: bool = False
    """Shown as it is, whatever would suit the layout: it goes on in what lies beside it."""

    def view(self, arrangement: Arrangement) -> View | None:
        if arrangement.picture is None or arrangement.stage is None:
            return None
        if self.whole:
            return View(arrangement.picture, Box(0, 0, self.gaze.width, self.gaze.height))
        return frame(self.gaze, arrangement.picture, arrangement.stage)


def choose(
    copy: Copy,
    brand: Brand,
    placement: Placement,
    copy_space: CopySpace,
    subject: Subject | None,
    templates: tuple[str, ...] = tuple(TEMPLATES),
    largest: float = inf,
) -> Choice | None:
    """The best fit of all `templates`; `None` if in none of them the words fit legibly.

    `largest`: size of type in pixels that headlines need not exceed.

    Without a `subject` the words alone are judged. Whether they fit at all depends on them alone as long as
    "split", "bottom-bar" or "text-only" may be chosen: those leave the picture its own place.
    """
    whole = Task(placement, brand, copy, True, copy_space, largest_headline=largest)
    best: Choice | None = None
    for name in templates:
        for choice in _choices(name, whole, subject):
            if best is None or choice.score > best.score + 1e-9:
                best = choice
    return best


def fits(copy: Copy, brand: Brand, placement: Placement, template: str | None = None) -> bool:
    """Whether the words fit legibly, whatever the picture is: in `template`, or in any."""
    whole = Task(placement, brand, copy, True, "centre")
    names = (template,) if template else tuple(TEMPLATES)
    return any(True for name in names for _ in _choices(name, whole, None))


def _choices(name: str, whole: Task, subject: Subject | None) -> Iterator[Choice]:
    """A template's layouts with the fewest parts dropped, and with more dropped while type is still small."""
    for floor in HEADLINE_FLOORS:
        found = False
        for dropped in _drops(whole.copy):
            task = without(replace(whole, headline_floor=floor), dropped)
            choices = list(_scored(name, task, dropped, whole.copy, subject))
            yield from choices
            found = found or bool(choices)
            if any(_type(choice.arrangement, task) > GOOD_TYPE for choice in choices):
                return
        if found:
            return


def _drops(copy: Copy) -> Iterator[tuple[str, ...]]:
    """What may be left out of this copy: nothing, then ever more of `DROP_ORDER`."""
    given = {"body": copy.body, "badge": copy.badge, "call to action": copy.call_to_action, "logo": "logo"}
    order = [part for part in DROP_ORDER if given[part]]
    for count in range(len(order) + 1):
        yield tuple(order[:count])


def without(task: Task, dropped: tuple[str, ...]) -> Task:
    """The task with some of its parts left out."""
    copy = replace(
        task.copy,
        body="" if "body" in dropped else task.copy.body,
        badge="" if "badge" in dropped else task.copy.badge,
        call_to_action="" if "call to action" in dropped else task.copy.call_to_action,
    )
    return replace(task, copy=copy, with_logo="logo" not in dropped)


def _scored(
    name: str, task: Task, dropped: tuple[str, ...], whole: Copy, subject: Subject | None
) -> Iterator[Choice]:
    for arrangement in TEMPLATES[name](task):
        if not is_sound(arrangement, task):
            continue
        view = subject.view(arrangement) if subject is not None else None
        distance = 0.02 * task.scale
        if subject and view and covered(arrangement, view, subject.gaze, distance) > 0:
            continue
        score = _score(arrangement, task, dropped, whole, view, subject)
        yield Choice(name, arrangement, task, dropped, view, score)


def is_sound(arrangement: Arrangement, task: Task) -> bool:
    """Whether every part lies in the safe zone, overlaps no other, and leaves the logo its clear space."""
    parts, safe, clear = arrangement.parts(), task.placement.safe, task.brand.clear_space
    if not all(safe.contains(box, slack=0.5) for _, box in parts):
        return False
    taken = [(name, box.inset(0.5 - clear * box.height if name == "logo" else 0.5)) for name, box in parts]
    return not any(
        one != other and box.overlaps(place) for (one, box), (other, place) in combinations(taken, 2)
    )


def covered(arrangement: Arrangement, view: View, gaze: Saliency, distance: float = 0.0) -> float:
    """The share of the subject that lies under the parts, or nearer to them than `distance`."""
    over = (box.inset(-distance) for _, box in _over(arrangement, view))
    return sum(gaze.covered(view.in_picture(box)) for box in over)


def _over(arrangement: Arrangement, view: View) -> Iterator[tuple[str, Box]]:
    """Those parts that lie over the picture, as far as they do."""
    picture = view.box
    for name, box in arrangement.parts():
        left, top = max(box.left, picture.left), max(box.top, picture.top)
        right, bottom = min(box.right, picture.right), min(box.bottom, picture.bottom)
        if right > left and bottom > top and not arrangement.on_panel(box):
            yield name, Box(left, top, right - left, bottom - top)


def _score(
    arrangement: Arrangement,
    task: Task,
    dropped: tuple[str, ...],
    whole: Copy,
    view: View | None,
    subject: Subject | None,
) -> float:
    picture = arrangement.picture
    share = picture.width * picture.height / (task.canvas.width * task.canvas.height) if picture else 0.0
    marks = {
        "type": _type(arrangement, task),
        "parts": _kept(dropped, whole),
        "calm": CALM_PANEL,
        "subject": 0.5 if picture else 0.0,
        "picture": share,
        "corner": _in_corner(arrangement, task),
    }
    if view is not None and subject is not None:
        marks["calm"] = _calm(arrangement, view, subject.gaze)
        shown = view.on_canvas(subject.gaze.subject)
        size = (shown.width * shown.height) ** 0.5 / (IDEAL_SUBJECT * task.scale)
        visible = overlap(shown, view.box)
        marks["subject"] = min(1.0, size) * visible * (1 - _veiled(arrangement, shown)) - CUT * (1 - visible)
    return sum(WEIGHTS[name] * mark for name, mark in marks.items()) - arrangement.strain


def _veiled(arrangement: Arrangement, shown: Box) -> float:
    """The share of the subject that a scrim may lie over with half its strength or more."""
    canvas = arrangement.picture or shown
    return max((overlap(shown, fade.half(canvas)) for fade in arrangement.fades), default=0.0)


def _type(arrangement: Arrangement, task: Task) -> float:
    headline = arrangement.texts[0].setting
    size = min(1.0, headline.size / task.ideal_headline)
    size *= exp(-1.2 * max(0.0, headline.raggedness) - 0.2 * max(0, len(headline.lines) - 3))
    if arrangement.button and len(arrangement.button.label.lines) > 1:
        size *= BROKEN_BUTTON
    if arrangement.badge is None:
        return size
    offer = min(1.0, arrangement.badge.label.size / (IDEAL_BADGE * task.scale))
    return 0.7 * size + 0.3 * offer


def _kept(dropped: tuple[str, ...], whole: Copy) -> float:
    given = {"body": whole.body, "badge": whole.badge, "call to action": whole.call_to_action, "logo": "logo"}
    wanted = [part for part in DROP_ORDER if given[part]]
    return sum(WORTH[part] for part in wanted if part not in dropped) / sum(WORTH[part] for part in wanted)


def _in_corner(arrangement: Arrangement, task: Task) -> float:
    mark = arrangement.mark
    if mark is None:
        return 0.0
    area, box = task.area, mark.box
    away = box.left - area.left if task.start == "left" else area.right - box.right
    return float(away < 1 and (box.top - area.top < 1 or task.ratio > 2))


def _calm(arrangement: Arrangement, view: View, gaze: Saliency) -> float:
    """One less the mean busyness behind the parts, by area; what lies on a panel counts as `CALM_PANEL`.
    An edge that runs into the ends of lines counts by itself, however small it is.
    """
    over = list(_over(arrangement, view))
    whole = sum(box.width * box.height for _, box in arrangement.parts())
    areas = [box.width * box.height for _, box in over]
    busy = sum(gaze.busyness(view.in_picture(box)) * area for (_, box), area in zip(over, areas, strict=True))
    calm = (sum(areas) - busy + CALM_PANEL * max(0.0, whole - sum(areas))) / max(whole, sum(areas))
    lines = {text.id for text in arrangement.texts}
    return calm - DISTURBED * max(
        (_disturbed(box, view, gaze) for name, box in over if name in lines), default=0.0
    )


def _disturbed(line: Box, view: View, gaze: Saliency) -> float:
    """How restless the worse end of a line is, a little beyond it too, in [0, 1]."""
    reach = 0.3 * min(line.width, line.height)
    ends = (Box(side - reach, line.top, 2 * reach, line.height) for side in (line.left, line.right))
    return max(gaze.busyness(view.in_picture(end)) for end in ends)
