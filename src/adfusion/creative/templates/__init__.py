"""Templates: where everything goes, solved from the words. One file a family."""

from adfusion.creative.placement import CopySpace
from adfusion.creative.templates.arrangement import Arrangement, Template
from adfusion.creative.templates.badge import badge
from adfusion.creative.templates.bar import bottom_bar
from adfusion.creative.templates.centred import centred
from adfusion.creative.templates.hero import hero_left, hero_right, hero_top
from adfusion.creative.templates.parts import Block, Chip, Fade, Mark, aligned
from adfusion.creative.templates.split import split
from adfusion.creative.templates.strip import strip, text_only
from adfusion.creative.templates.task import HEADLINE_FLOORS, Task

TEMPLATES: dict[str, Template] = {
    "hero-left": hero_left,
    "hero-right": hero_right,
    "hero-top": hero_top,
    "centred": centred,
    "bottom-bar": bottom_bar,
    "split": split,
    "badge": badge,
    "strip": strip,
    "text-only": text_only,
}
"""By the name that a brief may ask for."""

COPY_SPACES: dict[str, CopySpace] = {
    "hero-left": "left",
    "hero-right": "right",
    "hero-top": "top",
    "centred": "centre",
}
"""Where a picture had best be empty for the templates that lay words over it; the others take any."""

__all__ = [
    "COPY_SPACES",
    "HEADLINE_FLOORS",
    "TEMPLATES",
    "Arrangement",
    "Block",
    "Chip",
    "Fade",
    "Mark",
    "Task",
    "Template",
    "aligned",
]
