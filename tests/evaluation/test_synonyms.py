"""Words that no caption holds: those of a dictionary are looked up, the rest is for the text encoder."""

from adfusion.evaluation.synonyms import STRANGE, SYNONYMS, reading
from adfusion.models import store


def test_words_of_no_dictionary_are_counted_apart() -> None:
    model = store.load("mini")
    assert model.reader is not None
    shares = reading(model)
    for attribute in ("product", "product_color"):
        words = [each.word for each in SYNONYMS if each.attribute == attribute]
        strange = [word for word in words if not model.reader.knows(attribute, word)]
        assert shares[attribute].count == len(words)
        assert shares[attribute + STRANGE].count == len(strange) > 0
        assert shares[attribute].share > shares[attribute + STRANGE].share
    assert "season" + STRANGE not in shares


def test_a_reader_knows_kinds_of_products_and_colours_of_details() -> None:
    reader = store.load("mini").reader
    assert reader is not None
    assert reader.knows("product", "haversack")
    assert reader.knows("accent_color", "crimson")
    assert not reader.knows("product", "sunnies")
    assert not reader.knows("stage", "a stairway")
