"""`OUT/index.html`: all creatives of a campaign on one page that needs no server and no network."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from PIL import Image

from adfusion import files
from adfusion.campaigns.data_uri import data_uri
from adfusion.campaigns.look import Look
from adfusion.campaigns.manifest import CreativeRecord
from adfusion.creative.checks import Finding
from adfusion.creative.placement import SUFFIXES

GALLERY = "index.html"
THUMBNAIL_PIXELS = 480 * 480
"""About as many pixels for every shape, and never more than the file has: a leaderboard stays legible."""
WEBP_QUALITY = 82
EMBEDDED = 400
"""Creatives up to which the page holds a small version of each; beyond, it shows the files themselves."""
COLUMN_AREA = 300 * 300
PLATFORMS = {"iab": "IAB", "linkedin": "LinkedIn", "tiktok": "TikTok"}
STATES = ("errors", "warnings", "passed")


@dataclass(frozen=True)
class Card:
    """One creative on the page."""

    creative: CreativeRecord
    thumbnail: str
    """A data URI, or the full file."""
    full: str
    """Relative link to the full file."""
    svg: str | None
    findings: tuple[Finding, ...] = ()

    @property
    def varied(self) -> dict[str, str]:
        """What it has on the axes on which it differs from its control."""
        axes = self.creative.metadata.get("axes", {})
        return {axis: axes[axis] for axis in self.creative.varies if axes.get(axis)}

    @property
    def levels(self) -> dict[str, str]:
        """What it has on each axis that the page can filter by; empty where an axis is not its own."""
        return {"checks": self.state, **{name: level(self.creative) for name, level in AXES.items()}}

    @property
    def carousel(self) -> str:
        """The carousel that it is a card of; empty for none."""
        return str(self.creative.metadata.get("carousel", ""))

    @property
    def kind(self) -> str:
        return next(format for format, suffix in SUFFIXES.items() if self.full.endswith(suffix))

    @property
    def state(self) -> str:
        """The worst that the checks found: an entry of `STATES`."""
        severities = {finding.severity for finding in self.findings}
        return "errors" if "error" in severities else "warnings" if severities else "passed"


@dataclass(frozen=True)
class Section:
    """The creatives of one placement: all of one shape, so they stand in even rows."""

    placement: str
    width: int
    height: int
    cards: tuple[Card, ...]

    @property
    def rows(self) -> list[tuple[Card, ...]]:
        """Each card alone, but those of a carousel together."""
        decks = groupby(self.cards, lambda card: card.carousel or card.creative.id)
        return [tuple(cards) for _, cards in decks]

    @property
    def column(self) -> int:
        """Least width of a card, in pixels of the page: wide for leaderboards, narrow for skyscrapers."""
        return min(self.width, round(min(max(math.sqrt(COLUMN_AREA * self.width / self.height), 132), 460)))


def card(
    out: Path, creative: CreativeRecord, findings: tuple[Finding, ...] = (), *, embed: bool = True
) -> Card:
    full, *others = (record.path for record in creative.files)
    svg = next((path for path in others if path.endswith(".svg")), None)
    shown = thumbnail(out / full) if embed else quote(full)
    return Card(creative, shown, quote(full), quote(svg) if svg else None, findings)


def thumbnail(path: Path) -> str:
    """The picture file scaled to a card, as a data URI."""
    with Image.open(path) as image:
        scale = min(1.0, math.sqrt(THUMBNAIL_PIXELS / (image.width * image.height)))
        size = round(image.width * scale), round(image.height * scale)
        image.draft("RGB", (2 * size[0], 2 * size[1]))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return data_uri(small, "WEBP", quality=WEBP_QUALITY, method=4)


def write_gallery(out: Path, look: Look, cards: list[Card]) -> Path:
    """Write the page. The same creatives give the same bytes."""
    path = out / GALLERY
    compared = any(card.creative.varies for card in cards)
    counted = {name: _distinct(map(AXES[name], (card.creative for card in cards))) for name in MAIN[:3]}
    page = _template().render(
        look=look,
        cards=cards,
        sections=_sections(cards),
        filters=_filters(cards),
        counted=counted,
        compared=compared,
    )
    files.write_text(path, page)
    return path


def _filters(cards: list[Card]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The axes on which creatives differ, with their levels: those always in sight, and the others."""
    levels = [card.levels for card in cards]
    found = {name: _distinct(filter(None, (each[name] for each in levels))) for name in (*MAIN, *AXES)}
    found["checks"] = [state for state in STATES if state in found["checks"]]
    varying = {name: values for name, values in found.items() if len(values) > 1}
    return (
        {name: values for name, values in varying.items() if name in MAIN},
        {name: values for name, values in varying.items() if name not in MAIN},
    )


def _sections(cards: list[Card]) -> list[Section]:
    sections = []
    for placement in _distinct(card.creative.placement for card in cards):
        members = tuple(card for card in cards if card.creative.placement == placement)
        sections.append(Section(placement, members[0].creative.width, members[0].creative.height, members))
    return sections


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _spoken(placement: str) -> str:
    """`iab-leaderboard` as people say it: "IAB leaderboard"."""
    first, *rest = placement.split("-")
    return " ".join([PLATFORMS.get(first, first.capitalize()), *rest])


def _axis(name: str) -> Callable[[CreativeRecord], str]:
    """An axis of an experiment; a carousel's cards differ in words by design, so it is none of theirs."""
    return lambda creative: (
        "" if "card" in creative.metadata else creative.metadata.get("axes", {}).get(name, "")
    )


def _language(creative: CreativeRecord) -> str:
    locale = creative.metadata.get("locale")
    return str(Locale.parse(locale).get_display_name("en")) if locale else ""


AXES: dict[str, Callable[[CreativeRecord], str]] = {
    "segment": lambda creative: creative.segment,
    "placement": lambda creative: creative.placement,
    "concept": lambda creative: creative.concept,
    "language": _language,
    "season": lambda creative: creative.metadata.get("axes", {}).get("season", "") or "none",
    "color scheme": lambda creative: creative.metadata.get("axes", {}).get("color_scheme", ""),
    "layout": lambda creative: str(creative.metadata.get("template", "")).replace("-", " "),
    "headline": _axis("headline"),
    "call to action": _axis("call_to_action"),
}
"""What the page can filter by, beside the checks."""
MAIN = ("segment", "placement", "concept", "checks")
"""Filters that are always in sight."""
LONGEST_CHIPS = 60
"""Characters of all levels together, beyond which they are a list to choose from rather than chips."""


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("adfusion.campaigns"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spoken"] = _spoken
    environment.globals["longest"] = LONGEST_CHIPS
    return environment.get_template("gallery.html.j2")
