"""A solved layout: where everything goes. Geometry only; colours come later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from adfusion.creative.document import Box
from adfusion.creative.templates.parts import Block, Chip, Fade, Mark
from adfusion.creative.templates.stack import Stack
from adfusion.creative.templates.task import Task


@dataclass(frozen=True)
class Arrangement:
    """`stage` is where the subject is to be seen, a part of `picture`; both are `None` without a picture."""

    texts: tuple[Block, ...]
    picture: Box | None
    stage: Box | None
    button: Chip | None = None
    badge: Chip | None = None
    mark: Mark | None = None
    panel: Box | None = None
    panel_color: Literal["background", "primary"] = "background"
    fades: tuple[Fade, ...] = ()
    strain: float = 0.0
    """How far it is from the template's best composition, in units of the score."""

    def parts(self) -> tuple[tuple[str, Box], ...]:
        """What must overlap nothing, by name; a text once for each of its lines."""
        return self._parts

    @cached_property
    def _parts(self) -> tuple[tuple[str, Box], ...]:
        return tuple(self._named())

    def _named(self) -> Iterator[tuple[str, Box]]:
        for block in self.texts:
            for line in block.lines():
                yield block.id, line
        if self.button:
            yield "call to action", self.button.box
        if self.badge:
            yield "badge", self.badge.box
        if self.mark:
            yield "logo", self.mark.box

    def on_panel(self, box: Box) -> bool:
        return self.panel is not None and self.panel.contains(box, slack=1.0)


Template = Callable[[Task], Iterator[Arrangement]]
"""Gives every arrangement worth a look, best composition first; none if the words do not fit legibly."""


def arranged(
    found: Stack,
    *,
    picture: Box | None,
    stage: Box | None,
    panel: Box | None = None,
    fades: tuple[Fade, ...] = (),
    strain: float = 0.0,
) -> Arrangement:
    """The arrangement of a stack."""
    return Arrangement(
        found.texts, picture, stage, found.button, found.badge, found.mark, panel, fades=fades, strain=strain
    )


def mirrored(arrangement: Arrangement, width: float) -> Arrangement:
    """As seen in a mirror, for scripts that run from right to left. Texts keep their alignment."""

    def flip(box: Box) -> Box:
        return replace(box, left=width - box.right)

    def chip(part: Chip | None) -> Chip | None:
        return part and replace(part, box=flip(part.box))

    return replace(
        arrangement,
        texts=tuple(replace(block, column=flip(block.column)) for block in arrangement.texts),
        picture=arrangement.picture and flip(arrangement.picture),
        stage=arrangement.stage and flip(arrangement.stage),
        panel=arrangement.panel and flip(arrangement.panel),
        button=chip(arrangement.button),
        badge=chip(arrangement.badge),
        mark=arrangement.mark and replace(arrangement.mark, box=flip(arrangement.mark.box)),
    )
