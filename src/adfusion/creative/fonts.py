"""Fonts: a brand's own files first, open ones from installed packages, DejaVu behind for other scripts."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from PIL import ImageFont

from adfusion.errors import UserError

Role = Literal["display", "text"]
"""`display` is for headlines, `text` for small words such as a button's."""

MAX_FONT_BYTES = 30_000_000


@dataclass(frozen=True)
class FontFile:
    """One face on disk, as other programs know it. `weight` is OpenType's, 100 to 900."""

    path: Path
    family: str
    weight: int


@dataclass(frozen=True)
class FontStack:
    """A face and the faces that are asked, in order, for characters it lacks."""

    files: tuple[FontFile, ...]
    generic: Literal["sans-serif", "serif"] = "sans-serif"

    @property
    def weight(self) -> int:
        return self.files[0].weight

    @property
    def families(self) -> tuple[str, ...]:
        """Family names without repetition, the generic one last, as CSS wants them."""
        return (*dict.fromkeys(file.family for file in self.files), self.generic)


@dataclass(frozen=True)
class _Family:
    name: str
    package: str
    display: tuple[str, int]
    text: tuple[str, int]
    generic: Literal["sans-serif", "serif"] = "sans-serif"


FAMILIES: dict[str, _Family] = {
    "manrope": _Family("Manrope", "font_manrope", ("Manrope-ExtraBold.ttf", 800), ("Manrope-Bold.ttf", 700)),
    "roboto": _Family("Roboto", "font_roboto", ("Roboto-Bold.ttf", 700), ("Roboto-Medium.ttf", 500)),
    "source-sans-pro": _Family(
        "Source Sans Pro",
        "font_source_sans_pro",
        ("SourceSansPro-Bold.ttf", 700),
        ("SourceSansPro-Semibold.ttf", 600),
    ),
    "source-serif-pro": _Family(
        "Source Serif Pro",
        "font_source_serif_pro",
        ("SourceSerifPro-Bold.ttf", 700),
        ("SourceSerifPro-Semibold.ttf", 600),
        "serif",
    ),
}
"""Installed families, by the name a brief uses."""

ALLOWED_FONTS = f"one of {', '.join(FAMILIES)}, or a .ttf or .otf file"


def _package_folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"fonts: the package {package.replace('_', '-')} is not installed; install adfusion again"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _dejavu(generic: str) -> tuple[FontFile, ...]:
    folder = _package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"
    sans = FontFile(folder / "DejaVuSans-Bold.ttf", "DejaVu Sans", 700)
    serif = FontFile(folder / "DejaVuSerif-Bold.ttf", "DejaVu Serif", 700)
    return (serif, sans) if generic == "serif" else (sans,)


def installed_font(name: str, role: Role) -> FontStack:
    """The stack of an installed family. Raises `KeyError` if `name` is not in `FAMILIES`."""
    family = FAMILIES[name]
    file, weight = family.display if role == "display" else family.text
    first = FontFile(_package_folder(family.package) / "files" / file, family.name, weight)
    return FontStack((first, *_dejavu(family.generic)), family.generic)


def own_font(path: Path, where: str = "font") -> FontStack:
    """The stack of a brand's own font file, with Manrope and DejaVu behind it.

    Raises `UserError` if it is missing or not a TrueType or OpenType font.
    """
    if not path.is_file():
        raise UserError(f"{path}: {where}: found no such file; allowed: {ALLOWED_FONTS}")
    try:
        if path.suffix.lower() not in (".ttf", ".otf") or path.stat().st_size > MAX_FONT_BYTES:
            raise OSError
        family, style = ImageFont.truetype(path, 16).getname()
    except (OSError, ValueError):
        raise UserError(
            f"{path}: {where}: found a file that is not a font; allowed: {ALLOWED_FONTS}"
        ) from None
    behind = installed_font("manrope", "display").files
    return FontStack((FontFile(path, family or path.stem, _weight(style or "")), *behind))


def _weight(style: str) -> int:
    """OpenType weight from a style name such as "SemiBold Italic"."""
    word = re.sub(r"[^a-z]", "", style.lower())
    names = {
        "extralight": 200, "ultralight": 200, "thin": 100, "semilight": 300, "light": 300, "medium": 500,
        "semibold": 600, "demibold": 600, "extrabold": 800, "ultrabold": 800, "bold": 700, "black": 900,
        "heavy": 900,
    }  # fmt: skip
    return next((weight for name, weight in names.items() if name in word), 400)
