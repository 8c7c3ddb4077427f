"""The mark in the noise of a picture, read by running its model backwards: seconds, so only when asked for.

Candidates are the registry's pictures that were drawn from marked noise by a model that is at hand. The copy
must show the whole picture; its size is undone. A model of few steps is inverted by its teacher, whose paths
it learnt.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from adfusion.errors import UserError
from adfusion.generation.size import nearest_size
from adfusion.models import Model, store
from adfusion.pixels import to_pixels
from adfusion.provenance import noise_mark
from adfusion.provenance.keys import WATERMARK_KEY, config_folder, watermark_key
from adfusion.provenance.marked_noise import entry_of
from adfusion.provenance.media import PIXELS
from adfusion.provenance.registry import Registry, Row, registry_file
from adfusion.provenance.verify import FoundNoise, Verdict

STEPS = 20
"""Of the inversion."""


def with_noise(verdict: Verdict, model: str | None = None) -> Verdict:
    """The verdict on a file that could be read, with what its noise says.

    model: the folder of the model that drew, if it is not a bundled one.
    """
    readable = verdict.kind in PIXELS and not verdict.unreadable
    if not readable or not registry_file().exists() or not (config_folder() / WATERMARK_KEY).exists():
        return verdict
    with Registry() as registry:
        rows = registry.with_nonce()
    data = Path(verdict.file).read_bytes()
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
        return replace(verdict, noise=noise_of(picture, watermark_key(), rows, model))


def noise_of(
    picture: Image.Image, key: bytes, rows: Sequence[Row], model: str | None = None
) -> FoundNoise | None:
    """The first row whose noise the picture was drawn from; rows of models that are not here, or have changed
    since, are passed over."""
    found = [
        noise
        for teacher, group in _at_hand(rows, model)
        if (noise := _matched(picture, key, teacher, group)) is not None
    ]
    return min(found, key=lambda each: each.false_alarm, default=None)


def initial_noise_of(picture: Image.Image, model: Model) -> Tensor:
    """An estimate of the noise (c h w) that `model`, or its student, drew the whole of `picture` from."""
    size = nearest_size(picture.width / picture.height, model.card.sizes)
    small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return noise_mark.initial_noise(model, to_pixels(np.asarray(small)[None]), steps=STEPS)[0]


def _at_hand(rows: Sequence[Row], folder: str | None) -> Iterator[tuple[Model, list[Row]]]:
    """The models that can be run backwards, each with the rows of what it drew."""

    def which(row: Row) -> tuple[str, str]:
        return row.model, row.model_hash

    for (name, hash), group in groupby(sorted(rows, key=which), which):
        try:
            drew = store.load(folder or name)
            teacher = store.load(store.many_steps(folder or name)) if drew.distilled else drew
        except UserError:
            continue
        if hash in (drew.hash, teacher.hash):
            yield teacher, list(group)


def _matched(picture: Image.Image, key: bytes, model: Model, rows: list[Row]) -> FoundNoise | None:
    noise = initial_noise_of(picture, model)
    entries = {entry_of(row.nonce): row for row in reversed(rows)}
    mark = noise_mark.match(noise, key, list(entries))
    return FoundNoise(entries[noise_mark.Entry(mark.nonce, mark.payload)], mark.false_alarm) if mark else None
