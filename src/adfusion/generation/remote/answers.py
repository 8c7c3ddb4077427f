"""What a service answers, checked before use."""

import base64
import binascii
import io

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, Field, ValidationError

from adfusion.errors import UserError
from adfusion.generation.remote.address import Kind
from adfusion.generation.request import Size

FORMATS = ("PNG", "JPEG", "WEBP")


class _Item(BaseModel):
    b64_json: str


class _OpenAI(BaseModel):
    data: list[_Item] = Field(min_length=1)


class _Automatic1111(BaseModel):
    images: list[str] = Field(min_length=1)


def picture(name: str, kind: Kind, answer: object, size: Size) -> Image.Image:
    """The RGB picture of `size` in an answer. Raises `UserError` for anything else.

    Its header is compared with `size` before a pixel is decoded, so that a small file cannot fill the memory.
    """
    try:
        if kind == "openai":
            text = _OpenAI.model_validate(answer).data[0].b64_json
        else:
            text = _Automatic1111.model_validate(answer).images[0].rpartition(",")[2]
        data = base64.b64decode(text, validate=True)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "answer"
        raise UserError(f"{name}: {where}: found no picture, expected one in Base64") from None
    except (binascii.Error, ValueError):
        raise UserError(f"{name}: found no Base64 where the picture should be") from None
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.size != size:
                found = f"{image.width}x{image.height}"
                raise UserError(f"{name}: found a picture of {found}, asked for {size[0]}x{size[1]}")
            return image.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise UserError(f"{name}: found no whole picture, expected {', '.join(FORMATS)}") from None
