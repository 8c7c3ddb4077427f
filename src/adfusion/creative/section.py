"""Files that a person wrote in YAML, checked strictly at the door.

Paths are relative to the file's own folder. Every mistake is one line: file, field, found, allowed.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from adfusion.creative import wording
from adfusion.creative.colors import NotAColorError, parse_color
from adfusion.errors import UserError

MAX_BYTES = 1_000_000
MAX_NAME = 60


class Section(BaseModel):
    """Part of a file. Unknown fields are errors, and values are not guessed from other types."""

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


AnySection = TypeVar("AnySection", bound=Section)


def load(section: type[AnySection], path: Path, kind: str) -> AnySection:
    """The checked content of a file; `kind` is what it is called in errors ("brief").

    Raises `UserError`, one line, for the first mistake.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: found {path.stat().st_size} bytes; allowed: at most {MAX_BYTES}")
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "found text that is not UTF-8"
        raise UserError(f"{path}: cannot read the {kind}: {reason}") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{path}: {line}not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())[:120]}") from None
    if not isinstance(data, dict):
        fields = ", ".join(section.model_fields)
        raise UserError(f"{path}: found {shown(data)}; allowed: the fields {fields}")
    try:
        return section.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise UserError(_one_line(path, error)) from None


def refuse(found: object, allowed: str) -> PydanticCustomError:
    """The error that a validator raises."""
    return refuse_words(shown(found), allowed)


def refuse_words(found: str, allowed: str) -> PydanticCustomError:
    """The same, with what was found in words."""
    return PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "found": found})


def shown(value: object) -> str:
    """A value, short and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "…'"


def slug(name: str) -> str:
    """A name as part of a file name: lower case, words joined by hyphens, letters of any script."""
    return re.sub(r"[^\w]+|_+", "-", name.casefold()).strip("-")


def _words(value: str) -> str:
    try:
        return wording.clean(value)
    except ValueError as error:
        raise refuse(value, f"printable text of 1 to {wording.MAX_CHARACTERS} characters ({error})") from None


def _name(value: str) -> str:
    value = _words(value)
    if len(value) > MAX_NAME or not slug(value):
        raise refuse(value, f"a name of 1 to {MAX_NAME} characters with a letter or digit in it")
    return value


def _color(value: object) -> str:
    try:
        return parse_color(value if isinstance(value, str) else "")
    except NotAColorError as error:
        raise refuse(value, error.allowed) from None


def existing_file(value: object, info: ValidationInfo) -> Path:
    """The file, from the folder of the file that names it."""
    if not isinstance(value, str | Path) or not str(value):
        raise refuse(value, "the path of a file")
    path = Path((info.context or {}).get("folder", "."), value)
    if not path.is_file():
        raise refuse(value, f"an existing file, relative to {path.parent}")
    return path


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Names are used in file names, so two may not become the same one."""
    seen: dict[str, str] = {}
    for value in values:
        name = value if isinstance(value, str) else value.name
        key = name if isinstance(value, str) else slug(name)
        if key in seen:
            raise refuse(name, f"each one once (it is too like {seen[key]!r})")
        seen[key] = name
    return values


Words = Annotated[str, AfterValidator(_words)]
Name = Annotated[str, AfterValidator(_name)]
Color = Annotated[str, BeforeValidator(_color)]
File = Annotated[Path, BeforeValidator(existing_file)]
Distinct = AfterValidator(_distinct)


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
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "fields, one on each line",
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
        if part == "[key]":  # pydantic's own word for a mistake in a key, which the part before it names
            continue
        where += f"[{part}]" if isinstance(part, int) else f".{part}"
    if first["type"] == "unknown_field":
        found = "an unknown field"
    elif first["type"] == "missing":
        found = "nothing"
    else:
        found = context.get("found") or shown(first["input"])
    allowed = context.get("allowed") or ALLOWED_BY_TYPE.get(first["type"])
    allowed = allowed or first["msg"].removeprefix("Input should be ")
    return f"{path}: {where.lstrip('.')}: found {found}; allowed: {allowed}"
