"""Files of generated and edited pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.generation import InputImage, LoraUse, Picture, Request
from adfusion.provenance.credentials import COMPOSITE, TRAINED
from adfusion.provenance.drawn import save_drawn
from adfusion.provenance.marker import Marker
from adfusion.provenance.verify import Verdict, verify
from signable import ad

SIZE = (400, 400)
SMALL, LARGE = (150, 150, 250, 250), (50, 50, 350, 350)


@pytest.fixture
def marker(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Marker:
    monkeypatch.setenv("ADFUSION_REGISTRY", str(tmp_path / "registry.sqlite"))
    return Marker()


def edited(folder: Path, marker: Marker, photo: Image.Image, box: tuple[int, int, int, int]) -> Path:
    """A file in which a flat box was drawn anew."""
    mask, result = Image.new("L", SIZE), photo.copy()
    mask.paste(255, box)
    result.paste("teal", box)
    request = Request(
        "a box", *SIZE, 0, 4, 1.0, "ddim", initial=InputImage.of(photo), mask=InputImage.of(mask, "L")
    )
    path = folder / "edited.png"
    save_drawn(Picture(request, result, "mini", "0" * 64), path, marker)
    return path


def verdict(folder: Path, marker: Marker, photo: Image.Image, box: tuple[int, int, int, int]) -> Verdict:
    return verify(edited(folder, marker, photo, box))


def test_a_large_edit_is_marked_and_no_pixel_outside_the_mask_is(tmp_path: Path, marker: Marker) -> None:
    photo = ad(SIZE)
    path = edited(tmp_path, marker, photo, LARGE)
    with Image.open(path) as image:
        changed = (np.asarray(image.convert("RGB")) != np.asarray(photo)).any(axis=2)
    inside = np.zeros(changed.shape, bool)
    inside[50:350, 50:350] = True
    assert not changed[~inside].any()
    found = verify(path)
    assert found.problems == () and found.watermark is not None and found.watermark.present and found.agree


def test_an_edit_says_what_it_was_made_from(tmp_path: Path, marker: Marker) -> None:
    photo = ad(SIZE)
    said = verdict(tmp_path, marker, photo, LARGE).credentials
    assert said is not None and (said.model, said.source_type) == ("mini", COMPOSITE)
    assert said.photos == {"initial picture": InputImage.of(photo).sha256}


def test_a_picture_names_the_loras_that_it_was_drawn_with(tmp_path: Path, marker: Marker) -> None:
    loras = (LoraUse("brand", "ab" * 32, 0.8),)
    request = Request("a box", *SIZE, 0, 4, 1.0, "ddim", loras=loras)
    save_drawn(Picture(request, ad(SIZE), "mini", "0" * 64), tmp_path / "a.png", marker)
    said = verify(tmp_path / "a.png").credentials
    assert said is not None and (said.source_type, said.loras) == (TRAINED, loras)


def test_a_small_edit_has_no_mark_and_its_credentials_say_so(tmp_path: Path, marker: Marker) -> None:
    found = verdict(tmp_path, marker, ad(SIZE), SMALL)
    assert found.problems == () and found.credentials is not None and found.credentials.payload is None
    assert found.watermark is not None and not found.watermark.present


def test_an_edit_of_a_marked_picture_keeps_the_mark_it_has(tmp_path: Path, marker: Marker) -> None:
    found = verdict(tmp_path, marker, marker.mark(ad(SIZE), 7), LARGE)
    assert found.problems == () and found.agree is None
    assert found.watermark is not None and found.watermark.short == 7


def test_a_mark_that_was_washed_out_is_missed(tmp_path: Path, marker: Marker) -> None:
    path = edited(tmp_path, marker, ad(SIZE), LARGE)
    with Image.open(path) as image:
        image.convert("L").convert("RGB").save(tmp_path / "grey.png")
    assert "no watermark of this computer's key" in verify(tmp_path / "grey.png").problems
