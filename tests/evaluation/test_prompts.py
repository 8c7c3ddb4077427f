"""What is asked is true, new to the model, and split as the repository says."""

import re

import pytest

from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.scene import COLORS, PRODUCTS, SEASONS, random_scene
from adfusion.data.scenes.split import HELD_OUT_COLORS, HELD_OUT_SEASONS, held_out
from adfusion.evaluation import prompts
from adfusion.evaluation.attributes import ATTRIBUTES
from adfusion.evaluation.synonyms import SYNONYMS


def test_every_product_misses_two_colours_and_one_season_and_all_are_missed_equally_often() -> None:
    assert {len(colors) for colors in HELD_OUT_COLORS.values()} == {2}
    for color in COLORS:
        assert sum(color in colors for colors in HELD_OUT_COLORS.values()) == 2 * len(PRODUCTS) / len(COLORS)
    for season in SEASONS[1:]:
        assert list(HELD_OUT_SEASONS.values()).count(season) == len(PRODUCTS) / (len(SEASONS) - 1)


def test_seen_prompts_are_of_combinations_that_training_has_met() -> None:
    assert not any(held_out(one.scene) for one in prompts.seen(200))


def test_held_out_prompts_name_the_combination_that_training_left_out() -> None:
    for one in prompts.held_out_colors(120):
        assert one.scene.product_color in HELD_OUT_COLORS[str(one.scene.product)]
        assert f"{one.scene.product_color} {one.scene.product}" in one.prompt
    for one in prompts.held_out_seasons(120):
        assert one.scene.season == HELD_OUT_SEASONS[str(one.scene.product)]
        assert prompts.SEASONS_WORDS[one.scene.season] in one.prompt


def test_every_held_out_pair_has_its_turn() -> None:
    pairs = {(one.scene.product, one.scene.product_color) for one in prompts.held_out_colors(400)}
    assert len(pairs) == 2 * len(PRODUCTS)


def test_a_prompt_names_what_it_claims_to_name() -> None:
    for one in prompts.seen(300):
        assert set(one.attributes) <= set(ATTRIBUTES)
        assert str(one.scene.product) in one.prompt
        for attribute in ("product_color", "accent_color", "backdrop_color"):
            if attribute in one.attributes:
                assert getattr(one.scene, attribute) in one.prompt.lower()
        if "stage" not in one.attributes:
            assert not any(words in one.prompt for words in prompts.STAGES.values())


def test_no_prompt_is_worded_as_a_training_caption() -> None:
    captions = {caption(random_scene(number), wording) for number in range(2000) for wording in range(3)}
    asked = prompts.seen(500)
    assert not captions & {one.prompt for one in asked}
    frames = ("Show ", "We need an ad", "Please draw", "The hero is", " | ")
    assert all(any(words in one.prompt for words in frames) for one in asked)
    assert not any(words in text for words in frames for text in captions)


@pytest.mark.parametrize("one", prompts.seen(60), ids=lambda one: str(one.scene.seed))
def test_prompts_are_clean_sentences(one: prompts.Asked) -> None:
    assert not re.search(r"  | ,| ;| \.|,\.|\|$|,$", one.prompt), one.prompt


def test_synonyms_are_many_and_unknown_to_the_captions() -> None:
    known = {
        word
        for number in range(3000)
        for wording in range(3)
        for word in re.findall(r"[a-z'-]+", caption(random_scene(number), wording).lower())
    }
    assert len(SYNONYMS) >= 60
    for synonym in SYNONYMS:
        words = set(re.findall(r"[a-z'-]+", synonym.word.lower())) - {"a", "an", "of", "de", "for"}
        assert not words & known, synonym.word
        assert synonym.word in synonym.prompt
        assert synonym.value in ATTRIBUTES[synonym.attribute]
