"""`adfusion generate`: files, what they say, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from adfusion.generation import load_picture
from command_line import Adfusion

PROMPT = "a glossy teal bottle on a round podium, pink backdrop, copy space on the left"
STEM = "a-glossy-teal-bottle-on-a-round-podium"


@pytest.fixture
def generate(adfusion: Adfusion, model: Path, tmp_path: Path) -> Adfusion:
    return lambda *arguments: adfusion("generate", *arguments, "--model", model, "-o", tmp_path / "out")


def test_it_draws_pictures_and_a_contact_sheet(generate: Adfusion, tmp_path: Path) -> None:
    done = generate(PROMPT, "-n", 3, "--seed", 7)
    names = [*(f"{STEM}-{seed}.png" for seed in (7, 8, 9)), f"{STEM}-sheet.png"]
    assert done.code == 0
    assert done.err == ""
    assert done.out.split() == [str(tmp_path / "out" / name) for name in names]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    with Image.open(tmp_path / "out" / names[0]) as image:
        assert (image.size, image.mode) == ((256, 256), "RGB")


def test_a_picture_can_be_drawn_again_from_what_its_file_says(
    generate: Adfusion, adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    settings = ["--steps", 2, "--guidance-scale", 3, "--sampler", "heun", "--negative-prompt", "snow"]
    generate(PROMPT, "-n", 2, "--seed", 7, "--size", "4:5", *settings)
    first = tmp_path / "out" / f"{STEM}-8.png"
    said = load_picture(first).request
    assert (said.size, said.steps, said.guidance_scale, said.sampler) == ((256, 320), 2, 3.0, "heun")
    settings = {
        "--seed": said.seed,
        "--size": f"{said.width}x{said.height}",
        "--steps": said.steps,
        "--guidance-scale": said.guidance_scale,
        "--sampler": said.sampler,
        "--negative-prompt": said.negative_prompt,
        "--model": model,
        "-o": tmp_path / "again",
    }
    adfusion("generate", said.prompt, *(word for setting in settings.items() for word in setting))
    again = load_picture(tmp_path / "again" / first.name)
    difference = [
        abs(a - b) for a, b in zip(again.image.tobytes(), load_picture(first).image.tobytes(), strict=True)
    ]
    assert max(difference) <= 1


def test_json_says_what_was_made(generate: Adfusion) -> None:
    said = json.loads(generate(PROMPT, "-n", 2, "--seed", 7, "--json").out)
    assert [picture["seed"] for picture in said["pictures"]] == [7, 8]
    assert all(Path(picture["file"]).is_file() for picture in said["pictures"])
    assert {"prompt", "steps", "sampler", "guidance_scale", "model", "model_hash"} <= said["pictures"][
        0
    ].keys()
    assert Path(said["sheet"]).is_file()


def test_a_strip_shows_the_picture_coming_into_focus(generate: Adfusion, tmp_path: Path) -> None:
    generate(PROMPT, "--steps-strip", "--steps", 3)
    with Image.open(tmp_path / "out" / f"{STEM}-0-steps.png") as strip:
        assert strip.width > 3 * strip.height


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "prompt: found an empty text"),
        (["   "], "prompt: found an empty text"),
        (["a lamp", "--size", "100x100"], "size: found 100x100, allowed: 256x256, 256x320"),
        (["a lamp", "--size", "huge"], "size: found 'huge', allowed: 256x256"),
        (["a lamp", "--size", "3:1"], "size: found '3:1', allowed: 256x256"),
        (["a lamp", "--sampler", "magic"], "sampler: found 'magic', allowed: "),
        (["a lamp", "--steps", "0"], "steps: found 0, allowed: 1 to 1000"),
        (["a lamp", "--guidance-scale", "-1"], "guidance_scale: found -1.0, allowed: 0 to 30"),
        (["a lamp", "--guidance-scale", "nan"], "guidance_scale: found nan, allowed: 0 to 30"),
        (["a lamp", "--seed", "-5"], "seed: found -5"),
        (["a lamp", "--steps", "many"], "--steps"),
        (["a lamp", "-n", "0"], "-n"),
        (["a lamp", "--colour", "red"], "--colour"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    refused: Callable[..., str], model: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    assert said in refused("generate", *arguments, "--model", model, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_model_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "model: found 'nope'" in refused("generate", "a lamp", "--model", "nope", "-o", tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(
    refused: Callable[..., str], model: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "file" in refused("generate", "a lamp", "--model", model, "-o", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "in the way"
