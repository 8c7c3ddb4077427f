"""What a prompt leaves open is chosen by its seed, and nothing that it says is changed."""

from dataclasses import asdict, replace

import pytest

from adfusion.data.scenes.completion import completed, told
from adfusion.data.scenes.plain import NOTHING, Said, said_of
from adfusion.data.scenes.scene import random_scene

RED_LAMP = Said("lamp", "red")


def chosen(said: Said, name: str, count: int = 200) -> set[str | None]:
    return {getattr(completed(said, seed), name) for seed in range(count)}


def test_what_is_said_stays_as_it_is() -> None:
    for number in range(300):
        said = said_of(random_scene(number))
        after = asdict(completed(said, number))
        assert {name: after[name] for name, value in asdict(said).items() if value is not None} == {
            name: value for name, value in asdict(said).items() if value is not None
        }


def test_a_few_words_become_a_whole_scene() -> None:
    open_after = {name for name, value in asdict(completed(RED_LAMP, 1)).items() if value is None}
    assert open_after <= {"second_color", "season"}


def test_a_seed_always_chooses_the_same_and_others_choose_otherwise() -> None:
    assert completed(RED_LAMP, 2**63 - 1) == completed(RED_LAMP, 2**63 - 1)
    assert len({completed(RED_LAMP, seed) for seed in range(50)}) > 40


def test_the_side_for_copy_changes_nothing_else() -> None:
    for seed in range(50):
        left = completed(replace(RED_LAMP, copy_space="left"), seed)
        assert replace(left, copy_space="top") == completed(replace(RED_LAMP, copy_space="top"), seed)


def test_chosen_colors_differ_from_each_other_and_from_those_that_are_said() -> None:
    for seed in range(200):
        said = completed(replace(RED_LAMP, backdrop="two-tone"), seed)
        assert said.product_color == "red"
        assert len({said.product_color, said.accent_color, said.backdrop_color, said.second_color}) == 4


@pytest.mark.parametrize(("name", "rare"), [("light", "neon"), ("material", "glass"), ("season", "snow")])
def test_what_is_unusual_must_be_asked_for(name: str, rare: str) -> None:
    assert rare not in chosen(RED_LAMP, name)
    assert chosen(replace(RED_LAMP, **{name: rare}), name, 20) == {rare}


def test_details_are_quiet_unless_they_are_named() -> None:
    assert chosen(RED_LAMP, "accent_color") == {"white", "beige", "grey", "black"}
    assert chosen(replace(RED_LAMP, accent_color="pink"), "accent_color", 20) == {"pink"}


def test_an_empty_stage_stays_empty() -> None:
    said = completed(Said(NOTHING), 5)
    assert (said.product, said.product_color, said.material, said.accent_color) == (NOTHING, None, None, None)
    assert chosen(Said(NOTHING), "stage") == {"none"}


def test_all_that_is_told_of_a_scene_is_true_and_nothing_is_left_to_choose() -> None:
    for number in range(300):
        said = told(random_scene(number))
        assert completed(said, 7) == said
