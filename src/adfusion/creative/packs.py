"""Packs: one name for several placements, so that a brief can say `social`."""

from collections.abc import Mapping
from types import MappingProxyType

from adfusion.creative.placement import PLACEMENTS

SOCIAL = ("meta-feed-square", "meta-feed-portrait", "meta-story", "linkedin-square", "tiktok-vertical",
          "pinterest-pin")  # fmt: skip
"""One placement for each shape and network: what one post is cut to."""


def _of(platform: str) -> tuple[str, ...]:
    return tuple(name for name, placement in PLACEMENTS.items() if placement.platform == platform)


PACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "social": SOCIAL,
        **{platform.lower(): _of(platform) for platform in ("Meta", "Google", "IAB", "LinkedIn")},
    }
)


def unpacked(names: object) -> object:
    """A brief's list with each pack's placements in its place, each placement once."""
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        return names
    if not any(name in PACKS for name in names):  # a placement given twice is a mistake, but not within packs
        return names
    every = [each for name in names for each in PACKS.get(name, (name,))]
    return tuple(dict.fromkeys(every))
