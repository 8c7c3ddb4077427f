"""Where an ad appears: exact size, what must stay free, how small text may be, which file it becomes.

Every figure of the table below is from the page that its placement names in `source`, as it stood in 2026
(those of Meta and Pinterest as others quote them); what a platform does not publish is `None` or stated in
`note`. A kB is 1,000 bytes, the stricter reading.

The smallest text is ours: 11 points, the smallest of Apple's Human Interface Guidelines, at the size in which
people see the placement. A feed or story picture is seen about 390 points wide on a phone, so 30 pixels of a
1080-pixel one are 11 points. Display banners are seen pixel for point.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType
from typing import Literal

from adfusion.creative.document import Box

CopySpace = Literal["left", "right", "top", "centre"]
Kind = Literal["feed", "story", "display"]
FileFormat = Literal["JPEG", "PNG", "WEBP"]
Aspect = Literal["1:1", "4:5", "9:16", "16:9"]

SUFFIXES: dict[FileFormat, str] = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
PHONE = 390
"""Width in points at which a phone shows a feed or a story."""
SMALLEST_POINTS = 11.0
"""Size at which people see the smallest text of a placement, its `min_text`."""


@dataclass(frozen=True)
class Placement:
    """One slot. Lengths in pixels; the safe insets are kept free of text, button and logo."""

    name: str
    width: int
    height: int
    kind: Kind
    min_text: float
    format: FileFormat = "JPEG"
    """The file that is made, unless it cannot be brought under `max_bytes`."""
    safe_top: int = 0
    safe_bottom: int = 0
    safe_left: int = 0
    safe_right: int = 0
    aspect: Aspect = "1:1"
    """Shape of the picture that suits it best; few shapes serve all, so that pictures are reused."""
    copy_space: CopySpace = "centre"
    """Where that picture had best be empty."""
    platform: str = ""
    """Empty for a size of one's own."""
    formats: tuple[FileFormat, ...] = ("JPEG", "PNG")
    """Still pictures that the platform takes, of those that can be made."""
    max_bytes: int | None = None
    carousel: bool = False
    """Whether people may swipe there through several cards of this size."""
    source: str = ""
    """Title of the page that the figures are from."""
    note: str = ""
    label: str = ""
    """Words that say there, visibly, how the picture was made; see `label`."""

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.format]

    @property
    def canvas(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def safe(self) -> Box:
        """The part of the canvas that the platform covers with nothing of its own."""
        return Box(
            self.safe_left,
            self.safe_top,
            self.width - self.safe_left - self.safe_right,
            self.height - self.safe_top - self.safe_bottom,
        )


MEGABYTE = 1_000_000
META = "Meta Ads Guide, image ads"
META_CAROUSEL = "Meta Ads Guide, carousel ads"
META_SAFE = "Meta Business Help Center, safe zones of Stories and Reels"
GOOGLE = "Google Ads Help, About image assets for Performance Max campaigns"
UPLOADED = "Advertising Policies Help, Image ads (uploaded display ads)"
IAB = f"IAB New Standard Ad Unit Portfolio, fixed sizes; {UPLOADED}"
DV360 = "Display & Video 360 Help, Image creatives"
LINKEDIN = "LinkedIn Help, Single image ads advertising specifications"
LINKEDIN_CAROUSEL = "LinkedIn Help, Carousel ads advertising specifications"
TIKTOK = "TikTok Business Help Center, TikTok Auction In-Feed Ads"
PINTEREST = "Pinterest Business Help, Ad specs"


def _meta(
    name: str, height: int, aspect: Aspect, copy_space: CopySpace, *, carousel: bool = False
) -> Placement:
    return Placement(
        f"meta-{name}", 1080, height, "feed", 30, aspect=aspect, copy_space=copy_space, carousel=carousel,
        platform="Meta", max_bytes=30 * MEGABYTE, source=META_CAROUSEL if carousel else META,
    )  # fmt: skip


def _google(
    name: str, width: int, height: int, min_text: float, aspect: Aspect, side: CopySpace
) -> Placement:
    return Placement(
        f"google-{name}", width, height, "display", min_text, aspect=aspect, copy_space=side,
        platform="Google", max_bytes=5 * MEGABYTE, source=GOOGLE,
        note="Google asks for content in the middle 80 %, since it may crop.",
    )  # fmt: skip


def _banner(
    name: str, width: int, height: int, *, kilobytes: int = 150, source: str = IAB, note: str = ""
) -> Placement:
    """Wide banners are mostly flat colour and type, which PNG keeps sharp."""
    wide = width > height
    return Placement(
        f"iab-{name}", width, height, "display", 11, format="PNG" if width >= 3 * height else "JPEG",
        aspect="16:9" if wide else "9:16", copy_space="left" if wide else "top",
        platform="IAB", max_bytes=1000 * kilobytes, source=source, note=note,
    )  # fmt: skip


def _dv360(name: str, width: int, height: int) -> Placement:
    """Sizes that Display & Video 360 has beside those of IAB, which it takes too."""
    return replace(
        _banner(name, width, height, source=DV360), name=f"dv360-{name}", platform="DV360",
        max_bytes=10 * MEGABYTE,
    )  # fmt: skip


def _linkedin(name: str, width: int, height: int, aspect: Aspect, copy_space: CopySpace) -> Placement:
    return Placement(
        f"linkedin-{name}", width, height, "feed", round(SMALLEST_POINTS * width / PHONE),
        aspect=aspect, copy_space=copy_space, platform="LinkedIn", max_bytes=5 * MEGABYTE, source=LINKEDIN,
    )  # fmt: skip


def _nearest(width: int, height: int) -> tuple[Aspect, CopySpace]:
    """The shape of picture nearest to a slot, and the side of it that is left for words."""
    shapes: dict[Aspect, float] = {"16:9": 16 / 9, "1:1": 1.0, "4:5": 4 / 5, "9:16": 9 / 16}
    aspect = min(shapes, key=lambda shape: abs(log(shapes[shape] * height / width)))
    return aspect, "left" if aspect in ("16:9", "1:1") else "top"


_TABLE = (
    _meta("feed-square", 1080, "1:1", "left"),
    _meta("feed-portrait", 1350, "4:5", "top"),
    Placement(
        "meta-story", 1080, 1920, "story", 34, safe_top=269, safe_bottom=384, aspect="9:16", copy_space="top",
        platform="Meta", max_bytes=30 * MEGABYTE, source=META_SAFE,
        note="14 % of the top and 20 % of the bottom stay free.",
    ),
    Placement(
        "meta-reels", 1080, 1920, "story", 34, safe_top=269, safe_bottom=672, safe_left=65, safe_right=65,
        aspect="9:16", copy_space="top", platform="Meta", max_bytes=30 * MEGABYTE, source=META_SAFE,
        note="14 % of the top, 35 % of the bottom and 6 % of each side stay free; it suits stories too.",
    ),
    _meta("carousel-card", 1080, "1:1", "left", carousel=True),
    _meta("carousel-portrait", 1350, "4:5", "top", carousel=True),
    _google("landscape", 1200, 628, 22, "16:9", "left"),
    _google("square", 1200, 1200, 33, "1:1", "left"),
    _google("portrait", 960, 1200, 27, "4:5", "top"),
    _banner("medium-rectangle", 300, 250),
    _banner("large-rectangle", 336, 280, source=UPLOADED),
    _banner("leaderboard", 728, 90),
    _banner("billboard", 970, 250, note="IAB allows 250 kB, Google 150 kB."),
    _banner("half-page", 300, 600, source=UPLOADED),
    _banner("skyscraper", 160, 600),
    _banner("narrow-skyscraper", 120, 600, source=UPLOADED),
    _banner("mobile-banner", 320, 50, kilobytes=50, note="IAB allows 50 kB, Google 150 kB."),
    _banner("large-mobile-banner", 320, 100, source=UPLOADED),
    _banner("banner", 468, 60, source=UPLOADED),
    _dv360("large-leaderboard", 970, 90),
    _dv360("portrait", 300, 1050),
    _dv360("interstitial", 320, 480),
    _linkedin("landscape", 1200, 628, "16:9", "left"),
    _linkedin("square", 1200, 1200, "1:1", "left"),
    _linkedin("portrait", 720, 900, "4:5", "top"),
    Placement(
        "linkedin-carousel-card", 1080, 1080, "feed", 30, copy_space="left", platform="LinkedIn",
        max_bytes=10 * MEGABYTE, carousel=True, source=LINKEDIN_CAROUSEL,
    ),
    Placement(
        "tiktok-vertical", 1080, 1920, "story", 34, safe_top=269, safe_bottom=672, safe_left=65,
        safe_right=65, aspect="9:16", copy_space="top", platform="TikTok", source=TIKTOK,
        note="TikTok publishes its safe zone as files that depend on the caption, not as figures: that of "
        "meta-reels stands in for it. No limit of bytes is published for stills of this size.",
    ),
    Placement(
        "pinterest-pin", 1000, 1500, "feed", 28, aspect="4:5", copy_space="top", platform="Pinterest",
        max_bytes=20 * MEGABYTE, carousel=True, source=PINTEREST,
    ),
)  # fmt: skip

PLACEMENTS: Mapping[str, Placement] = MappingProxyType({placement.name: placement for placement in _TABLE})

SMALLEST_SIDE, LARGEST_SIDE = 50, 4096
ALLOWED_SIZES = f'"custom WIDTHxHEIGHT" with sides of {SMALLEST_SIDE} to {LARGEST_SIDE} pixels'
_SIZE = re.compile(r"(?:custom[\s-])?\s*(\d{1,6})\s*[x×]\s*(\d{1,6})", re.IGNORECASE)


def placement(name: str) -> Placement:
    """The placement of that name, or one of any size: "custom 640x360".

    A size of one's own is seen pixel for point up to a phone's width and as a feed picture above it; it has
    neither safe zone nor limit. Raises `ValueError` with what is allowed.
    """
    if name in PLACEMENTS:
        return PLACEMENTS[name]
    match = _SIZE.fullmatch(name.strip())
    sides = [int(side) for side in match.groups()] if match else []
    if not sides or min(sides) < SMALLEST_SIDE or max(sides) > LARGEST_SIDE:
        raise ValueError(f"{', '.join(PLACEMENTS)}, or {ALLOWED_SIZES}")
    width, height = sides
    aspect, copy_space = _nearest(width, height)
    return Placement(
        f"custom-{width}x{height}", width, height, "display",
        round(SMALLEST_POINTS * max(1.0, min(width, height) / PHONE), 1),
        format="PNG" if width >= 3 * height else "JPEG", aspect=aspect, copy_space=copy_space,
        formats=("JPEG", "PNG", "WEBP"),
    )  # fmt: skip
