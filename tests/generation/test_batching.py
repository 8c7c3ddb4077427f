"""Batches are as large as pays and as fits into memory, and change nothing but rounding."""

from collections.abc import Sequence

import pytest
import torch

from adfusion.diffusion import Streams, guided
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


@torch.no_grad()
def test_guidance_in_one_batch_is_guidance_in_two() -> None:
    prompts, nothing = ["a red mug", "a tall blue lamp on a podium"], ["", "blurry"]
    denoise, negative = MODEL.denoiser(prompts), MODEL.denoiser(nothing)
    x_t, t = Streams([1, 2]).randn(MODEL.latent_shape(64, 64)), torch.tensor([0.3, 0.8])
    apart = guided(denoise, negative, 4.0)(x_t, t)
    together = guided(denoise, negative, 4.0, both=MODEL.denoiser([*prompts, *nothing]))(x_t, t)
    assert (apart - denoise(x_t, t)).abs().max() > 0.01
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=1e-5)
