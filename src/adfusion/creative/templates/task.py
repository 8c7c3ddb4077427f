"""What a template is given: the words, the brand, the slot, and the measures that follow from them."""

from dataclasses import dataclass, replace
from math import inf, sqrt

from adfusion.creative.brand import Brand
from adfusion.creative.document import Box
from adfusion.creative.paragraph import Setting, fit
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.wording import Copy, is_right_to_left

HEADLINE_FLOORS = (1.25, 1.0)
"""A headline is at least this many times the smallest text; the second is for when all else fails."""

IDEAL_HEADLINE = 0.1
"""Size of a headline that has all the room it wants, as a share of `Task.scale`."""

COMFORT = 1.6
"""A headline this many times its minimum may be held to few lines."""


@dataclass(frozen=True)
class Task:
    """What to place. Parts of `copy` that are left out are empty; the logo is left out by `with_logo`."""

    placement: Placement
    brand: Brand
    copy: Copy
    with_logo: bool
    copy_space: CopySpace
    headline_floor: float = HEADLINE_FLOORS[-1]
    largest_headline: float = inf

    @property
    def canvas(self) -> Box:
        return Box(0, 0, self.placement.width, self.placement.height)

    @property
    def ratio(self) -> float:
        return self.placement.width / self.placement.height

    @property
    def scale(self) -> float:
        """The side of the square with the canvas's area: lengths of the design are shares of it."""
        return sqrt(self.placement.width * self.placement.height)

    @property
    def margin(self) -> float:
        side = min(self.placement.width, self.placement.height)
        return round(max(min(10.0, 0.16 * side), 0.067 * min(side, 0.9 * self.scale)))

    @property
    def gap(self) -> float:
        """Between parts that belong together."""
        return 0.042 * self.scale

    @property
    def area(self) -> Box:
        """Where text, button and logo may lie: the safe zone, and a margin."""
        place = self.placement
        left, top, right, bottom = (
            max(self.margin, inset + 0.35 * self.margin if inset else 0.0)
            for inset in (place.safe_left, place.safe_top, place.safe_right, place.safe_bottom)
        )
        return Box(left, top, place.width - left - right, place.height - top - bottom)

    @property
    def right_to_left(self) -> bool:
        return is_right_to_left(self.copy.headline)

    @property
    def start(self) -> str:
        """The side on which lines of this script begin."""
        return "right" if self.right_to_left else "left"

    @property
    def end(self) -> str:
        return "left" if self.right_to_left else "right"

    @property
    def smallest_headline(self) -> float:
        return self.placement.min_text * self.headline_floor

    @property
    def ideal_headline(self) -> float:
        return max(self.smallest_headline, min(self.largest_headline, IDEAL_HEADLINE * self.scale))

    def only_words(self, *, badge: bool = False) -> "Task":
        """The same without button and logo, and without the badge unless asked."""
        copy = replace(self.copy, call_to_action="", badge=self.copy.badge if badge else "")
        return replace(self, copy=copy, with_logo=False)

    def fit_headline(self, width: float, height: float, largest: float, lines: int = 4) -> Setting | None:
        """The headline in at most `lines` lines if that is comfortable, else in as many as fit."""
        smallest, font, text = self.smallest_headline, self.brand.headline_font, self.copy.headline
        largest = max(largest, smallest)
        roomy = min(largest, smallest * COMFORT)
        return fit(
            text, font, width, height, largest=largest, smallest=roomy, max_lines=lines
        ) or fit(text, font, width, height, largest=largest, smallest=smallest)  # fmt: skip
