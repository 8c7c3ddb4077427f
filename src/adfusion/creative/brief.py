"""The brief: what a person writes in YAML, checked strictly at the door."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from PIL import Image
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from adfusion.creative import fields
from adfusion.creative.audience import Row, read_audience
from adfusion.creative.brand.file import BrandSection, brand_of, ensure_letters, set_words
from adfusion.creative.brand.kit import Brand
from adfusion.creative.brand.words import forbidden
from adfusion.creative.concept import ALTERED, Concept
from adfusion.creative.cutout import open_cutout
from adfusion.creative.fields import Content, Value, Version
from adfusion.creative.fonts import FontStack
from adfusion.creative.packs import PACKS, unpacked
from adfusion.creative.placement import PLACEMENTS, Placement, placement
from adfusion.creative.season import Season
from adfusion.creative.section import (
    Distinct,
    File,
    Name,
    Section,
    Words,
    load,
    refuse,
    refuse_words,
    slug,
)
from adfusion.creative.templates import TEMPLATES
from adfusion.errors import UserError


def _placement(value: object) -> str:
    try:
        return placement(value if isinstance(value, str) else "").name
    except ValueError as allowed:
        raise refuse(value, f"{', '.join(PACKS)}, {allowed}") from None


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


def _not_both(value: tuple[Path, ...], info: ValidationInfo) -> tuple[Path, ...]:
    if value and info.data.get("photo"):
        raise refuse(value, "a list where there is no photo")
    return value


def _three_to_five(cards: tuple[Any, ...]) -> tuple[Any, ...]:
    if cards and not FEWEST_CARDS <= len(cards) <= MOST_CARDS:
        raise refuse_words(
            f"{len(cards)} card{'s' * (len(cards) > 1)}", f"{FEWEST_CARDS} to {MOST_CARDS} cards"
        )
    return cards


def _with_photos_of_the_product(cards: tuple["Card", ...], info: ValidationInfo) -> tuple["Card", ...]:
    product = info.data.get("product")
    known = product.photo_files if product else ()
    for card in cards:
        if card.photo and card.photo not in known:
            allowed = ", ".join(path.name for path in known) or "none, since the product has no photo"
            raise refuse(card.photo.name, f"a photo of the product: {allowed}")
    return cards


def _either_copies_or_cards(values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if info.data.get("carousel"):
        if values:
            raise refuse(values, "none beside a carousel, whose cards say it")
    elif not values and info.field_name == "headlines":
        raise refuse(values, "a list with at least one entry, or a carousel")
    return values


def _cards_as_the_brief(segments: tuple["Segment", ...], info: ValidationInfo) -> tuple["Segment", ...]:
    for segment in segments:
        if segment.carousel and not info.data.get("carousel"):
            raise refuse_words(f"a carousel of {segment.name!r}", "one beside a carousel of the brief")
        _with_photos_of_the_product(segment.carousel, info)
    return segments


def _for_cards(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    takers = [name for name, each in PLACEMENTS.items() if each.carousel]
    for name in names:
        if info.data.get("carousel") and name not in takers:
            raise refuse(name, f"for a carousel {', '.join(takers)}")
    return names


def _of_placements(labels: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """By the names of placements; one's own label comes before that of a pack."""
    known: tuple[str, ...] = info.data.get("placements", ())
    found: dict[str, str] = {}
    for name, words in sorted(labels.items(), key=lambda each: each[0] not in PACKS):
        named = [each for each in PACKS.get(name) or (_placement(name),) if each in known]
        if not named:
            raise refuse(name, f"placements of the brief: {', '.join(known)}; or packs of them")
        found |= dict.fromkeys(named, words)
    return found


def _of_words_or_a_start(cards: tuple["Card", ...], info: ValidationInfo) -> tuple["Card", ...]:
    for concept in info.data.get("concepts", ()) if cards else ():
        if other := next((name for name in ALTERED if getattr(concept, name)), None):
            raise refuse_words(f"one beside {other} of {concept.name!r}", f"a carousel or {other}")
    return cards


MOST_PHOTOS = 5
FEWEST_CARDS, MOST_CARDS = 3, 5
SCHEMES = ("primary", "secondary", "background", "accent")
"""Roles of the palette that can be a backdrop, in the order in which they are tried."""
ANY_LAYOUT = "auto"
"""The layout that fits best."""

CopyText = Annotated[Words, AfterValidator(_copy)]
"""Words that may hold fields."""
Copies = Annotated[tuple[CopyText, ...], Distinct]
Locale = Annotated[str, AfterValidator(_locale)]
CopyList = Annotated[Copies, AfterValidator(_either_copies_or_cards)]
Fields = dict[Annotated[str, BeforeValidator(_field_name)], Annotated[Content, BeforeValidator(_content)]]


class ProductSection(Section):
    """What is advertised. Real photos of it, if there are any: one `photo`, or the `photos` of a group that
    stands side by side, from the left; see `cutout` for what they may be.
    """

    name: Words
    photo: File | None = None
    photos: Annotated[tuple[File, ...], Field(max_length=MOST_PHOTOS), AfterValidator(_not_both)] = ()
    rights: Words | None = None
    """By what right the photos are used, and until when, for `adfusion rights`."""

    @property
    def photo_files(self) -> tuple[Path, ...]:
        return (self.photo,) if self.photo else self.photos

    @cached_property
    def cutouts(self) -> tuple[Image.Image, ...]:
        """The products on the photos, RGBA. Raises `UserError` for a photo that cannot be cut out well."""
        if self.photo:
            return (open_cutout(self.photo, "product.photo"),)
        return tuple(open_cutout(path, f"product.photos[{index}]") for index, path in enumerate(self.photos))


class Card(Section):
    """One card of a carousel: its words, and what stands on it."""

    headline: CopyText
    body: CopyText | None = None
    badge: CopyText | None = None
    call_to_action: CopyText | None = None
    subject: Words | None = None
    """What the model draws here. Without it the first card has the concept's own, and others are empty."""
    photo: File | None = None
    """One of the product's photos."""


Carousel = Annotated[tuple[Card, ...], AfterValidator(_three_to_five)]


class Segment(Section):
    """One audience. Words of its own replace the brief's; fields of its own come before the brief's."""

    name: Name
    mood: Words | None = None
    carousel: Carousel = ()
    headlines: Copies = ()
    body: Copies = ()
    badges: Copies = ()
    calls_to_action: Copies = ()
    fields: Fields = Field(default_factory=dict)
    locale: Locale | None = None


class SeasonalCopy(Section):
    """Words that replace all others in a season; those that are left out are as ever."""

    headlines: Copies = ()
    body: Copies = ()
    badges: Copies = ()
    calls_to_action: Copies = ()


class Brief(Section):
    """A campaign in one file.

    Headlines are crossed with everything else; body, badges and calls to action are rotated through (see
    `campaigns.plan`). All four may hold `fields`, which come from the brief, the segment, and the rows of
    `audience`, the later ones first. In place of all four a brief may have a `carousel`.
    """

    brand: Annotated[BrandSection, BeforeValidator(brand_of)]
    product: ProductSection
    concepts: Annotated[tuple[Concept, ...], Field(min_length=1), Distinct]
    carousel: Annotated[
        Carousel, AfterValidator(_with_photos_of_the_product), AfterValidator(_of_words_or_a_start)
    ] = ()
    """Cards that people swipe through, over one backdrop that flows from each to the next."""
    headlines: CopyList = Field(default=(), validate_default=True)
    body: CopyList = ()
    badges: CopyList = ()
    """Prices and offers in few words."""
    calls_to_action: CopyList = ()
    segments: Annotated[
        tuple[Segment, ...], Field(min_length=1), Distinct, AfterValidator(_cards_as_the_brief)
    ]
    placements: Annotated[
        tuple[Annotated[str, BeforeValidator(_placement)], ...],
        BeforeValidator(unpacked),
        Field(min_length=1),
        Distinct,
        AfterValidator(_for_cards),
    ]
    """Names of the placement table, sizes of one's own, and `PACKS` of them."""
    fields: Fields = Field(default_factory=dict)
    locale: Locale = "en"
    label: Words | None = None
    """Set in a free corner of every creative, such as "AI-generated"; see `label`."""
    labels: Annotated[dict[str, Words], AfterValidator(_of_placements)] = Field(default_factory=dict)
    """The label of placements and `PACKS` that have one of their own."""
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
    season: Season | None = None
    """Of every concept that names none of its own."""
    seasons: dict[Season, SeasonalCopy] = Field(default_factory=dict)
    variants: Annotated[int, Field(ge=1, le=100)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    def in_season(self, season: str) -> "Brief":
        """The same with every concept in `season`, whatever it names itself."""
        concepts = tuple(concept.model_copy(update={"season": season}) for concept in self.concepts)
        return self.model_copy(update={"season": season, "concepts": concepts})

    def season_of(self, concept: Concept) -> str | None:
        return concept.season or self.season

    def headlines_for(self, segment: Segment, season: str | None = None) -> tuple[str, ...]:
        return self._in(season).headlines or segment.headlines or self.headlines

    def body_for(self, segment: Segment, season: str | None = None) -> tuple[str, ...]:
        return self._in(season).body or segment.body or self.body

    def badges_for(self, segment: Segment, season: str | None = None) -> tuple[str, ...]:
        return self._in(season).badges or segment.badges or self.badges

    def calls_to_action_for(self, segment: Segment, season: str | None = None) -> tuple[str, ...]:
        return self._in(season).calls_to_action or segment.calls_to_action or self.calls_to_action

    def carousel_for(self, segment: Segment) -> tuple[Card, ...]:
        return segment.carousel or self.carousel

    def _in(self, season: str | None) -> SeasonalCopy:
        return self.seasons.get(season or "", SeasonalCopy())

    def places(self) -> tuple[Placement, ...]:
        label = self.label or ""
        return tuple(replace(placement(name), label=self.labels.get(name, label)) for name in self.placements)

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
    _ = brief.product.cutouts, [(each.picture, each.region, each.liked) for each in brief.concepts]
    ensure_letters(set_words(brand, "brand."), path)
    ensure_letters(_filled_copy(brief, brand, path), path)
    ensure_letters([("label", brief.label or "", brand.text_font)], path)
    ensure_letters([(f"labels.{name}", words, brand.text_font) for name, words in brief.labels.items()], path)
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
    for index, card in enumerate(brief.carousel_for(segment)):
        where = f"{prefix if segment.carousel else ''}carousel[{index}]"
        for name, font in (
            ("headline", brand.headline_font),
            ("body", brand.text_font),
            ("badge", brand.headline_font),
            ("call_to_action", brand.text_font),
        ):
            if text := getattr(card, name):
                yield f"{where}.{name}", text, font
    for name, font in (
        ("headlines", brand.headline_font),
        ("body", brand.text_font),
        ("badges", brand.headline_font),
        ("calls_to_action", brand.text_font),
    ):
        own: tuple[str, ...] = getattr(segment, name)
        for index, text in enumerate(own or getattr(brief, name)):
            yield f"{prefix if own else ''}{name}[{index}]", text, font
        for season, copy in brief.seasons.items():
            for index, text in enumerate(getattr(copy, name)):
                yield f"seasons.{season}.{name}[{index}]", text, font
