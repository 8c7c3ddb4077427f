"""Where an ad appears: exact size, what must stay free, how small text may be, which file it becomes.

Sizes and safe zones, as published by the platforms:
- Meta: Ads Guide (feed 1:1 and 4:5, stories 9:16), and Business Help on stories: about 14 % of the top
  (250 px) and 20 % of the bottom (340 px) stay free from text and logos, for profile and call to action.
- Google: responsive display ads, landscape image 1.91:1, 1200×628 recommended, at most 5 MB.
- IAB: New Standard Ad Unit Portfolio, display: 150 kB of initial load is the common limit.

A 1080-pixel-wide feed picture is seen about 390 points wide on a phone, so 30 of its pixels are 11 points,
the smallest text of Apple's Human Interface Guidelines. Display banners are seen pixel for point.
"""

from dataclasses import dataclass
from typing import Literal

CopySpace = Literal["left", "right", "top", "centre"]
Kind = Literal["feed", "story", "display"]


@dataclass(frozen=True)
class Placement:
    """One slot. Lengths in pixels; the safe insets are kept free of text, button and logo."""

    name: str
    width: int
    height: int
    kind: Kind
    min_text: float
    format: Literal["JPEG", "PNG"] = "JPEG"
    safe_top: int = 0
    safe_bottom: int = 0
    aspect: Literal["1:1", "4:5", "9:16", "16:9"] = "1:1"
    """Shape of the picture that suits it best; few shapes serve all, so that pictures are reused."""
    copy_space: CopySpace = "centre"
    """Where that picture had best be empty."""

    @property
    def suffix(self) -> str:
        return ".jpg" if self.format == "JPEG" else ".png"


PLACEMENTS: dict[str, Placement] = {
    placement.name: placement
    for placement in (
        Placement("meta-feed-square", 1080, 1080, "feed", 30, aspect="1:1", copy_space="left"),
        Placement("meta-feed-portrait", 1080, 1350, "feed", 30, aspect="4:5", copy_space="top"),
        Placement(
            "meta-story",
            1080,
            1920,
            "story",
            34,
            safe_top=269,
            safe_bottom=384,
            aspect="9:16",
            copy_space="top",
        ),
        Placement("google-landscape", 1200, 628, "display", 22, aspect="16:9", copy_space="left"),
        Placement("iab-medium-rectangle", 300, 250, "display", 11, aspect="16:9", copy_space="left"),
        Placement("iab-leaderboard", 728, 90, "display", 11, format="PNG", aspect="16:9", copy_space="left"),
        Placement("iab-skyscraper", 160, 600, "display", 11, aspect="9:16", copy_space="top"),
    )
}
