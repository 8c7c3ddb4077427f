"""Pictures in Parquet files, as Hugging Face's `datasets` writes them: a row a picture, with its caption.

A picture is a struct of `bytes` (an encoded file) and `path` (its name, which may be missing), or the bytes
alone (https://huggingface.co/docs/datasets/image_load).
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from adfusion.data.photo import Photo, Unusable, open_photo
from adfusion.errors import UserError

ROWS = 64
"""Rows in memory at once."""


def find_shards(patterns: Sequence[str], home: Path = Path()) -> list[Path]:
    """The files that paths and patterns (`train-*.parquet`) name, seen from the folder `home`; each once.

    Raises `UserError` for one that names nothing.
    """
    found: list[Path] = []
    for pattern in patterns:
        path = home / pattern
        named = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        if not named:
            raise UserError(f"{path}: found no such file, allowed: Parquet files, or a pattern of them")
        found += named
    return list(dict.fromkeys(found))


def read_rows(shard: Path, image: str, caption: str) -> Iterator[Photo | Unusable]:
    """The pictures of one file, in order; `image` and `caption` are the names of their columns.

    Raises `UserError` if pyarrow is not installed, and for a file that is not Parquet or has no such column.
    """
    if find_spec("pyarrow") is None:
        raise UserError(f"{shard}: needs the package pyarrow: pip install 'adfusion[parquet]'")
    import_module("pyarrow.parquet")
    pyarrow: Any = import_module("pyarrow")
    try:
        with pyarrow.parquet.ParquetFile(shard) as file:
            for column in (image, caption):
                if column not in file.schema_arrow.names:
                    names = ", ".join(file.schema_arrow.names)
                    raise UserError(f"{shard}: found no column {column!r}, allowed: one of {names}")
            number = 0
            for batch in file.iter_batches(ROWS, columns=[image, caption]):
                for row in batch.to_pylist():
                    number += 1
                    yield _read(f"{shard.name} row {number}", row[image], row[caption])
    except (OSError, pyarrow.ArrowException) as error:
        raise UserError(f"{shard}: cannot be read: {' '.join(str(error).split())[:200]}") from error


def _read(name: str, image: object, caption: object) -> Photo | Unusable:
    data = image.get("bytes") if isinstance(image, dict) else image
    if not isinstance(data, bytes):
        return Unusable(name, "found no bytes of a picture, allowed: the encoded file itself")
    if not isinstance(caption, str) or not caption.strip():
        return Unusable(name, "found no caption, allowed: what the picture shows")
    try:
        words = " ".join(caption.split())
        return Photo(name, hashlib.sha256(data).hexdigest(), words, open_photo(io.BytesIO(data)))
    except ValueError as reason:
        return Unusable(name, str(reason))
