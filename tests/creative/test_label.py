"""The visible label: there, legible, in nobody's way, or said to be missing."""

from dataclasses import replace
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
from adfusion.creative.label import labelled
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
    creative = labelled(bare, WORDS, place, brand.text_font, brand.clear_space)
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


def test_without_a_free_corner_the_check_says_so(brand: Brand) -> None:
    place, bare = PLACEMENTS["meta-feed-square"], composed("meta-feed-square", brand)
    everywhere = Group("logo-wall", (Panel("wall", place.canvas, "#ffffff"),))
    full = replace(bare, layers=(*bare.layers, everywhere))
    assert labelled(full, WORDS, place, brand.text_font) == full
    assert labelled(bare, WORDS * 9, place, brand.text_font) == bare
    findings = check(full, encode(image(full), place).data, place, Rules(label=WORDS))
    assert "label" in {each.check for each in findings}
