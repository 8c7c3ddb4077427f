"""The brief: what a person writes in YAML, checked strictly at the door.

Paths are relative to the brief's own folder. Every mistake is one line: file, field, found, allowed.
"""

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from PIL import Image
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from adfusion.creative import wording
from adfusion.creative.artwork import open_artwork
from adfusion.creative.brand import INK, PAPER, Brand, Palette
from adfusion.creative.colors import ALLOWED_COLORS, parse_color
from adfusion.creative.fonts import ALLOWED_FONTS, FAMILIES, FontStack, Role, installed_font, own_font
from adfusion.creative.images import open_image
from adfusion.creative.paragraph import faces
from adfusion.creative.placement import PLACEMENTS, Placement
from adfusion.errors import UserError

MAX_BYTES = 1_000_000
MAX_NAME = 60


def slug(name: str) -> str:
    """A name as part of a file name: lower case, words joined by hyphens, letters of any script."""
    return re.sub(r"[^\w]+|_+", "-", name.casefold()).strip("-")


def _refuse(found: object, allowed: str) -> PydanticCustomError:
    return PydanticCustomError("brief", "{allowed}", {"allowed": allowed, "found": _shown(found)})


def _words(value: str) -> str:
    try:
        return wording.clean(value)
    except ValueError as error:
        raise _refuse(
            value, f"printable text of 1 to {wording.MAX_CHARACTERS} characters ({error})"
        ) from None


def _name(value: str) -> str:
    value = _words(value)
    if len(value) > MAX_NAME or not slug(value):
        raise _refuse(value, f"a name of 1 to {MAX_NAME} characters with a letter or digit in it")
    return value


def _color(value: object) -> str:
    try:
        return parse_color(value if isinstance(value, str) else "")
    except ValueError:
        raise _refuse(value, ALLOWED_COLORS) from None


def _placement(value: object) -> str:
    if not isinstance(value, str) or value not in PLACEMENTS:
        raise _refuse(value, ", ".join(PLACEMENTS))
    return value


def _font(value: str, info: ValidationInfo) -> str:
    if value in FAMILIES:
        return value
    if "." not in value:
        raise _refuse(value, ALLOWED_FONTS)
    return str(_file(value, info))


def _file(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise _refuse(value, "the path of a file")
    path = Path((info.context or {}).get("folder", "."), value)
    if not path.is_file():
        raise _refuse(value, f"an existing file, relative to {path.parent}")
    return path


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Names are used in file names, so two may not become the same one."""
    seen: dict[str, str] = {}
    for value in values:
        name = value if isinstance(value, str) else value.name
        key = name if isinstance(value, str) else slug(name)
        if key in seen:
            raise _refuse(name, f"each one once (it is too like {seen[key]!r})")
        seen[key] = name
    return values


Words = Annotated[str, AfterValidator(_words)]
Name = Annotated[str, AfterValidator(_name)]
Color = Annotated[str, BeforeValidator(_color)]
Font = Annotated[str, AfterValidator(_font)]
File = Annotated[Path, BeforeValidator(_file)]
Distinct = AfterValidator(_distinct)


class Section(BaseModel):
    """Part of a brief. Unknown fields are errors, and values are not guessed from other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    known = ", ".join(cls.model_fields)
                    raise PydanticCustomError(
                        "unknown_field", "{allowed}", {"allowed": f"the fields {known}", "key": str(key)}
                    )
            return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        return data


class PaletteSection(Section):
    """Colours by role, in hex or as a name that the scenes know. Only `primary` must be given."""

    primary: Color
    secondary: Color | None = None
    accent: Color | None = None
    background: Color = PAPER
    text: Color = INK


class FontsSection(Section):
    """An installed family's name, or a font file."""

    headline: Font = "manrope"
    text: Font = "manrope"


class BrandSection(Section):
    """Who advertises."""

    name: Name
    logo: File | None = None
    palette: PaletteSection
    fonts: FontsSection = FontsSection()
    tone: tuple[Words, ...] = ()

    def open(self) -> Brand:
        """The brand with its files read. Raises `UserError` if one of them is not what it should be."""
        palette = self.palette
        secondary = palette.secondary or palette.primary
        return Brand(
            name=self.name,
            palette=Palette(
                palette.primary,
                secondary,
                palette.accent or palette.primary,
                palette.background,
                palette.text,
            ),
            logo=open_artwork(self.logo, "brand.logo") if self.logo else None,
            headline_font=_stack(self.fonts.headline, "display", "brand.fonts.headline"),
            text_font=_stack(self.fonts.text, "text", "brand.fonts.text"),
            tone=self.tone,
        )


def _stack(font: str, role: Role, where: str) -> FontStack:
    return installed_font(font, role) if font in FAMILIES else own_font(Path(font), where)


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
    """One audience. Headlines and calls to action of its own replace the brief's."""

    name: Name
    mood: Words | None = None
    headlines: tuple[Words, ...] = ()
    calls_to_action: tuple[Words, ...] = ()


class Brief(Section):
    """A campaign in one file."""

    brand: BrandSection
    product: ProductSection
    concepts: Annotated[tuple[Concept, ...], Field(min_length=1), Distinct]
    headlines: Annotated[tuple[Words, ...], Field(min_length=1), Distinct]
    calls_to_action: Annotated[tuple[Words, ...], Distinct] = ()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1), Distinct]
    placements: Annotated[
        tuple[Annotated[str, BeforeValidator(_placement)], ...], Field(min_length=1), Distinct
    ]
    variants: Annotated[int, Field(ge=1, le=100)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    def headlines_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.headlines or self.headlines

    def calls_to_action_for(self, segment: Segment) -> tuple[str, ...]:
        return segment.calls_to_action or self.calls_to_action

    def places(self) -> tuple[Placement, ...]:
        return tuple(PLACEMENTS[name] for name in self.placements)


def load_brief(path: Path) -> Brief:
    """Read and check a brief and every file it names.

    Raises `UserError`, one line, for the first mistake.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: found {path.stat().st_size} bytes; allowed: at most {MAX_BYTES}")
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "found text that is not UTF-8"
        raise UserError(f"{path}: cannot read the brief: {reason}") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{path}: {line}not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())[:120]}") from None
    if not isinstance(data, dict):
        raise UserError(f"{path}: found {_shown(data)}; allowed: the fields {', '.join(Brief.model_fields)}")
    try:
        brief = Brief.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise UserError(_one_line(path, error)) from None
    brand = brief.brand.open()
    brief.product.open_photo()
    for where, words, font in _all_words(brief, brand):
        try:
            faces(words, font)
        except UserError as error:
            raise UserError(f"{path}: {where}: {error}") from None
    return brief


def _all_words(brief: Brief, brand: Brand) -> Iterator[tuple[str, str, FontStack]]:
    """Everything that will be set in type: field, words, font."""
    if brand.logo is None:
        yield "brand.name", brand.name, brand.headline_font
    sources: list[tuple[str, Brief | Segment]] = [("", brief)]
    sources += [(f"segments[{index}].", segment) for index, segment in enumerate(brief.segments)]
    for prefix, source in sources:
        for index, words in enumerate(source.headlines):
            yield f"{prefix}headlines[{index}]", words, brand.headline_font
        for index, words in enumerate(source.calls_to_action):
            yield f"{prefix}calls_to_action[{index}]", words, brand.text_font


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key given twice is an error rather than silently the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the field {key.value!r} is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep)


ALLOWED_BY_TYPE = {
    "missing": "this field is required",
    "string_type": "text (numbers and yes/no in quotes)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "tuple_type": "a list",
    "too_short": "a list with at least one entry",
    "model_type": "fields, one on each line",
    "model_attributes_type": "fields, one on each line",
}


def _one_line(path: Path, error: ValidationError) -> str:
    first: ErrorDetails = error.errors()[0]
    context = first.get("ctx", {})
    location = list(first["loc"])
    if first["type"] == "unknown_field":
        location.append(context["key"])
    where = ""
    for part in location:
        where += f"[{part}]" if isinstance(part, int) else f".{part}"
    if first["type"] == "unknown_field":
        found = "an unknown field"
    elif first["type"] == "missing":
        found = "nothing"
    else:
        found = context.get("found") or _shown(first["input"])
    allowed = context.get("allowed") or ALLOWED_BY_TYPE.get(first["type"])
    allowed = allowed or first["msg"].removeprefix("Input should be ")
    return f"{path}: {where.lstrip('.')}: found {found}; allowed: {allowed}"


def _shown(value: object) -> str:
    """A value, short and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "…'"
