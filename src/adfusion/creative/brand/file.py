"""`brand.yaml`, and the `brand:` of a brief: the same fields, checked strictly."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from adfusion.creative.artwork import open_artwork
from adfusion.creative.brand.kit import INK, PAPER, Brand, Palette
from adfusion.creative.brand.words import forbidden
from adfusion.creative.fonts import (
    ALLOWED_FONTS,
    FAMILIES,
    SCRIPTS,
    FontFile,
    FontStack,
    Role,
    installed_font,
    own_font,
    read_font,
)
from adfusion.creative.paragraph import faces
from adfusion.creative.section import Color, File, Name, Section, Words, existing_file, load, refuse
from adfusion.errors import UserError


def _font(value: object, info: ValidationInfo) -> str | Path:
    if isinstance(value, str) and value in FAMILIES:
        return value
    if isinstance(value, str) and "." not in value:
        raise refuse(value, ALLOWED_FONTS)
    return existing_file(value, info)


def _script(value: object) -> object:
    if value not in SCRIPTS:
        raise refuse(value, f"the scripts {', '.join(SCRIPTS)}")
    return value


def _logo(value: object) -> object:
    """A path alone is the usual form."""
    return {"light": value} if isinstance(value, str) else value


Font = Annotated[str | Path, BeforeValidator(_font)]
"""An installed family's name, or a font file."""


class PaletteSection(Section):
    """Colours by role: hex, `oklch(L C H)`, or a name that the scenes know. Only `primary` must be given."""

    primary: Color
    secondary: Color | None = None
    accent: Color | None = None
    background: Color = PAPER
    text: Color = INK

    def open(self) -> Palette:
        return Palette(
            self.primary,
            self.secondary or self.primary,
            self.accent or self.primary,
            self.background,
            self.text,
        )


class LogoSection(Section):
    """The logo's forms: `light` stands on light grounds, `dark` on dark ones."""

    light: File | None = None
    dark: File | None = None
    clear_space: Annotated[float, Field(ge=0, le=2)] = 0.25
    """What stays free around it, as a share of its height."""
    smallest_width: Annotated[float, Field(ge=0, le=2000)] = 0.0
    """In pixels of a placement."""

    @model_validator(mode="after")
    def _has_a_form(self) -> Self:
        if self.light is None and self.dark is None:
            raise refuse(None, "a file as light (for light grounds) or dark, or both")
        return self


class WeightsSection(Section):
    """OpenType weights, 100 to 900, of installed families; a font file has its own."""

    headline: int | None = None
    text: int | None = None


class FontsSection(Section):
    """The faces; `fallbacks` name, by script, who sets the letters that these lack, asked in this order."""

    headline: Font = "manrope"
    text: Font = "manrope"
    weights: WeightsSection = WeightsSection()
    fallbacks: dict[Annotated[str, BeforeValidator(_script)], Font] = Field(default_factory=dict)

    @field_validator("weights")
    @classmethod
    def _are_there(cls, weights: WeightsSection, info: ValidationInfo) -> WeightsSection:
        for role, weight in weights:
            font = info.data.get(role)
            if weight is None or font is None:
                continue
            known = FAMILIES[font].weights if isinstance(font, str) else {}
            if weight not in known:
                words = ", ".join(map(str, known)) if known else "none, a font file has its own weight"
                raise refuse({role: weight}, f"as {role} {words}")
        return weights

    def stack(self, role: Role, where: str) -> FontStack:
        """The faces of headlines (`display`) or of `text`. Raises `UserError` for a file that is no font."""
        font, weight = (
            (self.headline, self.weights.headline) if role == "display" else (self.text, self.weights.text)
        )
        fallbacks = tuple(
            self._fallback(script, role, f"{where}.fallbacks.{script}") for script in self.fallbacks
        )
        if isinstance(font, str):
            return installed_font(font, role, weight, fallbacks)
        return own_font(font, f"{where}.{'headline' if role == 'display' else 'text'}", fallbacks)

    def _fallback(self, script: str, role: Role, where: str) -> FontFile:
        font = self.fallbacks[script]
        return installed_font(font, role).files[0] if isinstance(font, str) else read_font(font, where)


class BrandSection(Section):
    """Who advertises."""

    name: Name
    logo: Annotated[LogoSection | None, BeforeValidator(_logo)] = None
    palette: PaletteSection
    fonts: FontsSection = FontsSection()
    tone: tuple[Words, ...] = ()
    never: tuple[Words, ...] = ()
    """Words that no copy may hold, whatever their case and accents."""
    legal: Words | None = None
    """The line that every creative must show."""
    corner: Annotated[float, Field(ge=0, le=0.5)] = 0.28
    """Radius of buttons, badges and panels as a share of their height."""
    button: Literal["filled", "outline"] = "filled"

    @field_validator("legal")
    @classmethod
    def _keeps_the_brands_word(cls, legal: str | None, info: ValidationInfo) -> str | None:
        for words in forbidden(legal or "", info.data.get("never", ())):
            raise refuse(legal, f"a line without {words!r}, which the brand never uses")
        return legal

    def open(self, where: str = "brand.") -> Brand:
        """The brand with its files read; `where` begins the names of fields in errors.

        Raises `UserError` if a file is not what it should be.
        """
        logo = self.logo or LogoSection.model_construct()
        light, dark = (
            open_artwork(file, f"{where}logo") if file else None for file in (logo.light, logo.dark)
        )
        return Brand(
            name=self.name,
            palette=self.palette.open(),
            logo=light or dark,
            logo_on_dark=dark,
            clear_space=logo.clear_space,
            smallest_logo=logo.smallest_width,
            headline_font=self.fonts.stack("display", f"{where}fonts"),
            text_font=self.fonts.stack("text", f"{where}fonts"),
            scripts=tuple(self.fonts.fallbacks),
            tone=self.tone,
            never=self.never,
            legal=self.legal or "",
            corner=self.corner,
            button=self.button,
        )


def load_brand(path: Path) -> BrandSection:
    """Read and check a brand and every file it names. Raises `UserError`, one line, for the first mistake."""
    section = load(BrandSection, path, "brand")
    ensure_letters(set_words(section.open("")), path)
    return section


def set_words(brand: Brand, where: str = "") -> Iterator[tuple[str, str, FontStack]]:
    """The brand's own words that are set in type: field, words, font."""
    if brand.logo is None:
        yield f"{where}name", brand.name, brand.headline_font
    if brand.legal:
        yield f"{where}legal", brand.legal, brand.text_font


def ensure_letters(set_in_type: Iterable[tuple[str, str, FontStack]], path: Path) -> None:
    """Raise `UserError`, naming the field of the file at `path`, for a character that no font has."""
    for field, words, font in set_in_type:
        try:
            faces(words, font)
        except UserError as error:
            raise UserError(f"{path}: {field}: {error}") from None


def brand_of(value: Any, info: ValidationInfo) -> Any:
    """A brief's `brand:` may be the path of a brand.yaml."""
    if not isinstance(value, str):
        return value
    path = Path((info.context or {}).get("folder", "."), value)
    if not path.is_file():
        raise refuse(value, f"fields, or an existing brand file, relative to {path.parent}")
    return load_brand(path)
