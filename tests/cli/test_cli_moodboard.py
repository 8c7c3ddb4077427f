"""`adfusion moodboard` and `adfusion campaign --season`, as a user runs them."""

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from adfusion.creative.moodboard import HEIGHT, WIDTH
from command_line import Adfusion
from painter import write_brief


def test_a_theme_becomes_a_page_as_svg_and_png_with_what_made_it(
    adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    done = adfusion("moodboard", "a teal bottle, snow", "-o", tmp_path, "--model", model, "--steps", 1)
    assert done.code == 0
    assert "<svg" in (tmp_path / "moodboard.svg").read_text()
    with Image.open(tmp_path / "moodboard.png") as page:
        assert page.size == (WIDTH, HEIGHT)
    about = json.loads((tmp_path / "moodboard.json").read_text())
    assert about["themes"] == ["a teal bottle, snow"]
    assert len(about["pictures"]) == 6


def test_an_empty_theme_is_one_line(refused: Callable[..., str], model: Path, tmp_path: Path) -> None:
    assert "allowed: 1 to 6 themes" in refused("moodboard", " ", "-o", tmp_path, "--model", model)
    assert not (tmp_path / "moodboard.svg").exists()


def test_a_season_is_in_the_names_and_the_manifest(adfusion: Adfusion, model: Path, tmp_path: Path) -> None:
    brief = write_brief(tmp_path, placements=["iab-medium-rectangle"])
    done = adfusion(
        "campaign", brief, "-o", tmp_path / "out", "--season", "christmas", "--model", model, "--limit", 1
    )
    assert done.code == 0
    (creative,) = json.loads((tmp_path / "out/manifest.json").read_text())["creatives"]
    assert "_christmas_" in creative["id"]
    assert creative["metadata"]["axes"]["season"] == "christmas"
    assert "festive ornaments" in creative["metadata"]["prompt"]


def test_an_unknown_season_is_one_line(refused: Callable[..., str], tmp_path: Path) -> None:
    line = refused("campaign", write_brief(tmp_path), "-o", tmp_path / "out", "--season", "monsoon")
    assert "--season: found 'monsoon'; allowed: winter, christmas" in line
