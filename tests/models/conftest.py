from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from adfusion.models import Model, ModelCard, store
from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig, Upsampler, UpsamplerConfig


def tiny_card(**changes: Any) -> ModelCard:
    fields: dict[str, Any] = {
        "name": "tiny",
        "description": "Random weights, for tests.",
        "denoiser": DiTConfig(sample_size=4, patch_size=1, width=16, heads=2, depth=2),
        "autoencoder": AutoencoderConfig(4, *2 * ((8, 8, 8), (0, 1, 1))),
        "upsampler": UpsamplerConfig(channels=4, blocks=1),
        "process": {"name": "flow"},
        "prediction": "flow",
        "latents": {"mean": (0.1, -0.2, 0.3, 0.0), "std": (1.5, 0.5, 1.0, 2.0)},
        "sizes": [(16, 16), (16, 24)],
        "data": {"description": "None.", "rights": "None needed."},
        "training": {
            "denoiser": {
                "recipe": {"batch": 64},
                "pictures_seen": 123456,
                "hours": 1.5,
                "device": "CPU",
                "torch": "2.13.0",
            }
        },
        "metrics": {"reconstruction": {"psnr, dB": 31.25}},
    }
    return ModelCard.model_validate(fields | changes)


@pytest.fixture
def make_card() -> Callable[..., ModelCard]:
    return tiny_card


@pytest.fixture
def make_model() -> Callable[..., Model]:
    def make(**changes: Any) -> Model:
        torch.manual_seed(0)
        card = tiny_card(**changes)
        model = Model(card, DiT(card.denoiser), Autoencoder(card.autoencoder), Upsampler(card.upsampler))
        for weight in (*model.denoiser_net.parameters(), *model.upsampler.parameters()):
            torch.nn.init.normal_(weight, std=0.1)
        return model

    return make


@pytest.fixture
def saved(make_model: Callable[..., Model], tmp_path: Path) -> Path:
    store.save(make_model(), tmp_path / "tiny")
    return tmp_path / "tiny"
