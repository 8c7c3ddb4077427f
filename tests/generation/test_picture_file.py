"""Picture files say how they were made, always in the same bytes."""

import dataclasses
import json
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

import adfusion
from adfusion.errors import UserError
from adfusion.generation import (
    InputImage,
    Picture,
    Request,
    Toward,
    contact_sheet,
    load_picture,
    save_picture,
    steps_strip,
)
from adfusion.generation.picture_file import drawn_by

REQUEST = Request("Flasche für „Öl“ 🫒", 32, 48, 7, 25, 4.5, "ddim", negative_prompt="snow")
PICTURE = Picture(REQUEST, Image.effect_noise((32, 48), 50).convert("RGB"), "tiny", "ab" * 32)


def test_a_picture_comes_back_with_everything_that_made_it(tmp_path: Path) -> None:
    save_picture(PICTURE, tmp_path / "a.png")
    back = load_picture(tmp_path / "a.png")
    assert back.request == REQUEST
    assert (back.model, back.model_hash) == ("tiny", "ab" * 32)
    assert back.image.tobytes() == PICTURE.image.tobytes()
    assert drawn_by(tmp_path / "a.png") == ("tiny", "ab" * 32)


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_picture(PICTURE, tmp_path / name / "picture.png")
    assert (tmp_path / "a/picture.png").read_bytes() == (tmp_path / "b/picture.png").read_bytes()


def test_other_programs_can_read_the_settings(tmp_path: Path) -> None:
    save_picture(PICTURE, tmp_path / "a.png")
    text = Image.open(tmp_path / "a.png").text["adfusion"]
    for said in ("Flasche für „Öl“ 🫒", "snow", '"seed": 7', "ddim", "4.5", "ab" * 32, adfusion.__version__):
        assert said in text


def test_a_picture_from_words_alone_says_nothing_about_edits(tmp_path: Path) -> None:
    save_picture(PICTURE, tmp_path / "a.png")
    said = json.loads(Image.open(tmp_path / "a.png").text["adfusion"])
    assert said.keys() == {
        "software", "model", "model_hash", "prompt", "negative_prompt", "width", "height", "seed", "steps",
        "guidance_scale", "sampler",
    }  # fmt: skip


def test_an_edited_picture_comes_back_with_its_edit(tmp_path: Path) -> None:
    request = dataclasses.replace(
        REQUEST, initial=InputImage.of(PICTURE.image), strength=0.4, toward=(Toward(0.3, 5, "a mug"),)
    )
    save_picture(dataclasses.replace(PICTURE, request=request), tmp_path / "a.png")
    assert load_picture(tmp_path / "a.png").request == request


@pytest.mark.parametrize("said", ["[]", "{}", '{"prompt": 3}', '{"model": "a", "initial": 7}', "nonsense"])
def test_metadata_of_another_kind_is_refused(tmp_path: Path, said: str) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("adfusion", said)
    PICTURE.image.save(tmp_path / "a.png", pnginfo=chunks)
    with pytest.raises(UserError, match="found no picture made by adfusion"):
        load_picture(tmp_path / "a.png")


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.png"):
        load_picture(tmp_path / "a.png")


def test_a_picture_without_metadata_is_refused(tmp_path: Path) -> None:
    PICTURE.image.save(tmp_path / "a.png")
    with pytest.raises(UserError, match="made"):
        load_picture(tmp_path / "a.png")


def test_a_contact_sheet_holds_every_picture_in_its_shape() -> None:
    colors = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff"]
    images = [Image.new("RGB", (40, 20 + 10 * index), color) for index, color in enumerate(colors)]
    sheet = contact_sheet(images, [f"seed {index}" for index in range(5)], width=40)
    counts = {color: count for count, color in sheet.getcolors(100_000)}
    for index, image in enumerate(images):
        assert counts[image.getpixel((0, 0))] == 40 * (20 + 10 * index)


def test_a_strip_shows_first_and_last_and_at_most_eight_frames() -> None:
    frames = [Image.new("RGB", (10, 10), (index, 0, 0)) for index in range(25)]
    frames.append(Image.new("RGB", (40, 40), (255, 0, 0)))
    strip = steps_strip(frames)
    assert strip.height == 40
    reds = [red for red, green, _ in (strip.getpixel((x, 20)) for x in range(strip.width)) if green == 0]
    assert (reds[0], reds[-1]) == (0, 255)
    assert len(set(reds)) == 8
    assert steps_strip(frames[:1]).size == (10, 10)
