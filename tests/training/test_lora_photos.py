"""Every bad picture is named with its reason before anything is trained."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from adfusion.data.folder import read_photos, words_of
from adfusion.data.photo import Photo, Unusable, usable
from adfusion.errors import UserError
from tiny_learnt import write_photos


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", ["red_mug-on-table", "blue lamp 02"])


def captions(folder: Path) -> dict[str, str]:
    return {each.file: each.caption for each in read_photos(folder) if isinstance(each, Photo)}


def problems(folder: Path) -> dict[str, str]:
    return {each.file: each.reason for each in read_photos(folder) if isinstance(each, Unusable)}


def test_captions_come_from_file_names(photos: Path) -> None:
    assert captions(photos) == {"blue lamp 02.jpg": "blue lamp", "red_mug-on-table.jpg": "red mug on table"}


def test_a_text_file_comes_before_the_name_and_metadata_before_both(photos: Path) -> None:
    (photos / "blue lamp 02.txt").write_text("a lamp,\n  switched on\n")
    (photos / "red_mug-on-table.txt").write_text("not this")
    row = {"file_name": "red_mug-on-table.jpg", "text": "the Zorbo mug"}
    (photos / "metadata.jsonl").write_text(json.dumps(row) + "\n")
    assert list(captions(photos).values()) == ["a lamp, switched on", "the Zorbo mug"]


@pytest.mark.parametrize(
    ("stem", "words"),
    [("IMG_1234", ""), ("DSCF0007", "DSCF0007"), ("Zorbo café-2", "Zorbo café"), ("_", ""), ("photo 3", "")],
)
def test_camera_names_and_numbers_say_nothing(stem: str, words: str) -> None:
    assert words_of(stem) == words


def bomb(path: Path) -> None:
    """A PNG that claims 60,000 x 60,000 pixels in 60 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b""))


def truncated(path: Path) -> None:
    Image.effect_noise((300, 300), 90).save(path, format="JPEG")
    path.write_bytes(path.read_bytes()[:2000])


def blank(mode: str, width: int, height: int) -> Callable[[Path], object]:
    return lambda path: Image.new(mode, (width, height)).save(path)


BAD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "truncated": ("cup.jpg", truncated, "found a damaged picture (image file is truncated"),
    "tiny": ("cup.png", blank("RGB", 300, 40), "found 300x40 pixels, allowed: 128"),
    "CMYK": ("cup.jpg", blank("CMYK", 200, 200), "found CMYK colours"),
    "16 bits": ("cup.png", blank("I;16", 200, 200), "found I;16 colours"),
    "bomb": ("cup.png", bomb, "pixels, allowed: 50,000,000"),
    "huge": ("cup.png", blank("1", 9000, 9000), "found 9000x9000 pixels, allowed: 50,000,000"),
    "no picture": ("cup.jpg", lambda path: path.write_text("hello"), "found no picture, allowed: PNG"),
    "other format": ("cup.gif", blank("P", 200, 200), "found no picture"),
    "empty": ("cup.png", lambda path: path.write_bytes(b""), "found no picture"),
    "no words": ("IMG_2.png", blank("RGB", 200, 200), "found no words in its name"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_is_named_with_its_reason(photos: Path, kind: str) -> None:
    name, write, reason = BAD[kind]
    write(photos / name)
    assert list(problems(photos)) == [name]
    assert reason in problems(photos)[name]
    assert len(captions(photos)) == 2


def test_bad_pictures_are_all_named_at_once_unless_they_are_skipped(photos: Path) -> None:
    truncated(photos / "cup.jpg")
    (photos / "notes.docx").write_text("hello")
    found = list(read_photos(photos))
    with pytest.raises(UserError, match=r"2 of 4 files cannot be used .*cup\.jpg: .*; notes\.docx: "):
        usable(photos, found, least=1, skip_bad=False)
    assert len(usable(photos, found, least=1, skip_bad=True)) == 2
    with pytest.raises(UserError, match="found 2 usable pictures, allowed: 5 or more"):
        usable(photos, found, least=5, skip_bad=True)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: allowed"),
        ('{"file_name": "blue lamp 02.jpg"}', "line 2: text: found None"),
        ('{"file_name": "cup.jpg", "text": "a cup"}', r"line 2: file_name: found no file 'cup\.jpg'"),
    ],
)
def test_a_mistake_in_the_metadata_is_one_clear_line(photos: Path, line: str, complaint: str) -> None:
    good = json.dumps({"file_name": "red_mug-on-table.jpg", "text": "the Zorbo mug"})
    (photos / "metadata.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(UserError, match=complaint):
        list(read_photos(photos))


def test_an_empty_or_garbled_caption_file_is_a_bad_picture(photos: Path) -> None:
    (photos / "blue lamp 02.txt").write_text(" \n")
    (photos / "red_mug-on-table.txt").write_bytes(b"\xff\xfe\x00")
    assert [reason.split(",")[0] for reason in problems(photos).values()] == [
        "blue lamp 02.txt: found no words", "red_mug-on-table.txt: found text that is not UTF-8",
    ]  # fmt: skip


def test_transparency_is_laid_on_white_and_rotation_is_undone(tmp_path: Path) -> None:
    Image.new("RGBA", (200, 200), (255, 0, 0, 0)).save(tmp_path / "red mug.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by a quarter
    Image.new("RGB", (300, 200)).save(tmp_path / "table.jpg", exif=exif)
    mug, table = usable(tmp_path, list(read_photos(tmp_path)), least=2, skip_bad=False)
    assert mug.image.getpixel((5, 5)) == (255, 255, 255)
    assert table.image.size == (200, 300)
