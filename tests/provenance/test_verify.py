"""Every file gets one answer, and only what this computer marked and signed is fine."""

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from adfusion.provenance import jws
from adfusion.provenance.identity import DEVELOPMENT
from adfusion.provenance.marker import Marker
from adfusion.provenance.verify import LARGEST_FILE, verify
from signable import ad, file_of, origin

PAYLOAD = 2**63 + 5


@dataclass(frozen=True)
class Made:
    """A creative that was made here."""

    path: Path
    picture: Image.Image


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    marker = Marker()
    marked = marker.mark(ad(), PAYLOAD)
    data = marker.sign(png(marked), origin(payload=PAYLOAD))
    marker.register("tea/creative-1", data, origin(payload=PAYLOAD))
    path = tmp_path_factory.mktemp("made") / "creative.png"
    path.write_bytes(data)
    return Made(path, marked)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def save(folder: Path, data: bytes, name: str = "file.png") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def header_only(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def test_what_was_made_here_is_fine_in_all_layers(made: Made) -> None:
    found = verify(made.path)
    assert found.problems == () and found.agree
    assert found.credentials and (found.credentials.valid, found.credentials.trust) == (True, "development")
    assert found.watermark and found.watermark.payload == PAYLOAD and found.watermark.false_alarm < 1e-6
    assert found.registry and (found.registry.how, found.registry.row.id) == ("file", "tea/creative-1")
    assert json.loads(json.dumps(found.as_json()))["watermark"]["payload"] == f"{PAYLOAD:016x}"


def test_a_copy_without_metadata_is_known_by_its_pixels(made: Made, tmp_path: Path) -> None:
    found = verify(save(tmp_path, png(made.picture)))
    assert found.problems == ("no content credentials",)
    assert found.registry and found.registry.how == "pixels"


def test_a_recompressed_copy_is_known_by_its_watermark(made: Made, tmp_path: Path) -> None:
    made.picture.resize((480, 480)).save(tmp_path / "copy.jpg", quality=75)
    found = verify(tmp_path / "copy.jpg")
    assert found.watermark and found.watermark.payload == PAYLOAD
    assert found.registry and found.registry.how == "watermark"


def test_a_copy_that_lost_its_mark_is_known_by_its_looks(made: Made, tmp_path: Path) -> None:
    grey = ImageEnhance.Color(made.picture).enhance(0)
    found = verify(save(tmp_path, png(grey)))
    assert found.problems == ("no content credentials", "no watermark of this computer's key")
    assert found.registry and found.registry.how == "fingerprint"


def test_credentials_over_the_mark_of_another_creative_do_not_agree(made: Made, tmp_path: Path) -> None:
    marker = Marker()
    forged = marker.sign(png(marker.mark(ad(), 9)), origin(payload=PAYLOAD))
    found = verify(save(tmp_path, forged))
    assert found.agree is False
    assert found.problems == ("credentials and watermark name different creatives",)


def test_a_tampered_file_says_why(made: Made, tmp_path: Path) -> None:
    (problem,) = verify(save(tmp_path, made.path.read_bytes() + b"more")).problems
    assert "credentials not valid" in problem and "mismatch" in problem


def test_another_computer_finds_neither_mark_nor_trust(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADFUSION_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ADFUSION_REGISTRY", str(tmp_path / "registry.sqlite"))
    assert "no watermark key on this computer" in verify(made.path).problems[-1]
    assert not (tmp_path / "config").exists() and not (tmp_path / "registry.sqlite").exists()
    Marker()
    found = verify(made.path)
    assert found.watermark and not found.watermark.present and found.watermark.payload is None
    signer = "Adfusion development certificate"
    assert found.problems[0] == f"signed by {signer}, whom this computer does not trust"
    assert found.registry is None


def test_a_small_picture_is_fine_with_a_mark_too_weak_to_be_found(tmp_path: Path) -> None:
    for size, problems in (((120, 90), ()), ((200, 200), ("no watermark of this computer's key",))):
        signed = Marker().sign(png(ad(size)), origin(payload=PAYLOAD))
        assert verify(save(tmp_path, signed)).problems == problems


def test_a_mark_that_cannot_be_read_is_recognised_by_what_the_credentials_say(tmp_path: Path) -> None:
    marker = Marker()
    buffer = io.BytesIO()
    marker.mark(ad((300, 250)), 11).save(buffer, "JPEG", quality=45)
    assert verify(save(tmp_path, buffer.getvalue())).agree is None
    signed = marker.sign(buffer.getvalue(), origin(payload=11))
    found = verify(save(tmp_path, signed))
    assert found.agree and found.watermark and found.watermark.payload == 11


def test_a_pdf_needs_no_watermark(tmp_path: Path) -> None:
    signed = Marker().sign(file_of("pdf"), origin(payload=None))
    assert verify(save(tmp_path, signed, "ad.pdf")).problems == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"", "another kind of file"),
        (lambda: b"just words, renamed", "another kind of file"),
        (lambda: b"MZ" + bytes(5000), "another kind of file"),
        (lambda: file_of("png")[:400], "no whole picture"),
        (lambda: file_of("jpeg")[:300], "no whole picture"),
        (lambda: file_of("webp")[:200], "no whole picture"),
        (lambda: b"\xff\xd8\xff" + bytes(range(256)) * 9, "no whole picture"),
        (lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(90), "no whole picture"),
        (lambda: header_only(60_000, 60_000), "exceeds limit"),
        (lambda: header_only(9_000, 9_000), "too many"),
        (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9, "not valid: cannot be read"),
        (lambda: b"<svg" + b"<g>" * 20_000, "not valid: cannot be read"),
    ],
)  # fmt: skip
def test_hostile_files_get_one_answer(tmp_path: Path, content: Callable[[], bytes], said: str) -> None:
    (problem, *_) = verify(save(tmp_path, content())).problems
    assert said in problem and "\n" not in problem


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = save(tmp_path, file_of("png"))
    os.truncate(path, LARGEST_FILE + 1)
    assert "bytes are too many" in verify(path).problems[0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert verify(tmp_path / "pipe.png").problems == ("is not a regular file",)


def test_a_signature_beside_its_file_is_checked(tmp_path: Path) -> None:
    identity = Marker().identity
    file = save(tmp_path, b'{"campaign": "tea"}', "rights.json")
    signature = save(tmp_path, jws.sign(file.read_bytes(), identity).encode(), "rights.json.jws")
    found = verify(signature)
    assert found.problems == () and found.credentials and found.credentials.trust == "development"
    file.write_bytes(b'{"campaign": "coffee"}')
    assert "not the signature of the file beside it" in verify(signature).problems[0]
    file.unlink()
    assert verify(signature).problems == ("is not a regular file",)


def test_a_signature_of_a_stranger_is_valid_and_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(tmp_path, b"{}", "rights.json")
    monkeypatch.setenv("ADFUSION_CONFIG", str(tmp_path / "stranger"))
    signature = save(tmp_path, jws.sign(file.read_bytes(), Marker().identity).encode(), "rights.json.jws")
    monkeypatch.setenv("ADFUSION_CONFIG", str(tmp_path / "mine"))
    Marker()
    found = verify(signature)
    assert found.credentials and found.credentials.valid and found.credentials.trust == "unknown"
    assert found.problems == (f"signed by {DEVELOPMENT}, whom this computer does not trust",)


def test_a_banner_that_lost_its_metadata_is_known_by_its_watermark(tmp_path: Path) -> None:
    marker = Marker()
    banner = marker.mark(ad((300, 250)), 0xABCDEF)
    marker.register("tea/banner", png(banner), origin(payload=0xABCDEF))
    banner.crop((20, 20, 290, 240)).save(tmp_path / "crop.jpg", quality=80)
    found = verify(tmp_path / "crop.jpg")
    assert found.watermark and found.watermark.short == 0xCDEF
    assert found.registry and (found.registry.how, found.registry.row.id) == ("watermark", "tea/banner")
