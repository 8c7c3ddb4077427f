from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from adfusion.diffusion import Flow
from adfusion.errors import UserError
from adfusion.models import Model, store

PROMPTS = ["a glossy teal bottle on a round podium, pink backdrop", "a mug"]


def test_models_on_one_device_share_a_text_encoder(make_model: Callable[..., Model]) -> None:
    model = make_model()
    assert replace(model).text_encoder is make_model().text_encoder is model.text_encoder


@torch.no_grad()
def test_denoiser_estimates_the_clean_sample_from_the_velocity(make_model: Callable[..., Model]) -> None:
    model = make_model()
    x_t = torch.randn(2, 4, 4, 6)
    t = torch.tensor([0.3, 0.8])
    text = model.text_encoder.encode(PROMPTS)
    velocity = model.denoiser_net(x_t, t, text.states, text.mask)
    expected = x_t - t[:, None, None, None] * velocity
    torch.testing.assert_close(model.denoiser(PROMPTS)(x_t, t), expected, atol=1e-6, rtol=1e-6)


@torch.no_grad()
def test_denoiser_follows_the_prediction_of_the_card(make_model: Callable[..., Model]) -> None:
    model = make_model(prediction="sample", process={"name": "cosine"})
    x_t, t = torch.randn(2, 4, 4, 4), torch.tensor([0.3, 0.8])
    text = model.text_encoder.encode(PROMPTS)
    output = model.denoiser_net(x_t, t, text.states, text.mask)
    torch.testing.assert_close(model.denoiser(PROMPTS)(x_t, t), output, atol=1e-6, rtol=1e-6)


@torch.no_grad()
def test_an_estimate_does_not_depend_on_its_batch(make_model: Callable[..., Model]) -> None:
    model = make_model()
    x_t, t = torch.randn(2, 4, 4, 4), torch.tensor([0.3, 0.8])
    together = model.denoiser(PROMPTS)(x_t, t)
    alone = torch.cat([model.denoiser([PROMPTS[i]])(x_t[i : i + 1], t[i : i + 1]) for i in range(2)])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_latents_are_normalised_by_the_card(make_model: Callable[..., Model]) -> None:
    model = make_model()
    pixels = torch.rand(3, 3, 16, 24) * 2 - 1
    latents = model.encode(pixels)
    raw = model.autoencoder.encode(pixels)
    mean = torch.tensor([0.1, -0.2, 0.3, 0.0]).reshape(1, 4, 1, 1)
    std = torch.tensor([1.5, 0.5, 1.0, 2.0]).reshape(1, 4, 1, 1)
    torch.testing.assert_close(latents, (raw - mean) / std)
    torch.testing.assert_close(model.decode(latents), model.autoencoder.decode(raw).clamp(-1, 1))


@torch.no_grad()
def test_pixels_stay_in_range(make_model: Callable[..., Model]) -> None:
    model = make_model()
    pixels = model.decode(50 * torch.randn(2, 4, 4, 6))
    large = model.upsample(torch.randn(2, 3, 16, 24).sign())
    assert pixels.shape == (2, 3, 16, 24)
    assert large.shape == (2, 3, 64, 96)
    assert pixels.abs().max() <= 1
    assert large.abs().max() <= 1


def test_latent_shape_is_that_of_an_encoded_picture(make_model: Callable[..., Model]) -> None:
    model = make_model()
    width, height = 16, 24
    assert model.latent_shape(width, height) == model.encode(torch.zeros(1, 3, height, width)).shape[1:]
    with pytest.raises(UserError, match=r"size: found 24x16, allowed: 16x16, 16x24$"):
        model.latent_shape(24, 16)


def test_the_hash_of_a_model_changes_with_its_weights_and_its_card(
    make_model: Callable[..., Model], tmp_path: Path
) -> None:
    first = store.save(make_model(), tmp_path / "first")
    same = store.save(make_model(), tmp_path / "same")
    assert first.hash == same.hash == store.load(tmp_path / "first").hash
    other = make_model()
    with torch.no_grad():
        other.upsampler.head.bias[0] += 0.01
    assert store.save(other, tmp_path / "weights").hash != first.hash
    assert store.save(make_model(license="MIT"), tmp_path / "card").hash != first.hash


def test_the_process_is_that_of_the_card(make_model: Callable[..., Model]) -> None:
    assert make_model().process == Flow()
