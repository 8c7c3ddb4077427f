import hashlib
import io
import signal
import struct
import threading
import zlib
from typing import Any

import c2pa
import numpy as np
import pytest
from PIL import Image

from adfusion.errors import UserError
from adfusion.generation import LoraUse
from adfusion.provenance import credentials, media
from adfusion.provenance.credentials import COMPOSITE, LORAS, MADE, MIXED, TRAINED, Credentials, Start
from adfusion.provenance.identity import DEVELOPMENT, Identity, load_identity, trust_anchors
from signable import FORMATS, file_of, origin


def read(data: bytes) -> Credentials:
    found = credentials.read(data, trust_anchors())
    assert found is not None
    return found


def _manifest(signed: bytes) -> dict[str, Any]:
    """As the official reader tells it."""
    with c2pa.Reader(media.media_type(signed), io.BytesIO(signed)) as reader:
        return dict(reader.get_active_manifest())


def _actions(signed: bytes) -> list[dict[str, Any]]:
    (said,) = [each for each in _manifest(signed)["assertions"] if each["label"] == "c2pa.actions.v2"]
    return list(said["data"]["actions"])


def _actions_with(signed: bytes, ingredient: str) -> list[str]:
    """Names of the actions that took the ingredient of this label."""
    return [
        action["action"]
        for action in _actions(signed)
        for each in action.get("parameters", {}).get("ingredients", [])
        if each["url"].endswith(f"/{ingredient}")
    ]


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    written = b"\x89PNG\r\n\x1a\n"
    for name, body in parts:
        written += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return written


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_carries_credentials_that_the_official_reader_accepts(
    format: str, identity: Identity
) -> None:
    signed = credentials.sign(file_of(format), origin(), identity)
    with c2pa.Reader(media.media_type(signed), io.BytesIO(signed)) as reader:  # knows nothing of our trust
        assert reader.get_validation_state() == "Valid"
    found = read(signed)
    assert found.valid and found.reasons == ()
    assert (found.trust, found.signer) == ("development", DEVELOPMENT)


@pytest.mark.parametrize("format", FORMATS)
def test_credentials_say_what_was_signed(format: str, identity: Identity) -> None:
    said = origin(prompt="a teal bottle")
    found = read(credentials.sign(file_of(format), said, identity))
    assert (found.model, found.model_hash, found.software) == ("mini", "ab" * 32, "adfusion 0.1.0")
    assert found.source_type == COMPOSITE
    assert found.photos == {"bottle.png": hashlib.sha256(said.photos[0].data).hexdigest()}
    assert (found.prompt, found.payload) == ("a teal bottle", 2**63 + 5)


def test_the_prompt_is_said_only_where_it_is_given(identity: Identity) -> None:
    assert read(credentials.sign(file_of("png"), origin(), identity)).prompt is None


def test_the_source_type_tells_drawn_from_composed_from_set() -> None:
    assert origin(photos=()).source_type == TRAINED
    assert origin().source_type == COMPOSITE
    assert origin(model=None, photos=()).source_type == MADE


@pytest.mark.parametrize(
    ("model", "kept", "generated", "source_type"),
    [
        ("mini", False, False, TRAINED),
        ("mini", True, False, COMPOSITE),
        (None, True, False, MIXED),
        (None, True, True, COMPOSITE),
    ],
)
def test_a_given_picture_is_never_claimed_as_made_by_a_model(
    model: str | None, kept: bool, generated: bool, source_type: str, identity: Identity
) -> None:
    start = Start("approved.png", "cd" * 32, kept, generated)
    signed = credentials.sign(file_of("png"), origin(model=model, photos=(), start=start), identity)
    found = read(signed)
    assert found.valid and found.source_type == source_type
    assert f"<Iptc4xmpExt:DigitalSourceType>{source_type}<".encode() in signed
    assert (found.model, dict(found.photos)) == (model, {"approved.png": "cd" * 32})
    ((role, actions),) = {
        (each["relationship"], tuple(_actions_with(signed, each["label"])))
        for each in _manifest(signed)["ingredients"]
        if each["title"] == "approved.png"
    }
    assert (role, actions) == (("componentOf", ("c2pa.placed",)) if kept else ("inputTo", ("c2pa.created",)))


def test_a_file_says_of_itself_that_a_model_had_a_part_in_it(identity: Identity) -> None:
    for drawn in (origin(photos=()), origin()):
        assert credentials.says_generated(credentials.sign(file_of("jpeg"), drawn, identity))
    assert not credentials.says_generated(
        credentials.sign(file_of("jpeg"), origin(model=None, photos=()), identity)
    )


@pytest.mark.parametrize("format", FORMATS)
def test_loras_are_ingredients_with_their_weights_of_the_action_that_drew(
    format: str, identity: Identity
) -> None:
    loras = LoraUse("brand", "cd" * 32, 0.8), LoraUse("winter", "ef" * 32, 0.5)
    signed = credentials.sign(file_of(format), origin(loras=loras), identity)
    found = read(signed)
    assert found.valid and found.loras == loras
    assert found.model == "mini" and list(found.photos) == ["bottle.png"]
    (created,) = [each for each in _actions(signed) if each["action"] == "c2pa.created"]
    assert created["parameters"][LORAS][0] == {"name": "brand", "sha256": "cd" * 32, "weight": 0.8}
    networks = [each for each in _manifest(signed)["ingredients"] if each["relationship"] == "inputTo"]
    assert [(each["title"], each["data_types"]) for each in networks] == [
        (name, [{"type": "c2pa.types.model"}]) for name in ("mini", "brand", "winter")
    ]
    assert all("c2pa.created" in _actions_with(signed, each["label"]) for each in networks)


@pytest.mark.parametrize("format", ("png", "jpeg", "webp", "lossless webp"))
def test_signing_changes_no_pixel_and_writes_the_source_type_as_xmp(format: str, identity: Identity) -> None:
    plain = file_of(format)
    signed = Image.open(io.BytesIO(credentials.sign(plain, origin(photos=()), identity)))
    assert np.array_equal(np.asarray(signed), np.asarray(Image.open(io.BytesIO(plain))))
    assert f"<Iptc4xmpExt:DigitalSourceType>{TRAINED}<".encode() in signed.info["xmp"]


def test_a_pdf_says_its_source_type_as_xmp(identity: Identity) -> None:
    assert TRAINED.encode() in credentials.sign(file_of("pdf"), origin(photos=()), identity)


def test_a_flipped_pixel_is_caught(identity: Identity) -> None:
    parts = chunks(credentials.sign(file_of("png"), origin(), identity))
    pixels = b"".join(body for name, body in parts if name == b"IDAT")
    raw = bytearray(zlib.decompress(pixels))
    raw[200] ^= 1
    changed = [(name, zlib.compress(bytes(raw)) if name == b"IDAT" else body) for name, body in parts]
    tampered = png_of(changed)
    Image.open(io.BytesIO(tampered)).load()
    found = read(tampered)
    assert not found.valid
    assert "assertion.dataHash.mismatch" in found.reasons[0]


@pytest.mark.parametrize("format", FORMATS)
def test_no_byte_of_the_content_can_be_changed(format: str, identity: Identity) -> None:
    signed = bytearray(credentials.sign(file_of(format), origin(), identity))
    signed[len(signed) * 2 // 100 if format == "pdf" else -20] ^= 1
    found = credentials.read(bytes(signed), trust_anchors())
    assert found is None or not found.valid


def test_a_manifest_from_another_file_is_caught(identity: Identity) -> None:
    mine = chunks(credentials.sign(file_of("png", seed=1), origin(), identity))
    other = chunks(credentials.sign(file_of("png", seed=2), origin(), identity))
    manifest = next(part for part in other if part[0] == b"caBX")
    swapped = png_of([manifest if part[0] == b"caBX" else part for part in mine])
    assert not read(swapped).valid


def test_the_claim_follows_from_content_alone(identity: Identity) -> None:
    def name(data: bytes) -> str:
        with c2pa.Reader(media.PNG, io.BytesIO(data)) as reader:
            return str(reader.get_active_manifest()["label"])

    first, again = (credentials.sign(file_of("png"), origin(), identity) for _ in range(2))
    other = credentials.sign(file_of("png"), origin(title="creative-2"), identity)
    assert name(first) == name(again) != name(other)


def test_a_signature_of_another_computer_is_valid_but_not_trusted(
    identity: Identity, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    signed = credentials.sign(file_of("png"), origin(), identity)
    monkeypatch.setenv("ADFUSION_CONFIG", str(tmp_path_factory.mktemp("elsewhere")))
    load_identity()
    found = read(signed)
    assert found.valid and found.trust == "unknown"


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_without_credentials_has_none(format: str, config: object) -> None:
    assert credentials.read(file_of(format), trust_anchors()) is None


def test_the_overhead_is_known_before_a_file_is_made(identity: Identity) -> None:
    for format in ("png", "jpeg", "webp"):
        plain = file_of(format)
        grown = len(credentials.sign(plain, origin(), identity)) - len(plain)
        assert abs(credentials.overhead(origin(), identity, f"image/{format}") - grown) < 64


def test_a_signal_while_a_file_is_signed_is_not_lost(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK reads through callbacks, in which an exception would be ignored."""

    class Interrupting(io.BytesIO):
        sent = False

        def interrupt(self) -> None:
            if not Interrupting.sent:  # a second one could outlive the handler
                Interrupting.sent = True
                signal.pthread_kill(main, signal.SIGUSR1)

        def readinto(self, buffer: object) -> int:
            self.interrupt()
            return super().readinto(buffer)  # type: ignore[arg-type]

        def read(self, size: int | None = -1) -> bytes:
            self.interrupt()
            return super().read(size)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    main = threading.main_thread().ident
    assert main is not None
    monkeypatch.setattr(credentials, "_stream", lambda photo: (media.PNG, Interrupting(photo.data)))
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            credentials.sign(file_of("png"), origin(), identity)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_another_kind_of_file_is_refused(identity: Identity) -> None:
    with pytest.raises(UserError, match="creative-1: found another kind of file, allowed: PNG, JPEG"):
        credentials.sign(b"GIF89a", origin(), identity)
