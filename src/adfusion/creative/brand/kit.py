"""A brand as the layout needs it: colours by role, type, logo."""

from dataclasses import asdict, dataclass, field
from typing import Literal

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

    @property
    def roles(self) -> dict[str, str]:
        """Colours by role, the leading one first."""
        return asdict(self)


@dataclass(frozen=True)
class Brand:
    """Without a logo, the name is set in its place."""

    name: str
    palette: Palette
    logo: Artwork | None = None
    """The usual form, for light grounds."""
    logo_on_dark: Artwork | None = None
    """The form for dark grounds, if the brand has one."""
    clear_space: float = 0.25
    """What stays free around the logo, as a share of its height."""
    smallest_logo: float = 0.0
    """Smallest width of the logo, in pixels of the placement."""
    headline_font: FontStack = field(default_factory=lambda: installed_font("manrope", "display"))
    text_font: FontStack = field(default_factory=lambda: installed_font("manrope", "text"))
    scripts: tuple[str, ...] = ()
    """Scripts beside Latin in which it speaks; see `fonts.SCRIPTS`."""
    tone: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    """Words that no copy may hold; see `brand.words`."""
    legal: str = ""
    """The line that every creative must show."""
    corner: float = 0.28
    """Radius of buttons, badges and panels as a share of their height: 0 is square, 0.5 is round."""
    button: Literal["filled", "outline"] = "filled"
