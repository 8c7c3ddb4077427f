"""A concept of a brief: one idea for the picture, and the ways to come by it."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from PIL import Image
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from adfusion.creative.images import open_image
from adfusion.creative.season import Season
from adfusion.creative.section import File, Name, Section, Words, existing_file, refuse, refuse_words
from adfusion.errors import UserError
from adfusion.generation.editing.editor import AMOUNTS
from adfusion.generation.lora import ALLOWED, LoraUse, parse_lora
from adfusion.generation.picture_file import load_picture
from adfusion.generation.request import Picture

ALTERED = ("mask", "extend", "shows", "like", "tile")
"""Fields of a concept that no panorama can be made with."""


def _lora(value: object, info: ValidationInfo) -> LoraUse:
    folder = Path((info.context or {}).get("folder", "."))
    path, weight = parse_lora(value if isinstance(value, str) else "")
    try:
        return LoraUse.of(folder / path, weight)
    except UserError:
        raise refuse(value, f"{ALLOWED}, relative to {folder}, and :WEIGHT behind it") from None


def _only_with_start(value: Any, info: ValidationInfo) -> Any:
    if value and info.data.get("start") is None:
        raise refuse(_plain(value), f"{info.field_name} beside start, the picture to redraw")
    return value


def _plain(value: object) -> object:
    return value.name if isinstance(value, Path) else value


def _alone(*others: str) -> AfterValidator:
    """A field that stands for a way of its own to make the picture."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if value and (other := next((name for name in others if info.data.get(name)), None)):
            raise refuse(_plain(value), f"one of {other} and {info.field_name}")
        return value

    return AfterValidator(check)


def _only_with_like(value: object, info: ValidationInfo) -> object:
    if info.data.get("like") is None:
        raise refuse(value, f"{info.field_name} beside like, the picture to vary")
    if isinstance(value, bool) or not (
        value in AMOUNTS or (isinstance(value, int | float) and 0 < value <= 1)
    ):
        raise refuse(value, f"{', '.join(AMOUNTS)}, or a number above 0, to 1")
    return value


Lora = Annotated[LoraUse, BeforeValidator(_lora)]


class Concept(Section):
    """One idea for the picture, from words alone or from a picture that is redrawn."""

    name: Name
    prompt: Words
    season: Season | None = None
    start: File | None = None
    mask: Annotated[File, AfterValidator(_only_with_start)] | None = None
    """Of the size of `start`: it is redrawn where this is white, and stays exactly as it is where black."""
    extend: Annotated[bool, AfterValidator(_only_with_start), _alone("mask")] = False
    """Whether `start` stays as it is, and more is drawn around it, to the shape of each placement."""
    shows: Annotated[Words, AfterValidator(_only_with_start), _alone("extend")] | None = None
    """What `start` shows: what `prompt` says else is changed, such as a colour, and the rest stays."""
    strength: Annotated[float, Field(gt=0, le=1), AfterValidator(_only_with_start)] | None = None
    """How much is redrawn: near 0 little, 1 all. Where it is not said, it is as in `adfusion edit`."""
    like: Annotated[File, _alone("start")] | None = None
    """A picture that adfusion drew, in place of a prompt: the concept's pictures are variations of it."""
    amount: Annotated[str | float, BeforeValidator(_only_with_like)] | None = None
    """How far variations go from `like`: subtle if it is not said, strong, or a share."""
    tile: Annotated[bool, _alone("start", "like")] = False
    """Whether the picture is a background that repeats."""
    loras: Annotated[tuple[Lora, ...], _alone("like")] = ()
    """In place of those that the generator was opened with."""

    @cached_property
    def picture(self) -> Image.Image | None:
        """The picture to start from. Raises `UserError` if it is none."""
        return None if self.start is None else open_image(self.start, "concepts.start")

    @cached_property
    def region(self) -> Image.Image | None:
        """The mask. Raises `UserError` if it is no picture, or of another size than `start`."""
        if self.mask is None or self.picture is None:
            return None
        region = open_image(self.mask, "concepts.mask")
        if region.size != self.picture.size:
            raise UserError(
                f"{self.mask}: concepts.mask: found {region.width}x{region.height}; "
                f"allowed: {self.picture.width}x{self.picture.height}, the size of start"
            )
        return region

    @cached_property
    def liked(self) -> Picture | None:
        """The picture to vary. Raises `UserError` if adfusion did not draw it."""
        return None if self.like is None else load_picture(self.like)

    @model_validator(mode="before")
    @classmethod
    def _words_of_like(cls, data: Any, info: ValidationInfo) -> Any:
        """A variation has the words of its picture."""
        if not isinstance(data, dict) or not data.get("like"):
            return data
        if "prompt" in data:
            raise refuse_words(
                "prompt beside like", "one of the two: a variation has the words of its picture"
            )
        try:
            words = load_picture(existing_file(data["like"], info)).request.prompt
        except (UserError, PydanticCustomError) as error:
            raise refuse(data["like"], "a PNG that adfusion drew, relative to the brief") from error
        return {**data, "prompt": words}
