"""`adfusion edit`: files, what they say, and what is refused."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.generation import Picture, Request, load_picture, save_picture
from adfusion.provenance.credentials import COMPOSITE, TRAINED
from adfusion.provenance.verify import verify
from command_line import Adfusion
from tiny_model import save_tiny_student

PHOTO = Image.merge(
    "RGB", [Image.linear_gradient("L").rotate(angle).resize((300, 260)) for angle in (0, 90, 180)]
)


@pytest.fixture
def edit(adfusion: Adfusion, model: Path, tmp_path: Path) -> Adfusion:
    return lambda verb, *arguments: adfusion(
        "edit", verb, *arguments, "--model", model, "-o", tmp_path / "out"
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    PHOTO.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    image = Image.new("L", PHOTO.size)
    image.paste(255, (100, 80, 200, 180))
    image.save(tmp_path / "mask.png")
    return tmp_path / "mask.png"


@pytest.fixture
def drawn(adfusion: Adfusion, model: Path, tmp_path: Path) -> list[Path]:
    """Two pictures that adfusion drew."""
    for seed, prompt in ((3, "a lamp"), (4, "a mug")):
        adfusion("generate", prompt, "--seed", seed, "--model", model, "-o", tmp_path / "drawn")
    return [tmp_path / "drawn" / name for name in ("a-lamp-3.png", "a-mug-4.png")]


def test_image_draws_numbered_pictures_and_a_sheet(edit: Adfusion, photo: Path, tmp_path: Path) -> None:
    done = edit("image", photo, "a red mug", "-n", 2, "--seed", 5, "--strength", 0.5)
    assert (done.code, done.err) == (0, "")
    names = ["photo-image-5.png", "photo-image-6.png", "photo-image-sheet.png"]
    assert done.out.split() == [str(tmp_path / "out" / name) for name in names]
    request = load_picture(tmp_path / "out" / names[1]).request
    assert (request.seed, request.strength, request.prompt) == (6, 0.5, "a red mug")
    drawn, _, sheet = (verify(tmp_path / "out" / name) for name in names)
    assert drawn.problems == sheet.problems == ()
    assert drawn.credentials and drawn.credentials.source_type == TRAINED
    assert sheet.credentials and sheet.credentials.source_type == COMPOSITE, "the photo is in it"


def test_a_few_step_model_leaves_edits_to_its_teacher_and_says_so(
    adfusion: Adfusion, photo: Path, tmp_path: Path
) -> None:
    student = save_tiny_student(tmp_path / "student")
    done = adfusion("edit", "image", photo, "a red mug", "--model", student, "-o", tmp_path)
    assert (done.code, done.err.count("drawn by its teacher")) == (0, 1)
    assert load_picture(tmp_path / "photo-image-0.png").model == "tiny:teacher"


def test_inpaint_keeps_every_unmasked_pixel_of_the_file(
    edit: Adfusion, photo: Path, mask: Path, tmp_path: Path
) -> None:
    edit("inpaint", photo, "a red mug", "--mask", mask)
    with Image.open(tmp_path / "out" / "photo-inpaint-0.png") as made:
        difference = np.abs(np.asarray(made).astype(int) - np.asarray(PHOTO)).max(axis=2)
    inside = np.zeros_like(difference, dtype=bool)
    inside[80:180, 100:200] = True
    assert difference[~inside].max() == 0
    assert difference[inside].max() > 0


def test_outpaint_makes_a_story_of_a_picture_and_keeps_its_pixels(
    edit: Adfusion, photo: Path, tmp_path: Path
) -> None:
    said = json.loads(edit("outpaint", photo, "a stage", "--size", "9:16", "--place", "top", "--json").out)
    with Image.open(said["pictures"][0]["file"]) as made:
        assert made.size == (300, 534)
        assert made.crop((0, 0, 300, 260)).tobytes() == PHOTO.tobytes()
    assert (said["pictures"][0]["width"], said["pictures"][0]["height"]) == (300, 534)


def test_recolor_with_the_same_words_changes_nothing(edit: Adfusion, photo: Path, tmp_path: Path) -> None:
    edit("recolor", photo, "--from", "a red mug", "--to", "a red mug")
    with Image.open(tmp_path / "out" / "photo-recolor-a-red-mug.png") as made:
        assert np.abs(np.asarray(made).astype(int) - np.asarray(PHOTO)).max() <= 1


def test_vary_draws_four_and_they_can_be_varied_again(
    edit: Adfusion, drawn: list[Path], tmp_path: Path
) -> None:
    assert len(edit("vary", drawn[0]).out.split()) == 5
    varied = tmp_path / "out" / "a-lamp-3-subtle-4.png"
    edit("vary", varied, "--amount", "strong", "-n", 1)
    assert len(load_picture(tmp_path / "out" / "a-lamp-3-subtle-4-strong-4.png").request.toward) == 2


def test_blend_goes_from_one_picture_to_the_other(edit: Adfusion, drawn: list[Path], tmp_path: Path) -> None:
    edit("blend", *drawn, "--amount", 0.25, "--amount", 1)
    quarter, whole = (
        load_picture(tmp_path / "out" / f"a-lamp-3-to-a-mug-4-{share}.png") for share in (25, 100)
    )
    assert [step.prompt for step in quarter.request.toward] == ["a mug"]
    from_one, from_other = (
        np.abs(np.asarray(whole.image).astype(int) - np.asarray(load_picture(path).image)).mean()
        for path in drawn
    )
    assert from_other < from_one / 4, "two watermarks lie between them"


def test_tile_and_film_draw_from_words(edit: Adfusion, tmp_path: Path) -> None:
    assert edit("tile", "confetti").code == 0
    assert load_picture(tmp_path / "out" / "confetti-tile-0.png").request.tile
    said = json.loads(edit("film", "a lamp", "--seeds", "1..3", "--frames", 2, "--json").out)
    with Image.open(said["films"][0]) as gif:
        assert gif.n_frames == said["frames"] == 5
    assert len(said["films"]) == 2 or "no MP4: it needs PyAV" in said["note"]


def bomb(path: Path) -> Path:
    """A PNG of 60000x60000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["image", "none.png", "a lamp"], "none.png: picture: found no such file"),
        (["image", "text.png", "a lamp"], "text.png: picture: found a file that is not a picture"),
        (["image", "bomb.png", "a lamp"], "bomb.png: picture: found a picture with too many pixels"),
        (["image", "photo.png", " "], "prompt: found an empty text"),
        (["image", "photo.png", "a lamp", "--strength", "0"], "strength: found 0.0, allowed: above 0, to 1"),
        (["image", "photo.png", "a lamp", "--strength", "nan"], "strength: found nan"),
        (["image", "photo.png", "a lamp", "--size", "3:1"], "size: found '3:1'"),
        (["inpaint", "photo.png", "a lamp", "--mask", "small.png"], "mask: found 10x10, allowed: 300x260"),
        (["inpaint", "photo.png", "a lamp", "--mask", "black.png"], "mask: found no white pixel"),
        (
            ["inpaint", "photo.png", "a lamp", "--mask", "text.png"],
            "text.png: mask: found a file that is not",
        ),
        (["inpaint", "photo.png", "a lamp"], "--mask"),
        (["outpaint", "photo.png", "a lamp", "--size", "tall"], "size: found 'tall', allowed: WIDTHxHEIGHT"),
        (["outpaint", "photo.png", "a lamp", "--size", "0:1"], "size: found '0:1'"),
        (["outpaint", "photo.png", "a lamp", "--size", "100x100"], "size: found 100x100, allowed: larger"),
        (["outpaint", "photo.png", "a lamp", "--size", "300x260"], "size: found 300x260, allowed: larger"),
        (["outpaint", "photo.png", "a lamp", "--size", "1:99999"], "at most 16384 pixels"),
        (["outpaint", "photo.png", "a lamp", "--size", "1:2", "--place", "up"], "place: found 'up'"),
        (["recolor", "photo.png", "--from", "", "--to", "a lamp"], "initial_prompt: found an empty text"),
        (["vary", "photo.png"], "photo.png: found no picture made by adfusion"),
        (["vary", "other.png"], "picture: found one drawn by"),
        (["blend", "photo.png", "photo.png"], "photo.png: found no picture made by adfusion"),
        (["film", "a lamp", "--seeds", "1"], "seeds: found '1', allowed: a span"),
        (["film", "a lamp", "--seeds", "1..99999"], "seeds: found '1..99999'"),
        (["film", "a lamp", "--seeds", "4..4"], "seeds: found 1, allowed: 2 or more"),
        (["tile", "a lamp", "--size", "100x100"], "size: found 100x100, allowed: 256x256"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    refused: Callable[..., str], model: Path, photo: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("text.png").write_text("not a picture")
    bomb(Path("bomb.png"))
    Image.new("L", (10, 10), 255).save("small.png")
    Image.new("L", PHOTO.size).save("black.png")
    request = Request("a lamp", 256, 256, 0, 2, 1.0, "ddim")
    save_picture(Picture(request, Image.new("RGB", (256, 256)), "other", "0" * 64), Path("other.png"))
    assert said in refused("edit", *arguments, "--model", model, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_amount_is_refused(
    refused: Callable[..., str], drawn: list[Path], model: Path, tmp_path: Path
) -> None:
    for amount, said in (
        ("wild", "amount: found 'wild', allowed: subtle, strong"),
        ("2", "amount: found 2.0"),
    ):
        assert said in refused("edit", "vary", drawn[0], "--amount", amount, "--model", model, "-o", tmp_path)
