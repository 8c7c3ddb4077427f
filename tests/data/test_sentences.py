"""Sentences that teach reading: their marks are true, and the yardstick's words are not among them."""

import re

from adfusion.data.scenes.caption import COLOR_WORDS, PRODUCT_WORDS
from adfusion.data.scenes.color_names import colors
from adfusion.data.scenes.dictionary import PRODUCTS as DICTIONARY
from adfusion.data.scenes.phrases import ORDINARY
from adfusion.data.scenes.plain import ROLES
from adfusion.data.scenes.scene import COLORS, random_scene
from adfusion.data.scenes.sentences import TAGS, Sentence, sentence
from adfusion.evaluation import prompts
from adfusion.evaluation.synonyms import SYNONYMS

SENTENCES = [sentence(number) for number in range(1500)]


def test_a_number_gives_the_same_sentence_every_time() -> None:
    assert [sentence(number) for number in range(20)] == SENTENCES[:20]


def test_the_parts_of_a_sentence_lie_in_it_in_order_and_apart() -> None:
    for each in SENTENCES:
        ends = 0
        for start, end, tag in each.parts:
            assert ends <= start < end <= len(each.text)
            assert tag in TAGS[1:]
            ends = end


def _words(each: Sentence, tag: str) -> list[str]:
    return [each.text[start:end].lower() for start, end, said in each.parts if said == tag]


def test_a_marked_colour_is_that_of_the_scene() -> None:
    fields = {"product_color": "product_color", "accent_color": "accent_color"}
    fields |= {roles[0]: "backdrop_color" for roles in ROLES.values()}
    fields |= {roles[1]: "second_color" for roles in ROLES.values() if len(roles) == 2}
    checked = 0
    for number, each in enumerate(SENTENCES):
        for role, field in fields.items():
            for words in _words(each, role):
                name = getattr(random_scene(number), field)
                known = (name, *COLOR_WORDS[name], *ORDINARY)
                assert any(words.endswith(word.lower()) for word in known), each.text
                checked += 1
    assert checked > 2000


def test_a_marked_value_is_that_of_the_scene() -> None:
    for number, each in enumerate(SENTENCES):
        scene = random_scene(number)
        for _, _, tag in each.parts:
            attribute, _, value = tag.partition("=")
            if value:
                assert (getattr(scene, attribute) or "nothing") == value
        for words in _words(each, "product"):
            assert words in (*map(str.lower, PRODUCT_WORDS[str(scene.product)]), *ORDINARY)


def test_no_sentence_is_worded_as_the_prompts_that_models_are_measured_with() -> None:
    frames = [*prompts.STAGES.values(), *prompts.LIGHTS.values(), *prompts.COPY_SPACES.values()]
    frames.remove("with an arch behind")  # captions have it too
    frames += prompts.SEASONS_WORDS.values()
    frames += ["the hero is", "we need an ad", "advert |", "please draw", "studio sweep behind", "fades into"]
    frames += ["floor meets", "paper behind it", "everything behind is", "the gradient goes", "wall is plain"]
    for each in SENTENCES:
        text = " ".join(each.text.lower().split())
        assert not [frame for frame in frames if frame in text], each.text


def test_no_synonym_is_a_word_of_the_sentences() -> None:
    words = {synonym.word.lower() for synonym in SYNONYMS}
    for each in SENTENCES:
        said = {each.text[start:end].lower() for start, end, _ in each.parts}
        assert not words & said


def test_a_dictionary_names_products_and_is_sure_of_each_word() -> None:
    assert set(DICTIONARY) == set(PRODUCT_WORDS)
    words = [word for words in DICTIONARY.values() for word in words]
    assert len(words) == len(set(words))
    captions = {word.lower() for words in PRODUCT_WORDS.values() for word in words}
    assert not captions & set(words)
    assert {"haversack", "rucksack"} <= set(DICTIONARY["backpack"])


def test_colours_are_called_what_people_call_them() -> None:
    captions, survey = colors()
    assert set(captions.values()) == set(COLORS)
    expected = {
        "forest green": "green", "plum": "purple", "chocolate": "brown", "sky blue": "blue",
        "burgundy": "red", "lilac": "purple", "charcoal": "grey", "navy blue": "navy", "rose": "pink",
        "dark blue": "navy", "royal blue": "blue", "turquoise": "teal", "cream": "beige", "ivory": "white",
        "silver": "grey", "slate": "grey",
    }  # fmt: skip
    assert {name: survey[name] for name in expected} == expected
    assert not any(re.search("[A-Z]", name) for name in survey)
