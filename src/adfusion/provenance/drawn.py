"""Generated pictures as files: PNG with watermark, credentials, and a row in the registry."""

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion import files
from adfusion.generation import Picture, save_picture
from adfusion.generation.picture_file import metadata
from adfusion.provenance.credentials import Origin, Start
from adfusion.provenance.marker import Marker, payload_of

Mask = npt.NDArray[np.bool_]
ENOUGH = 60_000
"""Pixels of an edit that carry a mark."""


def save_drawn(picture: Picture, path: Path, marker: Marker) -> None:
    """`save_picture`, marked, signed and logged. The same request and model have the same payload.

    Outside the mask of an edit a picture stays the input's, to the bit: it is marked inside, if that is at
    least `ENOUGH` pixels and the input has no mark already. Else, and after a change of words, which may keep
    any pixel, it is not marked and its credentials say so.
    """
    request, spare = picture.request, _kept(picture)
    origin = _origin(picture, path)
    if request.initial is not None and request.in_place:
        free = 0 if spare is None else np.count_nonzero(~spare)
        if free < ENOUGH or marker.carries(request.initial.image):
            origin = dataclasses.replace(origin, payload=None)
    marked = dataclasses.replace(picture, image=_marked(picture.image, origin, marker, spare))
    with files.replacing(path) as temporary:
        save_picture(marked, temporary)
        data = marker.sign(temporary.read_bytes(), origin)
        temporary.write_bytes(data)
    marker.register(_id(picture, path), data, origin, "" if request.edits() else request.noise_mark)


def save_view(view: Image.Image, picture: Picture, path: Path, marker: Marker) -> None:
    """A view of generated pictures, such as a sheet of several, of which `picture` is one, beside what it was
    made from."""
    origin = _origin(picture, path)
    start = origin.start and dataclasses.replace(origin.start, kept=True)
    origin = dataclasses.replace(origin, start=start, edits=("pictures set side by side",))
    buffer = io.BytesIO()
    _marked(view, origin, marker).save(buffer, "PNG")
    data = marker.sign(buffer.getvalue(), origin)
    files.write_bytes(path, data)
    marker.register(_id(picture, path), data, origin)


def _marked(image: Image.Image, origin: Origin, marker: Marker, spare: Mask | None = None) -> Image.Image:
    return image if origin.payload is None else marker.mark(image, origin.payload, spare)


def _kept(picture: Picture) -> Mask | None:
    """Where a picture is that which it was made from: outside its mask."""
    mask = picture.request.mask
    return None if mask is None else np.asarray(mask.image.convert("L")) == 0


def _origin(picture: Picture, path: Path) -> Origin:
    said = metadata(picture)
    request = json.dumps(said, sort_keys=True)
    initial, in_place = picture.request.initial, picture.request.in_place
    return Origin(
        title=path.name,
        software=said["software"],
        model=picture.model,
        model_hash=picture.model_hash,
        loras=picture.request.loras,
        start=Start("initial picture", initial.sha256, kept=in_place) if initial else None,
        prompt=picture.request.prompt,
        edits=("parts of a picture drawn anew",) if in_place else (),
        payload=payload_of(picture.request.prompt, f"{path.name}\n{request}"),
    )


def _id(picture: Picture, path: Path) -> str:
    return f"{picture.request.prompt}/{path.name}"
