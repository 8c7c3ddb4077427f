"""A concept can be made from a picture: redrawn, in part, around it, in other words, varied; or be a tile."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from adfusion.campaigns import Campaign
from adfusion.campaigns.plan import PictureJob, plan
from adfusion.campaigns.rights import rights
from adfusion.creative.archive import ASSETS, DOCUMENTS, load
from adfusion.creative.brief import load_brief
from adfusion.creative.document import Picture
from adfusion.errors import UserError
from adfusion.generation import NativeGenerator, load_picture, save_picture
from adfusion.generation.backends import open_generator
from adfusion.models import store
from adfusion.provenance import credentials
from adfusion.provenance.credentials import COMPOSITE, MIXED, Credentials, Origin
from adfusion.provenance.identity import load_identity, trust_anchors
from painter import write_brief
from tiny_lora import save_tiny_lora
from tiny_model import save_tiny_model, tiny_model

Write = Callable[..., Path]
START = Image.radial_gradient("L").resize((200, 200)).convert("RGB")


@pytest.fixture(scope="module")
def generator() -> NativeGenerator:
    return NativeGenerator(tiny_model())


@pytest.fixture
def write(tmp_path: Path, generator: NativeGenerator) -> Write:
    """A brief of one concept, beside it the pictures that it may name."""
    START.save(tmp_path / "start.png")
    mask = Image.new("L", START.size)
    mask.paste(255, (60, 40, 140, 120))
    mask.save(tmp_path / "mask.png")
    Image.new("L", (20, 20), 255).save(tmp_path / "small.png")
    save_picture(generator.generate("a red can", seed=5, steps=2).last(), tmp_path / "drawn.png")

    def brief(
        *placements: str, segments: tuple[str, ...] = ("All",), more: Any = None, **concept: object
    ) -> Path:
        said = {"name": "Red", **({} if "like" in concept else {"prompt": "a red can"}), **concept}
        content = {
            "concepts": [said], "headlines": ["Slow"], "segments": [{"name": name} for name in segments],
            "placements": list(placements or ["iab-medium-rectangle"]),
        }  # fmt: skip
        return write_brief(tmp_path, **{**content, **(more or {})})

    return brief


def said(out: Path, creative: dict[str, Any]) -> Credentials:
    """The credentials of a creative's finished file."""
    found = credentials.read((out / creative["files"][0]["path"]).read_bytes(), trust_anchors())
    assert found is not None
    return found


def jobs(brief: Path, generator: NativeGenerator) -> tuple[PictureJob, ...]:
    return plan(load_brief(brief), generator, 2).pictures


def test_a_concept_starts_from_its_picture(write: Write, generator: NativeGenerator, tmp_path: Path) -> None:
    *_, result = Campaign(write(start="start.png", strength=0.01), tmp_path / "ads").run(generator, 2)
    (record,) = json.loads(result.manifest.read_text())["pictures"]
    assert (record["request"]["strength"], record["request"]["initial"]["width"]) == (0.01, 200)
    assert "start.png" in json.loads(result.manifest.read_text())["brief"]["assets"]


def test_little_strength_is_near_the_picture_and_none_given_is_a_medium_one(
    write: Write, generator: NativeGenerator
) -> None:
    (job,) = jobs(write(start="start.png"), generator)
    assert job.request.strength == 0.6
    assert job.request.initial is not None
    assert job.request.initial.image.tobytes() == START.tobytes()
    (job,) = jobs(write(), generator)
    assert (job.request.strength, job.request.initial) == (1.0, None)


def test_a_mask_keeps_every_black_pixel_of_the_start(
    write: Write, generator: NativeGenerator, tmp_path: Path
) -> None:
    *_, result = Campaign(write(start="start.png", mask="mask.png"), tmp_path / "ads").run(generator, 2)
    (record,) = json.loads(result.manifest.read_text())["pictures"]
    drawn = np.asarray(load_picture(tmp_path / "ads" / record["file"]["path"]).image).astype(int)
    changed = np.abs(drawn - np.asarray(START)).max(axis=2)
    redrawn = np.asarray(Image.open(tmp_path / "mask.png")) > 0
    assert changed[~redrawn].max() == 0
    assert changed[redrawn].mean() > 5
    assert {"start.png", "mask.png"} <= json.loads(result.manifest.read_text())["brief"]["assets"].keys()


def test_one_square_becomes_a_story_and_a_leaderboard_and_stays_whole_in_both(
    write: Write, generator: NativeGenerator, tmp_path: Path
) -> None:
    places = ("meta-story", "iab-leaderboard", "meta-feed-square")
    brief = write(*places, start="start.png", extend=True)
    *_, result = Campaign(brief, tmp_path / "ads").run(generator, 2)
    manifest = json.loads(result.manifest.read_text())
    sizes = {
        (record["request"]["width"], record["request"]["height"]): record for record in manifest["pictures"]
    }
    assert sizes.keys() == {(200, 356), (400, 200), (200, 200)}
    for creative in manifest["creatives"]:
        made, drawn = said(tmp_path / "ads", creative), creative["placement"] != "meta-feed-square"
        assert made.valid and made.model == ("tiny" if drawn else None)
        assert made.source_type == (COMPOSITE if drawn else MIXED)
        assert made.photos == {"start.png": manifest["brief"]["assets"]["start.png"]}
    assert len(rights(tmp_path / "ads").pictures) == 2, "drawn; the third is the start itself"
    boxes = {(200, 356): (0, 78, 200, 278), (400, 200): (200, 0, 400, 200), (200, 200): (0, 0, 200, 200)}
    for size, record in sizes.items():
        drawn = load_picture(tmp_path / "ads" / record["file"]["path"]).image
        assert drawn.size == size
        assert drawn.crop(boxes[size]).tobytes() == START.tobytes()
    *_, again = Campaign(brief, tmp_path / "ads", resume=True).run(generator, 2)
    assert again.made == 0


def test_a_start_that_a_model_drew_stays_one_where_it_is_used_as_it_is(
    write: Write, generator: NativeGenerator, tmp_path: Path
) -> None:
    brief = write("meta-feed-square", start="start.png", extend=True)
    drawn = credentials.sign(
        (tmp_path / "start.png").read_bytes(), Origin("start", "", "sd"), load_identity()
    )
    (tmp_path / "start.png").write_bytes(drawn)
    *_, result = Campaign(brief, tmp_path / "ads").run(generator, 2)
    made = said(tmp_path / "ads", json.loads(result.manifest.read_text())["creatives"][0])
    assert (made.model, made.source_type) == (None, COMPOSITE)


def test_what_a_start_shows_is_recoloured_with_the_concepts_own_words(
    write: Write, generator: NativeGenerator, tmp_path: Path
) -> None:
    brief = write("iab-medium-rectangle", "meta-story", start="start.png", shows="a teal can")
    first, second = jobs(brief, generator)
    assert (first.request.initial_prompt, first.request.prompt) == ("a teal can", "a red can")
    assert first.request == second.request
    *_, result = Campaign(brief, tmp_path / "ads").run(generator, 2)
    paths = [record["file"]["path"] for record in json.loads(result.manifest.read_text())["pictures"]]
    assert len({(tmp_path / "ads" / path).read_bytes() for path in paths}) == 1


def test_variations_have_the_words_of_their_picture_and_differ_by_segment(
    write: Write, generator: NativeGenerator
) -> None:
    one, other = jobs(write(like="drawn.png", segments=("Day", "Night"), amount="strong"), generator)
    assert (one.request.prompt, one.request.seed) == (other.request.prompt, 5) == ("a red can", 5)
    assert (one.request.toward[0].amount, other.request.toward[0].amount) == (0.45, 0.45)
    assert one.request.toward[0].seed != other.request.toward[0].seed
    card = generator.model.card.model_copy(update={"name": "other"})
    with pytest.raises(UserError, match=r"picture: found one drawn by tiny .*, allowed: one by other"):
        jobs(write(like="drawn.png"), NativeGenerator(replace(generator.model, card=card)))


def test_a_tile_is_drawn_once_and_repeats_behind_the_words(
    write: Write, generator: NativeGenerator, tmp_path: Path
) -> None:
    brief = write("iab-medium-rectangle", "meta-feed-square", tile=True)
    requests = {job.request for job in jobs(brief, generator)}
    assert {(request.tile, request.size) for request in requests} == {(True, (256, 256))}
    assert all("copy space" not in request.prompt for request in requests)
    *_, result = Campaign(brief, tmp_path / "ads").run(generator, 2)
    for path in (tmp_path / "ads" / DOCUMENTS).glob("*.json"):
        picture = load(path, tmp_path / "ads" / ASSETS).find("picture")
        assert isinstance(picture, Picture)
        pixels = np.asarray(picture.image)
        assert pixels.shape == (768, 768, 3)
        assert np.array_equal(pixels[:512, :512], pixels[256:, 256:])
    assert result.creatives == 2


def test_a_concept_names_its_loras(write: Write, tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path / "model")
    save_tiny_lora(tmp_path / "brand", store.load(model))
    brief = write(loras=["brand:0.5"])
    opened = open_generator(model, loras=[(save_tiny_lora(tmp_path / "other", store.load(model), 1), 1)])
    *_, result = Campaign(brief, tmp_path / "ads").run(opened, 2)
    manifest = json.loads(result.manifest.read_text())
    (lora,) = manifest["pictures"][0]["request"]["loras"]
    assert (lora["name"], lora["weight"]) == ("brand", 0.5)
    assert manifest["brief"]["content"]["concepts"][0]["loras"] == [lora]
    assert manifest["creatives"][0]["metadata"]["loras"] == [lora]
    made = said(tmp_path / "ads", manifest["creatives"][0])
    assert [(each.name, each.sha256, each.weight) for each in made.loras] == [("brand", lora["sha256"], 0.5)]
    assert str(tmp_path) not in result.manifest.read_text()
    *_, again = Campaign(brief, tmp_path / "ads", resume=True).run(opened, 2)
    assert again.made == 0


@pytest.mark.parametrize(
    ("concept", "complaint"),
    [
        ({"strength": 0.5}, "concepts[0].strength: found 0.5; allowed: strength beside start"),
        ({"start": "start.png", "strength": 1.5}, "concepts[0].strength: found 1.5"),
        ({"start": "none.png"}, "concepts[0].start: found 'none.png'; allowed: an existing file"),
        ({"start": "logo.svg"}, "concepts.start: found a file that is not a picture"),
        ({"mask": "mask.png"}, "allowed: mask beside start"),
        ({"start": "start.png", "mask": "small.png"}, "concepts.mask: found 20x20; allowed: 200x200"),
        ({"extend": True}, "concepts[0].extend: found True; allowed: extend beside start"),
        (
            {"start": "start.png", "mask": "mask.png", "extend": True},
            "concepts[0].extend: found True; allowed: one of mask and extend",
        ),
        ({"shows": "a can"}, "concepts[0].shows: found 'a can'; allowed: shows beside start"),
        (
            {"like": "start.png"},
            "concepts[0]: found 'start.png'; allowed: a PNG that adfusion drew, relative to the brief",
        ),
        ({"like": "none.png"}, "concepts[0]: found 'none.png'; allowed: a PNG that adfusion drew"),
        ({"like": "drawn.png", "prompt": "a can"}, "concepts[0]: found prompt beside like; allowed: one of"),
        ({"like": "drawn.png", "start": "start.png"}, "concepts[0].like: found"),
        ({"like": "drawn.png", "amount": "wild"}, "found 'wild'; allowed: subtle, strong, or a number"),
        ({"amount": 0.5}, "concepts[0].amount: found 0.5; allowed: amount beside like"),
        ({"start": "start.png", "tile": True}, "concepts[0].tile: found True; allowed: one of start and"),
        ({"loras": ["none:0.5"]}, "concepts[0].loras[0]: found 'none:0.5'; allowed: a safetensors file, or"),
        (
            {
                "tile": True,
                "more": {
                    "headlines": [], "calls_to_action": [], "placements": ["meta-carousel-card"],
                    "carousel": [{"headline": "One"}, {"headline": "Two"}, {"headline": "Three"}],
                },
            },
            "carousel: found one beside tile of 'Red'; allowed: a carousel or tile",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_concepts_pictures_is_one_clear_line(
    write: Write, concept: dict[str, Any], complaint: str
) -> None:
    brief = write(**concept)
    with pytest.raises(UserError) as error:
        load_brief(brief)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
