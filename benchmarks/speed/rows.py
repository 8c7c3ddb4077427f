"""A line of the table: what was compared, by how much, and whether that is enough."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from turns import Ratio, middle, ratio


@dataclass(frozen=True)
class Row:
    section: str
    name: str
    ours: float | None
    theirs: float | None
    unit: str
    ratio: Ratio | None = None
    """Above 1 is better for us."""
    least: float | None = None
    """The bar: the smallest ratio that is enough."""
    most: float | None = None
    """The bar: the largest of `ours` that is enough."""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; `None` without a bar, or where nothing could be measured."""
        if self.least is not None and self.ratio is not None:
            return self.ratio.median >= self.least
        if self.most is not None and self.ours is not None:
            return self.ours <= self.most
        return None

    @property
    def bar(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:g}×"
        return "" if self.most is None else f"≤ {self.most:g} {self.unit}"

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}


def compared(
    section: str,
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    unit: str = "s",
    *,
    of: int = 1,
    least: float | None = None,
    most: float | None = None,
    note: str = "",
) -> Row:
    """The row of two lists of equal rounds. `of`: how many pictures each round made."""
    return Row(
        section, name, middle(ours) / of, middle(theirs) / of, unit, ratio(theirs, ours), least, most, note
    )


def missing(section: str, name: str, why: str) -> Row:
    return Row(section, name, None, None, "", note=why)
