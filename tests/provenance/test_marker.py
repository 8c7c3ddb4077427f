import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.provenance import credentials
from adfusion.provenance.fingerprint import pixels_sha256
from adfusion.provenance.identity import trust_anchors
from adfusion.provenance.keys import watermark_key
from adfusion.provenance.marker import Marker, payload_of
from adfusion.provenance.pixel_mark import detect
from adfusion.provenance.registry import Registry
from signable import ad, file_of, origin


@pytest.fixture
def marker(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Marker:
    monkeypatch.setenv("ADFUSION_REGISTRY", str(tmp_path / "registry.sqlite"))
    return Marker()


def test_creatives_of_a_campaign_share_half_of_their_payload() -> None:
    one, two, other = payload_of("tea", "a"), payload_of("tea", "b"), payload_of("coffee", "a")
    assert one >> 32 == two >> 32 != other >> 32
    assert len({each & 0xFFFFFFFF for each in (one, two, other)}) == 3


def test_spared_pixels_stay_and_the_mark_is_still_read(marker: Marker) -> None:
    whole = ad((800, 800))
    spare = np.zeros((800, 800), bool)
    spare[200:700, 250:650] = True
    marked = marker.mark(whole, 7, spare)
    changed = (np.asarray(marked) != np.asarray(whole)).any(axis=2)
    assert not changed[spare].any() and changed[~spare].mean() > 0.5
    assert detect(marked, watermark_key()).payload == 7


def test_the_overhead_is_never_less_than_what_signing_adds(marker: Marker) -> None:
    for format in ("png", "jpeg", "webp"):
        plain, kind = file_of(format), f"image/{format}"
        assert len(marker.sign(plain, origin())) - len(plain) <= marker.overhead(origin(), kind)


@pytest.mark.parametrize(("settings", "said"), [("", None), ("prompts: true", "a teal bottle")])
def test_the_prompt_is_signed_only_if_the_settings_allow_it(
    marker: Marker, config: Path, settings: str, said: str | None
) -> None:
    (config / "provenance.yaml").write_text(settings)
    signed = Marker().sign(file_of("png"), origin(prompt="a teal bottle"))
    found = credentials.read(signed, trust_anchors())
    assert found is not None and found.prompt == said


def test_other_keys_or_settings_make_other_files(marker: Marker, config: Path) -> None:
    before = marker.made_with()
    assert Marker().made_with() == before
    (config / "provenance.yaml").write_text("prompts: true")
    allowing = Marker().made_with()
    (config / "watermark.key").unlink()
    assert len({before, allowing, Marker().made_with()}) == 3


def test_a_registered_file_is_found_by_its_bytes_and_pixels(marker: Marker) -> None:
    signed = marker.sign(file_of("png"), origin())
    row = marker.register("tea/creative-1", signed, origin())
    with Registry() as registry, Image.open(io.BytesIO(file_of("png"))) as unsigned:
        assert registry.by_pixels(pixels_sha256(unsigned)) == row
    assert (row.id, row.payload, row.model) == ("tea/creative-1", 2**63 + 5, "mini")


def test_no_key_is_in_what_is_made(marker: Marker, config: Path) -> None:
    signed = marker.sign(file_of("png"), origin())
    row = marker.register("tea/creative-1", signed, origin())
    secret = (config / "watermark.key").read_text().strip()
    pem = marker.identity.key.splitlines()[1]
    said = signed + json.dumps(row.__dict__).encode() + repr(marker.identity).encode()
    assert not any(each in said for each in (secret.encode(), pem.encode(), bytes.fromhex(secret)))
