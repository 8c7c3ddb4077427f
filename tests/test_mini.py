"""The model that comes with the package: whole, small, and led by words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import adfusion
from adfusion.cli import main
from adfusion.color import oklab
from adfusion.creative.colors import rgb
from adfusion.data.scenes.plain import said_of
from adfusion.data.scenes.scene import COLORS, PRODUCTS, random_scene
from adfusion.evaluation import prompts
from adfusion.evaluation.drawing import draw
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import load_probe
from adfusion.generation import NativeGenerator
from adfusion.models import store
from adfusion.models.card import READER
from signed import content

BRIEF = Path(__file__).parents[1] / "examples" / "oddleaf" / "brief.yaml"
PROMPT = "a white bottle on a round podium, plain {} background"


@pytest.fixture(scope="module")
def mini() -> NativeGenerator:
    return adfusion.load("mini")


def test_it_is_whole_and_small() -> None:
    assert store.bundled() == ["mini", "mini:teacher"]
    assert store.verify("mini").ok and store.verify("mini:teacher").ok
    weights = list(store.find("mini").rglob("*.safetensors"))
    assert len(weights) == 8
    assert sum(path.stat().st_size for path in weights) < 90e6


@pytest.mark.parametrize("name", ["mini", "mini:teacher"])
def test_its_card_says_how_it_was_made(name: str) -> None:
    card = store.load_card(name)
    assert set(card.training) == {*store.PARTS, READER}
    assert card.metrics and card.data.rights
    logs = (store.find(name) / "training").glob("*.jsonl")
    seen = {json.loads(log.read_text().splitlines()[-1])["pictures"] for log in logs}
    assert {record.pictures_seen for record in card.training.values()} <= seen


def test_it_draws_in_few_steps_and_its_teacher_in_many() -> None:
    student, teacher = store.load_card("mini"), store.load_card("mini:teacher")
    assert student.defaults.steps <= 4 < teacher.defaults.steps
    assert student.latents == teacher.latents and student.sizes == teacher.sizes


def test_words_choose_the_backdrop(mini: NativeGenerator) -> None:
    names = ["red", "green", "blue", "yellow"]
    requests = [mini.request(PROMPT.format(name), seed=3) for name in names]
    corners = [
        np.asarray(picture.image)[:64, :96].reshape(-1, 3) for picture in mini.generate(requests).pictures()
    ]
    palette = np.array([oklab(rgb(COLORS[name])) for name in names])
    nearest = [
        np.linalg.norm(palette - oklab(np.median(corner, axis=0)), axis=1).argmin() for corner in corners
    ]
    assert [names[index] for index in nearest] == names


@pytest.mark.parametrize(
    ("prompt", "read_as"),
    [
        ("red lamp", "red lamp"),
        ("Please, could we see a crimson lamp on some steps?", "red lamp standing on a small staircase"),
        (
            "The hero is a green backpack. Red floor meets white wall, leave the left side empty.",
            "green backpack, two-tone backdrop, white wall and red floor, copy space on the left",
        ),
        ("a teal mug, Christmas mood", "teal mug, festive ornaments"),
        ("blue headphones on a pink gradient", "blue headphones, plain pink background"),
        ("a watch with a teal background", "watch, plain teal background"),
        ("a mug on a bright red background", "mug, plain red background"),
        ("a red wall clock", "red watch"),
        ("an empty stage, seamless beige backdrop", "an empty stage, seamless beige backdrop"),
        ("", ""),
        ("lovely weather", "lovely weather"),
    ],
)
def test_prompts_are_read_as_what_they_say(prompt: str, read_as: str) -> None:
    assert store.load("mini").read([prompt]) == [read_as]


def test_a_colour_before_the_word_background_is_never_the_products() -> None:
    model = store.load("mini")
    assert model.reader is not None
    asked = [(product, color) for product in PRODUCTS for color in COLORS]
    read = model.reader.read([f"a {one} on a {color} background" for one, color in asked], model.text_encoder)
    for (product, color), said in zip(asked, read, strict=True):
        assert said is not None, product
        assert (said.product_color, said.backdrop_color) == (None, color), product


def test_plain_captions_are_read_as_themselves() -> None:
    captions = [said_of(random_scene(5_000_000 + number)).plain() for number in range(300)]
    read = store.load("mini").read(captions)
    assert sum(one == other for one, other in zip(captions, read, strict=True)) >= 294


def test_the_prompts_of_the_yardstick_are_read_rightly() -> None:
    model = store.load("mini")
    assert model.reader is not None
    asked = prompts.seen(200)
    read = model.reader.read([one.prompt for one in asked], model.text_encoder)
    for name in ("product", "product_color", "backdrop_color", "stage"):
        told = [(one.scene, said) for one, said in zip(asked, read, strict=True) if name in one.attributes]
        right = sum(getattr(scene, name) == getattr(said, name) for scene, said in told)
        assert right >= 0.95 * len(told), name


def test_what_is_told_plainly_is_drawn_better() -> None:
    model, reader = store.load("mini"), load_probe()
    asked = prompts.seen(48)
    scenes = [one.scene for one in asked]
    shares = []
    for each in (model, replace(model, reader=None)):
        drawn = draw(each, [one.prompt for one in asked], [scene.seed for scene in scenes])
        right = fidelity(asked, reader.read(np.concatenate(list(drawn))), ("product", "backdrop_color"))
        shares.append(right[EVERYTHING].share)
    assert shares[0] > shares[1]


def test_a_caption_is_worth_something_to_the_teacher() -> None:
    figures = store.load_card("mini:teacher").metrics["what captions are worth on held-out renders"]
    assert isinstance(figures, dict)
    own, other = (float(str(figures[f"loss with {whose} caption"])) for whose in ("own", "another picture's"))
    assert own < 0.9 * other


def test_a_picture_is_the_same_alone_and_in_a_batch(mini: NativeGenerator) -> None:
    alone = mini.generate("a red lamp", seed=5, steps=4).last()
    together = mini.generate("a red lamp", n=8, seed=0, steps=4).pictures()[5]
    assert together.seed == alone.seed
    difference = np.abs(np.asarray(alone.image, int) - np.asarray(together.image, int))
    assert difference.max() <= 1


def test_the_example_campaign_runs_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def campaign(*more: str) -> dict[str, object]:
        with pytest.raises(SystemExit) as stop:
            main(["campaign", str(BRIEF), "-o", str(tmp_path / "out"), "--steps", "4", "--json", *more])
        assert stop.value.code == 0
        result: dict[str, object] = json.loads(capsys.readouterr().out)
        return result

    campaign("--limit", "2")
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "creatives").iterdir()}
    campaign("--limit", "7", "--resume")
    assert {path: path.stat().st_mtime_ns for path in first} == first
    assert len(list((tmp_path / "out" / "creatives").glob("*.svg"))) == 7
    whole = content(tmp_path / "out")

    with pytest.raises(SystemExit):
        main(["campaign", str(BRIEF), "-o", str(tmp_path / "again"), "--steps", "4", "--limit", "7"])
    assert content(tmp_path / "again") == whole, "same brief, same campaign"
