"""Plain captions say what is true, one way only."""

from dataclasses import asdict, fields

import pytest

from adfusion.data.scenes.plain import NOTHING, Said, said_of
from adfusion.data.scenes.scene import COLORS, random_scene


def test_what_is_said_of_a_scene_is_true_of_it() -> None:
    for number in range(500):
        scene = random_scene(number)
        said = said_of(scene)
        assert said.product == (scene.product or NOTHING)
        for name, value in asdict(said).items():
            if name != "product" and value is not None:
                assert value == getattr(scene, name)


def test_a_plain_caption_names_the_colours_that_are_said_and_no_other() -> None:
    for number in range(500):
        said = said_of(random_scene(number))
        told = {said.product_color, said.accent_color, said.backdrop_color, said.second_color} - {None}
        assert {color for color in COLORS if color in said.plain().replace(",", "").split()} == told


def test_different_things_are_said_differently() -> None:
    said = {said_of(random_scene(number), wording) for number in range(300) for wording in range(2)}
    assert len({each.plain() for each in said}) == len(said)


@pytest.mark.parametrize(
    ("said", "caption"),
    [
        (Said("lamp", "red"), "red lamp"),
        (Said(NOTHING, stage="round podium"), "an empty round podium"),
        (Said(NOTHING, stage="arch"), "an empty stage in front of an arch"),
        (
            Said("mug", "teal", "white", "glossy", "steps", "two-tone", "pink", "navy", copy_space="left"),
            "glossy teal mug with white details standing on a small staircase, "
            "two-tone backdrop, pink wall and navy floor, copy space on the left",
        ),
    ],
)
def test_a_plain_caption_has_one_order(said: Said, caption: str) -> None:
    assert said.plain() == caption


def test_one_in_eight_is_as_short_as_red_lamp() -> None:
    said = [said_of(random_scene(number)) for number in range(1000)]
    with_product = [each for each in said if each.product != NOTHING]
    short = [
        each for each in with_product if all(getattr(each, field.name) is None for field in fields(Said)[2:])
    ]
    assert 0.08 < len(short) / len(with_product) < 0.2
