"""Known words are found by the letter, unknown ones by what the text encoder makes of them."""

import pytest

from adfusion.models.lexicon import Lexicon
from adfusion.nets import TextEncoder

ANCHORS = {"bottle": "bottle", "flask": "bottle", "lamp": "lamp", "lantern": "lamp", "book": "book"}


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


@pytest.fixture(scope="module")
def lexicon(encoder: TextEncoder) -> Lexicon:
    return Lexicon.of(ANCHORS, {"tome": "book"}, encoder)


@pytest.mark.parametrize(
    ("phrase", "value"),
    [
        ("flask", "bottle"),
        ("Lamps,", "lamp"),
        ("old leather tome", "book"),
        ("lantern-coloured", "lamp"),
        ("book by the sea", "book"),
        ("novel", None),
    ],
)
def test_a_known_word_is_found_in_a_phrase(lexicon: Lexicon, phrase: str, value: str | None) -> None:
    assert lexicon.find(phrase) == value


@pytest.mark.parametrize(("word", "value"), [("novel", "book"), ("chandelier", "lamp"), ("jug", "bottle")])
def test_an_unknown_word_means_what_is_nearest(
    lexicon: Lexicon, encoder: TextEncoder, word: str, value: str
) -> None:
    ((found, similarity),) = lexicon.nearest([word], encoder)
    assert found == value
    assert 0.2 < similarity < 1


def test_a_known_word_is_nearest_to_itself(lexicon: Lexicon, encoder: TextEncoder) -> None:
    ((value, similarity),) = lexicon.nearest(["lamp"], encoder)
    assert value == "lamp"
    assert similarity == pytest.approx(1, abs=1e-4)
