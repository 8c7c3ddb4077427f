"""The brief: what a person writes in YAML, checked strictly at the door."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated

from PIL import Image
from pydantic import AfterValidator, BeforeValidator, Field

from adfusion.creative import fields
from adfusion.creative.audience import Row, read_audience
from adfusion.creative.brand.file import BrandSection, brand_of, ensure_letters, set_words
from adfusion.creative.brand.kit import Brand
from adfusion.creative.brand.words import forbidden
from adfusion.creative.fields import Content, Value, Version
from adfusion.creative.fonts import FontStack
from adfusion.creative.images import open_image
from adfusion.creative.placement import Placement, placement
from adfusion.creative.section import Distinct, File, Name, Section, Words, load, refuse, slug
from adfusion.creative.templates import TEMPLATES
from adfusion.errors import UserError


def _placement(value: object) -> str:
    try:
        return placement(value if isinstance(value, str) else "").name
    except ValueError as allowed:
        raise refuse(value, str(allowed)) from None


def _scheme(value: object) -> object:
    if value not in SCHEMES:
        raise refuse(value, ", ".join(SCHEMES))
    return value


def _layout(value: object) -> object:
    if value not in (ANY_LAYOUT, *TEMPLATES):
        raise refuse(value, ", ".join((ANY_LAYOUT, *TEMPLATES)))
    return value


def _copy(value: str) -> str:
    try:
        fields.parse(value)
    except ValueError as allowed:
        raise refuse(value, str(allowed)) from None
    return value


def _locale(value: str) -> str:
    try:
        return fields.parse_locale(value)
    except ValueError as allowed:
        raise refuse(value, str(allowed)) from None


def _field_name(value: object) -> str:
    if not isinstance(value, str) or not fields.NAME.fullmatch(value):
        raise refuse(value, "a name of letters, digits and _, such as first_name")
    return value


def _content(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, Content):
        raise refuse(value, "text, a number or a date")
    return value


SCHEMES = ("primary", "secondary", "background", "accent")
"""Roles of the palette that can be a backdrop, in the order in which they are tried."""
ANY_LAYOUT = "auto"
"""The layout that fits best."""

CopyText = Annotated[Words, AfterValidator(_copy)]
"""Words that may hold fields."""
Copies = Annotated[tuple[CopyText, ...], Distinct]
Locale = Annotated[str, AfterValidator(_locale)]
Fields = dict[Annotated[str, BeforeValidator(_field_name)], Annotated[Content, BeforeValidator(_content)]]


class ProductSection(Section):
    """What is advertised; `photo` is a cut-out with transparency."""

    name: Words
    photo: File | None = None

    def open_photo(self) -> Image.Image | None:
        """The cut-out, RGBA, cropped to what can be seen. Raises `UserError` if it has no transparency."""
        if self.photo is None:
            return None
        image = open_image(self.photo, "product.photo")
        seen = image.getchannel("A").getbbox() if image.mode == "RGBA" else None
        if seen is None or image.getchannel("A").getextrema()[0] == 255:
            raise UserError(
                f"{self.photo}: product.photo: found a picture without transparency around a product; "
                "allowed: a PNG or WEBP of the product cut out"
            )
        return image.crop(seen)


class Concept(Section):
    """One idea for the picture."""

    name: Name
    prompt: Words


class Segment(Section):
    """One audience. Words of its own replace the brief's; fields of its own come before the brief's."""

    name: Name
    mood: Words | None = None
    headlines: Copies = ()
    body: Copies = ()
    badges: Copies = ()
    calls_to_action: Copies = ()
    fields: Fields = Field(default_factory=dict)
    locale: Locale | None = None


class Brief(Section):
    """A campaign in one file.

    Headlines are crossed with everything else; body, badges and calls to action are rotated through (see
    `campaigns.plan`). All four may hold `fields`, which come from the brief, the segment, and the rows of
    `audience`, the later ones first.
    """

    brand: Annotated[BrandSection, BeforeValidator(brand_of)]
    product: ProductSection
    concepts: Annotated[tuple[Concept, ...], Field(min_length=1), Distinct]
    headlines: Annotated[Copies, Field(min_length=1)]
    body: Copies = ()
    badges: Copies = ()
    """Prices and offers in few words."""
    calls_to_action: Copies = ()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1), Distinct]
    placements: Annotated[
        tuple[Annotated[str, BeforeValidator(_placement)], ...], Field(min_length=1), Distinct
    ]
    fields: Fields = Field(default_factory=dict)
    locale: Locale = "en"
    audience: File | None = None
    """A CSV file of personal versions; see `audience`."""
    color_schemes: Annotated[
        tuple[Annotated[str, BeforeValidator(_scheme)], ...], Field(min_length=1), Distinct
    ] = ("primary",)
    """Roles of the palette that take turns as the backdrop, where a concept names none."""
    layouts: Annotated[
        tuple[Annotated[str, BeforeValidator(_layout)], ...], Field(min_length=1), Distinct
    ] = (ANY_LAYOUT,)
    """Templates to compare; each must suit every placement."""
    variants: Annotated[int, Field(ge=1, le=100)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    def headlines_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.headlines or self.headlines

    def body_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.body or self.body

    def badges_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.badges or self.badges

    def calls_to_action_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.calls_to_action or self.calls_to_action

    def places(self) -> tuple[Placement, ...]:
        return tuple(placement(name) for name in self.placements)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The audience, empty without one. Raises `UserError` for a mistake in its file."""
        names = [segment.name for segment in self.segments]
        return read_audience(self.audience, names) if self.audience else ()

    def versions(self, segment: Segment) -> Iterator[Version]:
        """One for each row of the audience that is for this segment; for everybody if there is none."""
        locale = segment.locale or self.locale
        shared = _values(self.fields, "", self.locale)
        shared |= _values(segment.fields, f"segments[{self.segments.index(segment)}].", locale)
        rows = [row for row in self.rows if row.segment in (None, slug(segment.name))]
        for row in rows:
            own = row.locale or locale
            yield Version(row.id, own, shared | row.values(own))
        if not rows:
            yield Version("", locale, shared)


def _values(content: Fields, prefix: str, locale: str) -> dict[str, Value]:
    return {name: Value(value, f"{prefix}fields.{name}", locale) for name, value in content.items()}


def load_brief(path: Path) -> Brief:
    """Read and check a brief and every file it names, and fill in all copy once.

    Raises `UserError`, one line, for the first mistake.
    """
    path = Path(path)
    brief = load(Brief, path, "brief")
    brand = brief.brand.open()
    brief.product.open_photo()
    ensure_letters(set_words(brand, "brand."), path)
    ensure_letters(_filled_copy(brief, brand, path), path)
    return brief


def _filled_copy(brief: Brief, brand: Brand, path: Path) -> Iterator[tuple[str, str, FontStack]]:
    """All copy as it will be set, each once: field, words, font."""
    seen: set[tuple[str, str]] = set()
    for index, segment in enumerate(brief.segments):
        copies = list(_copies(brief, segment, f"segments[{index}].", brand))
        for version in brief.versions(segment):
            for where, text, font in copies:
                try:
                    words = version.fill(text)
                except ValueError as error:
                    raise UserError(f"{path}: {where}: {error}") from None
                if (where, words) in seen:
                    continue
                seen.add((where, words))
                for never in forbidden(words, brand.never):
                    raise UserError(
                        f"{path}: {where}: found {words!r}; allowed: copy without {never!r}, which the brand "
                        "never uses"
                    )
                yield where, words, font


def _copies(
    brief: Brief, segment: Segment, prefix: str, brand: Brand
) -> Iterator[tuple[str, str, FontStack]]:
    """What a segment's ads say, before fields are filled: field, words, font."""
    for name, font in (
        ("headlines", brand.headline_font),
        ("body", brand.text_font),
        ("badges", brand.headline_font),
        ("calls_to_action", brand.text_font),
    ):
        own: tuple[str, ...] = getattr(segment, name)
        for index, text in enumerate(own or getattr(brief, name)):
            yield f"{prefix if own else ''}{name}[{index}]", text, font
