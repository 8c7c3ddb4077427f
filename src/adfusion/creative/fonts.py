"""Fonts: a brand's own files first, open ones from installed packages, DejaVu behind for other scripts, Noto
Emoji behind for emoji.

Noto Emoji comes as an npm package, which pip does not install, so it lies in `fonts_data`: Bold 3.006 of
@fontsource/noto-emoji 5.3.2, unpacked from WOFF. It has one colour, the text's, so that contrast holds for
emoji as for letters, and SVG, PDF and HTML5 keep them as text.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
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
    chosen: int = 1
    """How many of the files, from the first, somebody chose; the others are last resorts."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Fonts are part of the key of everything that is measured, many thousand times for one ad."""
        return hash((self.files, self.generic, self.chosen))

    @property
    def weight(self) -> int:
        return self.files[0].weight

    @property
    def families(self) -> tuple[str, ...]:
        """Family names without repetition, the generic one last, as CSS wants them."""
        return self.asked(emoji=False)

    def asked(self, emoji: bool) -> tuple[str, ...]:
        """`families` in the order in which they are asked."""
        return (*dict.fromkeys(self.files[index].family for index in self.order(emoji)), self.generic)

    def order(self, emoji: bool) -> tuple[int, ...]:
        """The files by index, in the order in which they are asked: for emoji, theirs before last resorts."""
        indices = range(len(self.files))
        if not emoji:
            return tuple(indices)
        return tuple(sorted(indices, key=lambda i: i >= self.chosen and self.files[i].family != EMOJI.name))


@dataclass(frozen=True)
class _Family:
    name: str
    package: str
    display: int
    """Weight of headlines, unless a brand says otherwise."""
    text: int
    generic: Literal["sans-serif", "serif"] = "sans-serif"
    folder: str = "files"

    @property
    def weights(self) -> dict[int, FontFile]:
        """The upright faces, by weight."""
        prefix = self.name.replace(" ", "")
        faces = {}
        for path in sorted((_package_folder(self.package) / self.folder).glob(f"{prefix}*.ttf")):
            style = path.stem.removeprefix(prefix).removeprefix("-").lower() or "regular"
            if style in WEIGHTS:
                faces[WEIGHTS[style]] = FontFile(path, self.name, WEIGHTS[style])
        return dict(sorted(faces.items()))


WEIGHTS = {
    "thin": 100, "extralight": 200, "ultralight": 200, "light": 300, "semilight": 300, "regular": 400,
    "medium": 500, "semibold": 600, "demibold": 600, "bold": 700, "extrabold": 800, "ultrabold": 800,
    "black": 900, "heavy": 900,
}  # fmt: skip
"""OpenType weights by the names of styles."""

FAMILIES: dict[str, _Family] = {
    "manrope": _Family("Manrope", "font_manrope", 800, 700),
    "roboto": _Family("Roboto", "font_roboto", 700, 500),
    "source-sans-pro": _Family("Source Sans Pro", "font_source_sans_pro", 700, 600),
    "source-serif-pro": _Family("Source Serif Pro", "font_source_serif_pro", 700, 600, "serif"),
    "dejavu-sans": _Family("DejaVu Sans", "matplotlib", 700, 700, folder="mpl-data/fonts/ttf"),
    "dejavu-serif": _Family("DejaVu Serif", "matplotlib", 700, 700, "serif", "mpl-data/fonts/ttf"),
}
"""Installed families, by the name a brief uses."""

EMOJI = _Family("Noto Emoji", "adfusion", 700, 700, folder="creative/fonts_data")
"""Google's, under the SIL Open Font License 1.1 that lies beside it."""

ALLOWED_FONTS = f"one of {', '.join(FAMILIES)}, or a .ttf or .otf file"

SCRIPTS: dict[str, str] = {
    "latin": "A-Z a-z À-Ö Ø-ö ø-ē Ė-ě Ğ-ģ Ħ-ħ Ī-ī Į-ı Ķ-ķ Ĺ-ľ Ł-ň Ő-ŕ Ř-ś Ş-ť Ū-ū Ů-ž Ș-ț",
    "greek": "Α-Ρ Σ-Ϋ α-ώ Ά Έ-Ί Ό Ύ-ΐ ά-ΰ",
    "cyrillic": "А-я Ѐ-Џ ѐ-џ Ґ-ґ",
    "arabic": "ا-غ ف-ي ء-ئ",
    "hebrew": "א-ת",
    "armenian": "Ա-Ֆ ա-և",
    "georgian": "ა-ჰ",
    "devanagari": "अ-ऋ ए-ऑ ओ-न प-र ल ळ व-ह",
    "thai": "ก-ฮ",
    "hiragana": "ぁ-ん",
    "katakana": "ァ-ヶ",
    "hangul": "가-힣",
}
"""The letters that copy in a script is made of, as single ones and ranges; the alphabet's own come first."""


def letters(script: str) -> str:
    """The letters of one of `SCRIPTS`, which a font for it must have."""
    parts = (part.partition("-") for part in SCRIPTS[script].split())
    ranges = (range(ord(first), ord(last or first) + 1) for first, _, last in parts)
    return "".join(chr(code) for codes in ranges for code in codes)


@cache
def _package_folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"fonts: the package {package.replace('_', '-')} is not installed; install adfusion again"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def installed_font(
    name: str, role: Role, weight: int | None = None, fallbacks: tuple[FontFile, ...] = ()
) -> FontStack:
    """The stack of an installed family: its face of this weight (by default the family's own for the role),
    then `fallbacks`, DejaVu and the emoji.

    Raises `KeyError` if `name` is not in `FAMILIES` or the family has no such weight.
    """
    family = FAMILIES[name]
    usual = family.display if role == "display" else family.text
    return _stack(family.weights[usual if weight is None else weight], fallbacks, family.generic)


def own_font(path: Path, where: str = "font", fallbacks: tuple[FontFile, ...] = ()) -> FontStack:
    """The stack of a brand's own font file, with `fallbacks`, Manrope, DejaVu and the emoji behind it.

    Raises `UserError` if it is missing or not a TrueType or OpenType font.
    """
    return _stack(read_font(path, where), fallbacks, "sans-serif", ("manrope",))


def _stack(
    first: FontFile,
    fallbacks: tuple[FontFile, ...],
    generic: Literal["sans-serif", "serif"],
    before: tuple[str, ...] = (),
) -> FontStack:
    last = (*before, "dejavu-serif", "dejavu-sans") if generic == "serif" else (*before, "dejavu-sans")
    families = (*(FAMILIES[name] for name in last), EMOJI)
    behind = (family.weights[family.display] for family in families)
    chosen = dict.fromkeys((first, *fallbacks))
    return FontStack(tuple(dict.fromkeys((*chosen, *behind))), generic, len(chosen))


def read_font(path: Path, where: str = "font") -> FontFile:
    """A font file's family and weight. Raises `UserError` if it is missing or not TrueType or OpenType."""
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
    return FontFile(path, family or path.stem, _weight(style or ""))


def _weight(style: str) -> int:
    """OpenType weight from a style name such as "SemiBold Italic"."""
    word = re.sub(r"[^a-z]", "", style.lower())
    named = (name for name in sorted(WEIGHTS, key=len, reverse=True) if name in word)
    return WEIGHTS[next(named, "regular")]
