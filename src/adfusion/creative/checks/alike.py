"""Creatives that people could not tell apart by their pictures, though they were meant to differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.color import oklab
from adfusion.creative.checks.parts import foreground
from adfusion.creative.document import Box, Creative, Picture
from adfusion.creative.draw import pixels

ALIKE_BITS = 8
"""Of 64: perceptual hashes that differ in fewer are of pictures with one composition (pHash, hash size 8)."""
ALIKE_COLOR = 0.06
"""Mean distance in OKLab between small versions: below it the colours are the same too."""
SMALL = 16


@dataclass(frozen=True)
class Sight:
    """What is left of a creative's picture at a glance. `picture` names the generated picture in it."""

    creative: str
    placement: str
    picture: str
    hash: imagehash.ImageHash
    colors: npt.NDArray[np.float64]
    """OKLab (16, 16, 3)."""


def sight(id: str, picture: str, creative: Creative) -> Sight:
    """Look at a creative without its words, within the box of its picture."""
    bare = Image.fromarray(pixels(creative, hide={layer.id for layer in foreground(creative)}))
    box = _picture_box(creative)
    seen = bare.crop((round(box.left), round(box.top), round(box.right), round(box.bottom)))
    small = seen.resize((SMALL, SMALL), Image.Resampling.BOX)
    return Sight(id, creative.placement, picture, imagehash.phash(seen), oklab(np.asarray(small)))


def look_alikes(sights: Iterable[Sight]) -> Iterator[tuple[Sight, ...]]:
    """Groups, within each placement, of different pictures that look the same.

    A picture is shared on purpose by headlines and placements, so each counts once in each placement, by the
    first creative that shows it. Alikeness is passed on: a group is connected, not each like each.
    """
    firsts: dict[tuple[str, str], Sight] = {}
    for each in sights:
        firsts.setdefault((each.placement, each.picture), each)
    groups: list[list[Sight]] = []
    for each in firsts.values():
        near = [group for group in groups if any(_alike(each, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([other for group in near for other in group] + [each])
    return (tuple(group) for group in groups if len(group) > 1)


def _alike(one: Sight, other: Sight) -> bool:
    if one.placement != other.placement or one.hash - other.hash >= ALIKE_BITS:
        return False
    return float(np.linalg.norm(one.colors - other.colors, axis=-1).mean()) < ALIKE_COLOR


def _picture_box(creative: Creative) -> Box:
    found = creative.find("picture")
    return found.box if isinstance(found, Picture) else creative.canvas
