import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.provenance.mark_code import CODED_BITS, decode, encode

PAYLOADS = st.integers(0, 2**64 - 1)


@given(PAYLOADS)
@settings(max_examples=20, deadline=None)
def test_every_payload_comes_back(payload: int) -> None:
    assert decode(encode(payload)) == payload


@given(PAYLOADS, st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_half_of_the_bits_may_be_lost(payload: int, seed: int) -> None:
    kept = np.random.default_rng(seed).permutation(CODED_BITS) < CODED_BITS // 2
    assert decode(encode(payload) * kept) == payload


def test_one_wrong_bit_in_seven_is_mended() -> None:
    rng = np.random.default_rng(0)
    for payload in rng.integers(0, 2**63, 20):
        wrong = rng.permutation(CODED_BITS) < CODED_BITS // 7
        assert decode(encode(int(payload)) * np.where(wrong, -1, 1)) == payload


def test_noise_alone_holds_no_payload() -> None:
    rng = np.random.default_rng(0)
    assert all(decode(rng.normal(size=CODED_BITS)) is None for _ in range(200))


def test_silence_and_an_inverted_word_hold_no_payload() -> None:
    assert decode(np.zeros(CODED_BITS)) is None
    assert decode(-encode(5)) is None


def test_two_payloads_are_coded_far_apart() -> None:
    assert np.count_nonzero(encode(1) != encode(0)) >= 24  # the free distance of this code
