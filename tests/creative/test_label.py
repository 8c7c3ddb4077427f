"""The visible label: there, legible, in nobody's way, or said to be missing."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from stand_ins import stand_in

from adfusion.creative import layout
from adfusion.creative.brand import Brand
from adfusion.creative.brief import load_brief
from adfusion.creative.checks import Rules, check
from adfusion.creative.checks.parts import foreground, pieces
from adfusion.creative.document import Creative, Group, Panel
from adfusion.creative.draw import image
from adfusion.creative.encode import encode
from adfusion.creative.label import first_labelled, labelled
from adfusion.creative.layout import Copy
from adfusion.creative.placement import PLACEMENTS
from adfusion.errors import UserError
from painter import write_brief

WORDS = "AI-generated"


def composed(name: str, brand: Brand) -> Creative:
    place = PLACEMENTS[name]
    picture = stand_in(place.aspect, place.copy_space)
    return layout.compose(
        picture,
        Copy("Slow tea.", "Shop now"),
        brand,
        place,
        copy_space=place.copy_space,
        metadata={"id": "x"},
    )


@pytest.mark.parametrize("name", ("meta-feed-square", "meta-story", "google-landscape", "iab-half-page"))
def test_the_label_is_in_a_free_corner_of_the_safe_area(name: str, brand: Brand) -> None:
    place, bare = PLACEMENTS[name], composed(name, brand)
    creative = labelled(bare, replace(place, label=WORDS), brand.text_font, brand.clear_space)
    ground = creative.find("label-ground")
    assert isinstance(ground, Panel) and place.safe.contains(ground.box)
    others = [box for layer in foreground(bare) for _, box in pieces(layer)]
    assert not any(ground.box.overlaps(box) for box in others)
    rules = Rules(brand.clear_space, label=WORDS)
    found = list(check(creative, encode(image(creative), place).data, place, rules))
    before = list(check(bare, encode(image(bare), place).data, place, rules))
    assert {each.check for each in before} - {each.check for each in found} == {"label"}
    assert not [each for each in found if each not in before]


def test_a_label_without_letters_for_it_is_refused_with_the_brief(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"brief\.yaml: label: .*"):
        load_brief(write_brief(tmp_path, label="人工智能生成"))


def test_a_placement_has_a_label_of_its_own_before_that_of_its_pack_and_of_the_brief(tmp_path: Path) -> None:
    places = load_brief(
        write_brief(
            tmp_path,
            placements=["google", "meta-story", "custom 640x360"],
            label=WORDS,
            labels={"google": "Made with AI", "google-square": "AI", "custom 640x360": "Synthetic"},
        )
    ).places()
    assert {place.name: place.label for place in places} == {
        "google-landscape": "Made with AI",
        "google-square": "AI",
        "google-portrait": "Made with AI",
        "meta-story": WORDS,
        "custom-640x360": "Synthetic",
    }


def test_only_placements_that_are_named_have_a_label(tmp_path: Path) -> None:
    brief = write_brief(tmp_path, labels={"iab-skyscraper": WORDS})
    assert [place.label for place in load_brief(brief).places()] == ["", "", WORDS]


@pytest.mark.parametrize(
    "labels, message",
    (
        ({"meta-story": WORDS}, r"labels: found 'meta-story'; allowed: placements of the brief: iab-medium"),
        ({"meta": WORDS}, r"labels: found 'meta'; allowed: placements of the brief: iab-medium"),
        ({"billboard": WORDS}, r"labels: found 'billboard'; allowed: social, meta"),
        ({"iab-skyscraper": ""}, r"labels\.iab-skyscraper: found ''; allowed: printable text"),
        ({"iab-skyscraper": "人工智能生成"}, r"labels\.iab-skyscraper: .*"),
    ),
)
def test_a_label_that_cannot_be_set_is_one_clear_line(
    tmp_path: Path, labels: dict[str, str], message: str
) -> None:
    with pytest.raises(UserError, match=rf"brief\.yaml: {message}") as refused:
        load_brief(write_brief(tmp_path, labels=labels))
    assert "\n" not in str(refused.value)


def test_without_a_free_corner_the_check_says_so(brand: Brand) -> None:
    place, bare = PLACEMENTS["meta-feed-square"], composed("meta-feed-square", brand)
    everywhere = Group("logo-wall", (Panel("wall", place.canvas, "#ffffff"),))
    full = replace(bare, layers=(*bare.layers, everywhere))
    assert labelled(full, replace(place, label=WORDS), brand.text_font) == full
    assert labelled(bare, replace(place, label=WORDS * 9), brand.text_font) == bare
    findings = check(full, encode(image(full), place).data, place, Rules(label=WORDS))
    assert "label" in {each.check for each in findings}


def test_a_layout_with_a_free_corner_is_taken_where_the_best_has_none(brand: Brand) -> None:
    place = replace(PLACEMENTS["iab-skyscraper"], label=WORDS)
    compose = partial(
        layout.compose,
        stand_in(place.aspect, place.copy_space),
        Copy("Slow coffee for fast days", "Try it today", "Brewed cold for twelve hours.", "-20 %"),
        brand,
        place,
        copy_space=place.copy_space,
    )
    full, free = compose(template="badge"), compose(template="hero-top")
    assert labelled(full, place, brand.text_font, brand.clear_space) is full
    found = first_labelled(iter([full, free]), place, brand.text_font, brand.clear_space)
    assert found.metadata["template"] == "hero-top" and found.find("label") is not None
    assert first_labelled(iter([full, full]), place, brand.text_font, brand.clear_space) is full
