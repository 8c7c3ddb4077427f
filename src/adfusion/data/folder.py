"""A folder of somebody's own pictures, each with a caption: checked one by one before anything is learnt.

The layout is that of Hugging Face's `imagefolder`: pictures, and beside them `metadata.jsonl` with one
`{"file_name": …, "text": …}` a line. Without a line there, a picture's caption is the text file of its name
(`mug.jpg`, `mug.txt`), and without that the words of its file name.
"""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from adfusion import files
from adfusion.errors import UserError

FORMATS = ("PNG", "JPEG", "WEBP")
MODES = ("RGB", "RGBA", "L", "LA", "P", "1")
"""Pillow's modes that have a plain meaning in sRGB. CMYK has none without the printer's profile."""
LEAST_SIDE = 128
"""Pixels. Smaller pictures would have to be enlarged, and would teach blur."""
MAX_PIXELS = 50_000_000
KEPT_SIDE = 1024
"""Pixels of the longer side that are kept in memory: more than any model of this package sees."""
METADATA = "metadata.jsonl"
CAMERA_WORDS = re.compile(r"(img|mg|dsc[fn]?|pxl|dcim|gopr|mvimg|image|photo|picture|screenshot)$", re.I)


@dataclass(frozen=True)
class Photo:
    """A picture that can be learnt from."""

    file: str
    """Its path from the folder, with forward slashes."""
    sha256: str
    """Of the file."""
    caption: str
    image: Image.Image
    """Upright, RGB, transparency laid on white."""


@dataclass(frozen=True)
class Unusable:
    """A file that cannot be learnt from, and why."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


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


def usable(folder: Path, found: Sequence[Photo | Unusable], *, least: int, skip_bad: bool) -> list[Photo]:
    """The pictures of `found`. Raises `UserError`, naming every bad file, unless they are to be skipped, and
    if fewer than `least` are left."""
    bad = [each for each in found if isinstance(each, Unusable)]
    if bad and not skip_bad:
        listed = "; ".join(map(str, bad))
        raise UserError(f"{folder}: {len(bad)} of {len(found)} files cannot be used (--skip-bad): {listed}")
    photos = [each for each in found if isinstance(each, Photo)]
    if len(photos) < least:
        raise UserError(f"{folder}: found {len(photos)} usable pictures, allowed: {least} or more")
    return photos


def words_of(stem: str) -> str:
    """What a file name says: `red_mug-on-table 02` is "red mug on table", `IMG_1234` nothing."""
    words = re.findall(r"[^\W_]+", stem)
    return " ".join(word for word in words if not word.isdigit() and not CAMERA_WORDS.fullmatch(word))


def _read(folder: Path, name: str, caption: str | None) -> Photo | Unusable:
    path = folder / name
    try:
        image = _open(path)
        return Photo(name, files.sha256(path), caption or _caption(path), image)
    except ValueError as reason:
        return Unusable(name, str(reason))
    except OSError as error:
        return Unusable(name, f"cannot read: {error.strerror or error}")


def _open(path: Path) -> Image.Image:
    """Raises `ValueError` with what was found and what is allowed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                _check(image)
                image.load()
                upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise ValueError(f"found no picture, allowed: {', '.join(FORMATS)}") from None
    except Image.DecompressionBombError:
        raise ValueError(f"found too many pixels, allowed: {MAX_PIXELS:,}") from None
    except (OSError, SyntaxError, EOFError, MemoryError) as error:
        raise ValueError(f"found a damaged picture ({' '.join(str(error).split())})") from None
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    kept = upright.convert("RGB")
    kept.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    return kept


def _check(image: Image.Image) -> None:
    found = f"{image.width}x{image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"found {found}, allowed: {MAX_PIXELS:,} in all")
    if min(image.size) < LEAST_SIDE:
        raise ValueError(f"found {found}, allowed: {LEAST_SIDE} or more on each side")
    if image.mode not in MODES:
        raise ValueError(f"found {image.mode} colours, allowed: RGB or grey with 8 bits (save it as sRGB)")


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
