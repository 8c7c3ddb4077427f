"""Somebody's pictures cut to the sizes of a model and kept as arrays, a few at a time, with a list of them.

What a run has read is its own: it goes on from these files alone, whatever becomes of the pictures.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image, ImageOps

from adfusion import files
from adfusion.data.photo import Photo, Size, Unusable, nearest_bucket

SHARD = 128
"""Pictures in a shard."""
LIST = "pictures.jsonl"


@dataclass(frozen=True)
class Entry:
    """One line of the list: a picture that is learnt from."""

    file: str
    sha256: str
    """Of the file as it was found."""
    caption: str
    shard: str


@dataclass(frozen=True)
class PhotoShard:
    """Pictures of one `size` = (width, height) in pixels, each with a caption."""

    path: Path
    captions: tuple[str, ...]
    size: Size

    @property
    def count(self) -> int:
        return len(self.captions)

    def pictures(self) -> np.ndarray:
        """uint8 (count, height, width, 3), memory-mapped."""
        return cast(np.ndarray, np.load(self.path, mmap_mode="r", allow_pickle=False))


def cut(found: Iterable[Photo | Unusable], folder: Path, sizes: Sequence[Size]) -> Iterator[Unusable | None]:
    """Write the shards of `found` into `folder`, each picture in the size of nearest aspect, cut around its
    centre; at the end the list of them. Yields once for each picture: what is wrong with it, or `None`.
    """
    waiting: dict[Size, list[Photo]] = {size: [] for size in sizes}
    entries: list[Entry] = []
    for each in found:
        each = _large_enough(each, sizes) if isinstance(each, Photo) else each
        if isinstance(each, Photo):
            size = nearest_bucket(each.image, sizes)
            waiting[size].append(each)
            if len(waiting[size]) == SHARD:
                entries += _written(folder, size, waiting[size])
                waiting[size] = []
            yield None
        else:
            yield each
    for size, photos in waiting.items():
        if photos:
            entries += _written(folder, size, photos)
    lines = (json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)
    files.write_text(folder / LIST, "".join(lines))


def shards_of(folder: Path) -> list[PhotoShard]:
    """What `cut` has written."""
    return [
        PhotoShard(folder / name, tuple(entry.caption for entry in entries), _size_in(name))
        for name, entries in groupby(entries_of(folder), key=lambda entry: entry.shard)
    ]


def entries_of(folder: Path) -> list[Entry]:
    """The list that `cut` has written."""
    lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    return [Entry(**json.loads(line)) for line in lines]


def _large_enough(photo: Photo, sizes: Sequence[Size]) -> Photo | Unusable:
    size = nearest_bucket(photo.image, sizes)
    if photo.image.width >= size[0] and photo.image.height >= size[1]:
        return photo
    found = f"{photo.image.width}x{photo.image.height} pixels"
    return Unusable(
        photo.file, f"found {found}, allowed: {size[0]}x{size[1]} or more, the size it would have"
    )


def _written(folder: Path, size: Size, photos: Sequence[Photo]) -> list[Entry]:
    """A shard's name tells its content, so that what is made from it is never that of another."""
    fitted = [np.asarray(ImageOps.fit(photo.image, size, Image.Resampling.LANCZOS)) for photo in photos]
    content = json.dumps([(photo.sha256, photo.caption) for photo in photos])
    name = f"{sha256(content.encode()).hexdigest()[:16]}-{size[0]}x{size[1]}.npy"
    with files.replacing(folder / name) as temporary:
        np.save(temporary, np.stack(fitted), allow_pickle=False)
    return [Entry(photo.file, photo.sha256, photo.caption, name) for photo in photos]


def _size_in(name: str) -> Size:
    width, height = name.removesuffix(".npy").rpartition("-")[2].split("x")
    return int(width), int(height)
