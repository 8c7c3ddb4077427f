"""Batches are as large as pays and as fits into memory."""

from collections.abc import Sequence

import pytest

from adfusion.generation import NativeGenerator, Progress, native
from adfusion.generation.batching import MOST, largest_batch, picture_memory
from tiny_model import tiny_model

MODEL = tiny_model()
SMALL, LARGE = (256, 256), (1024, 1024)


def batches(generator: NativeGenerator, count: int) -> Sequence[int]:
    """Sizes of the batches in which pictures of one prompt are drawn."""
    requests = [generator.request("a mug", seed=seed, steps=1) for seed in range(count)]
    return [len(event.requests) for event in generator.generate(requests) if isinstance(event, Progress)]


def test_a_picture_of_16_times_the_pixels_takes_16_times_the_memory() -> None:
    assert picture_memory(MODEL, LARGE) == 16 * picture_memory(MODEL, SMALL)


def test_half_of_what_is_free_bounds_a_batch() -> None:
    one = picture_memory(MODEL, SMALL)
    assert largest_batch(MODEL, SMALL, free=6 * one) == 3
    assert largest_batch(MODEL, LARGE, free=6 * one) == 1
    assert largest_batch(MODEL, SMALL, free=0) == 1
    assert largest_batch(MODEL, SMALL, free=10**15) == MOST


def test_pictures_are_drawn_in_batches_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert batches(NativeGenerator(MODEL), 5) == [5]
    monkeypatch.setattr(native, "largest_batch", lambda model, size: 2)
    assert batches(NativeGenerator(MODEL), 5) == [2, 2, 1]
    assert batches(NativeGenerator(MODEL, batch_size=3), 5) == [3, 2]
