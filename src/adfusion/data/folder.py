"""A folder of somebody's own pictures, each with a caption.

The layout is that of Hugging Face's `imagefolder`: pictures, and beside them `metadata.jsonl` with one
`{"file_name": …, "text": …}` a line. Without a line there, a picture's caption is the text file of its name
(`mug.jpg`, `mug.txt`), and without that the words of its file name.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from adfusion import files
from adfusion.data.photo import FORMATS, Photo, Unusable, open_photo
from adfusion.errors import UserError

METADATA = "metadata.jsonl"
CAMERA_WORDS = re.compile(r"(img|mg|dsc[fn]?|pxl|dcim|gopr|mvimg|image|photo|picture|screenshot)$", re.I)


def read_photos(folder: Path) -> Iterator[Photo | Unusable]:
    """Every file in `folder` and below, by name, except hidden files, text files and `metadata.jsonl`.

    Raises `UserError` if there is no such folder, or for a mistake in `metadata.jsonl`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: found no such folder, allowed: a folder of {', '.join(FORMATS)} pictures")
    captions = _metadata(folder / METADATA)
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    for name in names:
        hidden = any(part.startswith(".") for part in name.split("/"))
        if not hidden and name != METADATA and not name.lower().endswith(".txt"):
            yield _read(folder, name, captions.get(name))


def words_of(stem: str) -> str:
    """What a file name says: `red_mug-on-table 02` is "red mug on table", `IMG_1234` nothing."""
    words = re.findall(r"[^\W_]+", stem)
    return " ".join(word for word in words if not word.isdigit() and not CAMERA_WORDS.fullmatch(word))


def _read(folder: Path, name: str, caption: str | None) -> Photo | Unusable:
    path = folder / name
    try:
        image = open_photo(path)
        return Photo(name, files.sha256(path), caption or _caption(path), image)
    except ValueError as reason:
        return Unusable(name, str(reason))
    except OSError as error:
        return Unusable(name, f"cannot read: {error.strerror or error}")


def _caption(path: Path) -> str:
    beside = path.with_suffix(".txt")
    if beside.is_file():
        try:
            caption = " ".join(beside.read_text(encoding="utf-8-sig").split())
        except UnicodeDecodeError:
            raise ValueError(f"{beside.name}: found text that is not UTF-8") from None
        if not caption:
            raise ValueError(f"{beside.name}: found no words, allowed: what the picture shows")
        return caption
    caption = words_of(path.stem)
    if not caption:
        raise ValueError(
            f"found no words in its name, allowed: a name that says what it shows, or {beside.name} beside it"
        )
    return caption


def _metadata(path: Path) -> dict[str, str]:
    """Captions by file name. Every line has to name a picture that is there, and its text."""
    if not path.exists():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from error
    captions = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise UserError(f'{path}: line {number}: allowed: {{"file_name": "…", "text": "…"}}')
        for field in ("file_name", "text"):
            if not isinstance(row.get(field), str) or not row[field].strip():
                raise UserError(f"{path}: line {number}: {field}: found {row.get(field)!r}, allowed: text")
        if not (path.parent / row["file_name"]).is_file():
            raise UserError(f"{path}: line {number}: file_name: found no file {row['file_name']!r}")
        captions[Path(row["file_name"]).as_posix()] = " ".join(row["text"].split())
    return captions
