"""A brand as the layout needs it: colours by role, type, logo."""

from dataclasses import dataclass, field

from adfusion.creative.artwork import Artwork
from adfusion.creative.fonts import FontStack, installed_font

INK = "#16161a"
PAPER = "#ffffff"


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`. `background` and `text` belong together; `accent` draws the eye to the button."""

    primary: str
    secondary: str
    accent: str
    background: str = PAPER
    text: str = INK


@dataclass(frozen=True)
class Brand:
    """Without a logo, the name is set in its place."""

    name: str
    palette: Palette
    logo: Artwork | None = None
    headline_font: FontStack = field(default_factory=lambda: installed_font("manrope", "display"))
    text_font: FontStack = field(default_factory=lambda: installed_font("manrope", "text"))
    tone: tuple[str, ...] = ()
