import numpy as np

from adfusion.provenance.short_code import WORDS, encode, fits, short

RNG = np.random.default_rng(0)
MASKS = RNG.integers(0, WORDS, 300).astype(np.uint16)


def test_the_transform_says_what_comparing_each_word_says() -> None:
    soft = RNG.normal(size=300).astype(np.float32)
    found = fits(soft, MASKS)
    for word in (0, 1, 777, WORDS - 1):
        assert np.isclose(found[word], soft @ encode(word, MASKS) / np.linalg.norm(soft), atol=1e-4)


def test_a_word_is_read_from_cells_of_which_most_are_lost() -> None:
    soft = encode(0xBEEF, MASKS) * (np.arange(300) % 4 == 0)
    found = fits(soft + RNG.normal(0, 0.2, 300).astype(np.float32), MASKS)
    assert found.argmax() == 0xBEEF


def test_random_cells_fit_no_word_better_than_chance_allows() -> None:
    best = max(fits(RNG.normal(size=300).astype(np.float32), MASKS).max() for _ in range(20))
    assert best < np.sqrt(2 * np.log(20 * WORDS / 1e-4))


def test_cells_without_values_fit_nothing() -> None:
    assert not fits(np.zeros(300, np.float32), MASKS).any()


def test_a_payload_is_cut_to_its_last_bits() -> None:
    assert short(0xDEADBEEF12345678) == 0x5678
