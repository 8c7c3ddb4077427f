"""A concept that starts from a picture redraws that picture, in every size."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.campaigns import Campaign
from adfusion.campaigns.plan import plan
from adfusion.creative.brief import load_brief
from adfusion.errors import UserError
from adfusion.generation import NativeGenerator
from painter import write_brief
from tiny_model import tiny_model

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def generator() -> NativeGenerator:
    return NativeGenerator(tiny_model())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def brief(**concept: object) -> Path:
        Image.new("RGB", (200, 160), (220, 40, 30)).save(tmp_path / "start.png")
        said = {"name": "Red", "prompt": "a red can", **concept}
        return write_brief(
            tmp_path, concepts=[said], headlines=["Slow"], segments=[{"name": "All"}],
            placements=["iab-medium-rectangle"],
        )  # fmt: skip

    return brief


def test_a_concept_starts_from_its_picture(write: Write, generator: NativeGenerator, tmp_path: Path) -> None:
    *_, result = Campaign(write(start="start.png", strength=0.01), tmp_path / "ads").run(generator, 2)
    (record,) = json.loads(result.manifest.read_text())["pictures"]
    assert (record["request"]["strength"], record["request"]["initial"]["width"]) == (0.01, 200)
    assert "start.png" in json.loads(result.manifest.read_text())["brief"]["assets"]


def test_little_strength_is_near_the_picture_and_none_given_is_a_medium_one(
    write: Write, generator: NativeGenerator
) -> None:
    (job,) = plan(load_brief(write(start="start.png")), generator, 2).pictures
    assert job.request.strength == 0.6
    assert job.request.initial is not None
    assert np.asarray(job.request.initial.image)[0, 0].tolist() == [220, 40, 30]
    (job,) = plan(load_brief(write()), generator, 2).pictures
    assert (job.request.strength, job.request.initial) == (1.0, None)


@pytest.mark.parametrize(
    ("concept", "complaint"),
    [
        ({"strength": 0.5}, "concepts[0].strength: found 0.5; allowed: a strength beside start"),
        ({"start": "start.png", "strength": 1.5}, "concepts[0].strength: found 1.5"),
        ({"start": "none.png"}, "concepts[0].start: found 'none.png'; allowed: an existing file"),
        ({"start": "logo.svg"}, "concepts.start: found a file that is not a picture"),
    ],
)
def test_a_mistake_in_start_is_one_clear_line(
    write: Write, concept: dict[str, object], complaint: str
) -> None:
    brief = write(**concept)
    with pytest.raises(UserError) as error:
        load_brief(brief)
    assert complaint in str(error.value)
