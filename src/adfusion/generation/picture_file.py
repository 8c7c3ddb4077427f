"""Pictures as PNG files that say how they were made.

The text chunk `adfusion` holds JSON: the request, the model's name and hash, the version of this software.
The same picture always gives the same bytes: there is no time stamp in the file.
"""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin, UnidentifiedImageError
from pydantic import TypeAdapter

import adfusion
from adfusion import files
from adfusion.errors import UserError
from adfusion.generation.request import EDITS, Picture, Request

CHUNK = "adfusion"
TOLD = ("read_as", "computed_in")
"""Fields of a picture that its file tells where they are not empty."""


def metadata(picture: Picture) -> dict[str, Any]:
    """What a picture's file says about it."""
    return {
        "software": f"adfusion {adfusion.__version__}",
        "model": picture.model,
        "model_hash": picture.model_hash,
        **{name: value for name in TOLD if (value := getattr(picture, name))},
        **_without_idle_edits(picture.request),
    }


def _without_idle_edits(request: Request) -> dict[str, Any]:
    idle = set(EDITS) - request.edits().keys()
    idle |= {name for name in ("loras", "as_written", "noise_mark") if not getattr(request, name)}
    if request.noise_scale == 1:
        idle.add("noise_scale")
    return {name: value for name, value in dataclasses.asdict(request).items() if name not in idle}


def save_picture(picture: Picture, path: Path) -> None:
    """Write `picture` as PNG. Raises `UserError` if the file cannot be written."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(CHUNK, json.dumps(metadata(picture), ensure_ascii=False, sort_keys=True))
    with files.replacing(path) as temporary:
        picture.image.save(temporary, format="PNG", pnginfo=chunks)


def load_picture(path: Path) -> Picture:
    """Read a picture that `save_picture` wrote. Raises `UserError` if `path` is not one.

    Of the pictures that its request started from, the file knows only what they were, not their pixels.
    """
    with _opened(path) as (image, said):
        request = TypeAdapter(Request).validate_python(said)
        told = {name: str(said.get(name, "")) for name in TOLD}
        return Picture(request, image.convert("RGB"), said["model"], said["model_hash"], **told)


def drawn_by(path: Path) -> tuple[str, str]:
    """Name and hash of the model that drew the picture in a file of `save_picture`; empty if none did.

    Raises `UserError` if `path` is no such file.
    """
    with _opened(path) as (_, said):
        return said["model"], said["model_hash"]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Image.Image, dict[str, Any]]]:
    """A picture and what its file says about it."""
    try:
        with Image.open(path) as image:
            image.load()
            yield image, json.loads(image.info[CHUNK])
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, KeyError, TypeError, ValueError):
        raise UserError(
            f"{path}: found no picture made by adfusion, allowed: a PNG with its metadata"
        ) from None
