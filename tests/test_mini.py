"""The model that comes with the package: whole, small, and led by words."""

import json
from pathlib import Path

import numpy as np
import pytest

import adfusion
from adfusion.cli import main
from adfusion.color import oklab
from adfusion.creative.colors import rgb
from adfusion.data.scenes.scene import COLORS
from adfusion.generation import NativeGenerator
from adfusion.models import store
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
    assert len(weights) == 6
    assert sum(path.stat().st_size for path in weights) < 90e6


@pytest.mark.parametrize("name", ["mini", "mini:teacher"])
def test_its_card_says_how_it_was_made(name: str) -> None:
    card = store.load_card(name)
    assert set(card.training) == set(store.PARTS)
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
