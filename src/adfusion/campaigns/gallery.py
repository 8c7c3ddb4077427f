"""`OUT/index.html`: all creatives of a campaign on one page that needs no server and no network."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

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
    creatives = [card.creative for card in cards]
    filters = {
        "segment": _distinct(creative.segment for creative in creatives),
        "placement": _distinct(creative.placement for creative in creatives),
        "concept": _distinct(creative.concept for creative in creatives),
        "checks": [state for state in STATES if any(card.state == state for card in cards)],
    }
    compared = any(creative.varies for creative in creatives)
    page = _template().render(
        look=look, cards=cards, sections=_sections(cards), filters=filters, compared=compared
    )
    files.write_text(path, page)
    return path


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
    return environment.get_template("gallery.html.j2")
