"""A real model with small random weights: quick, and words and noise still matter."""

from dataclasses import replace
from pathlib import Path

import torch

from adfusion.models import Model, ModelCard, store
from adfusion.models.card import Data, Defaults, LatentStatistics
from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig, Upsampler, UpsamplerConfig

SIZES = ((64, 64), (64, 80), (48, 80), (80, 48))
"""Before the upsampler, which enlarges four times."""


def tiny_model(seed: int = 0) -> Model:
    torch.manual_seed(seed)
    card = ModelCard(
        name="tiny",
        description="Random weights for tests.",
        denoiser=DiTConfig(sample_size=8, width=32, heads=2, depth=2),
        autoencoder=AutoencoderConfig(4, *2 * ((8,) * 4, (0, 1, 1, 1))),
        upsampler=UpsamplerConfig(channels=8, blocks=1),
        process={"name": "flow"},
        prediction="flow",
        latents=LatentStatistics(mean=(0.0,) * 4, std=(1.0,) * 4),
        sizes=SIZES,
        defaults=Defaults(sampler="dpmpp_2m", steps=3, guidance_scale=2.0),
        data=Data(description="None.", rights="None needed."),
    )
    networks = DiT(card.denoiser), Autoencoder(card.autoencoder), Upsampler(card.upsampler)
    for network in networks[:2]:  # an untrained upsampler is bicubic: smooth pictures make small files
        for weights in network.parameters():
            torch.nn.init.normal_(weights, std=0.3 if weights.ndim == 1 else weights[0].numel() ** -0.5)
    for network in networks:
        network.requires_grad_(False).eval()
    return Model(card, *networks)


def save_tiny_model(folder: Path) -> Path:
    store.save(tiny_model(), folder)
    return folder


def save_tiny_student(folder: Path) -> Path:
    """A model of few steps, and in it the folder of its teacher."""
    teacher = tiny_model()
    card = teacher.card
    shape = replace(card.denoiser, distilled=True)
    net = DiT(shape).requires_grad_(False).eval()
    few = card.defaults.model_copy(update={"sampler": "mean_flow", "steps": 2})
    student = card.model_copy(update={"denoiser": shape, "defaults": few})
    store.save(Model(student, net, teacher.autoencoder, teacher.upsampler), folder)
    many = card.model_copy(update={"name": f"tiny:{store.TEACHER}"})
    store.save(replace(teacher, card=many), folder / store.TEACHER)
    return folder
