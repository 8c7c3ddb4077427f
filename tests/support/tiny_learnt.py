"""A small model that has learnt something: blurred scenes, and what words mean for their colours.

It learns in seconds because its latents are colours, averages of 8x8 pixels, and need no training.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.diffusion import objectives
from adfusion.models import Model
from adfusion.models.card import Data, Defaults, LatentStatistics, ModelCard, Part
from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig, Upsampler, UpsamplerConfig
from adfusion.pixels import to_pixels
from adfusion.training.latents import pad


class Colors(Autoencoder):
    def encode(self, pixels: Tensor) -> Tensor:
        return F.avg_pool2d(pixels, 8)

    def decode(self, latents: Tensor) -> Tensor:
        return F.interpolate(latents, scale_factor=8.0)


def learnt_model(steps: int = 300) -> Model:
    torch.manual_seed(0)
    card = ModelCard(
        name="learnt",
        description="For tests.",
        denoiser=DiTConfig(sample_size=8, patch_size=2, in_channels=3, out_channels=3, width=64, heads=2,
                           depth=2),
        autoencoder=AutoencoderConfig(3, *2 * ((12,) * 4, (0, 1, 1, 1))),
        upsampler=UpsamplerConfig(channels=8, blocks=1),
        process={"name": "flow"},
        prediction="flow",
        latents=LatentStatistics(mean=(0.0,) * 3, std=(0.5,) * 3),
        sizes=((64, 64), (48, 80)),
        defaults=Defaults(steps=8, guidance_scale=2.0),
        data=Data(description="Scenes.", rights="Our own renders."),
        parts={"denoiser": Part(file="denoiser.safetensors", sha256="0" * 64, parameters=1)},
    )  # fmt: skip
    net = DiT(card.denoiser)
    model = Model(card, net, Colors(card.autoencoder), Upsampler(card.upsampler))
    scenes = [random_scene(number) for number in range(128)]
    latents = model.encode(to_pixels(render(scenes, size=(64, 64)).rgb))
    text = model.text_encoder.encode([caption(scene) for scene in scenes])
    texts = [states[mask] for states, mask in zip(text.states, text.mask, strict=True)]
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    objective = objectives.FlowMatching(1.0, 1.0)
    random = torch.Generator().manual_seed(0)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 3e-3 * (1 - step / steps)
        chosen = torch.randint(len(scenes), (32,), generator=random)
        words = pad([texts[index] for index in chosen])
        x_0, t = latents[chosen], objective.times(32, random)
        noise = torch.randn(x_0.shape, generator=random)
        losses = objectives.loss(
            lambda x_t, at, words=words: net(x_t, at, words.states, words.mask),
            x_0, t, noise, model.process, "flow", objective,
        )  # fmt: skip
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
    net.requires_grad_(False).eval()
    return model


def write_photos(folder: Path, names: Sequence[str], color: tuple[int, int, int] = (200, 20, 110)) -> Path:
    """Pictures of about one colour, one for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for index, name in enumerate(names):
        shade = np.clip(np.array(color) + rng.integers(-15, 16, 3), 0, 255).astype(np.uint8)
        size = (160, 160) if index % 3 else (150, 240)
        Image.new("RGB", size, tuple(int(value) for value in shade)).save(folder / f"{name}.jpg")
    return folder
