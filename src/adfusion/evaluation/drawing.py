"""Pictures for measuring: drawn small, as the denoiser makes them, before any enlargement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from adfusion.diffusion import Streams, guided, samplers
from adfusion.models import Model
from adfusion.pixels import to_pictures

BATCH = 32


@dataclass(frozen=True)
class Settings:
    """How to draw; what is `None` is the model's own default."""

    steps: int | None = None
    guidance_scale: float | None = None
    noise_scale: float | None = None
    size: tuple[int, int] | None = None
    """(width, height) in pixels."""


def draw(
    model: Model, prompts: Sequence[str], seeds: Sequence[int], settings: Settings = Settings()
) -> Iterator[np.ndarray]:
    """One picture a prompt and seed, in parts: uint8 (n, height, width, 3) each."""
    for start in range(0, len(prompts), BATCH):
        part = slice(start, start + BATCH)
        yield _draw(model, prompts[part], seeds[part], settings)


@torch.no_grad()
def _draw(model: Model, prompts: Sequence[str], seeds: Sequence[int], settings: Settings) -> np.ndarray:
    defaults = model.card.defaults
    scale = defaults.guidance_scale if settings.guidance_scale is None else settings.guidance_scale
    streams = Streams(list(seeds), model.device)
    noise = streams.randn(model.latent_shape(*(settings.size or model.card.sizes[0])))
    noise = noise * (defaults.noise_scale if settings.noise_scale is None else settings.noise_scale)
    times = model.times(settings.steps or defaults.steps)
    prompts = model.read(prompts, seeds)
    if model.distilled:
        steps = samplers.mean_flow(model.mean_velocity(prompts, scale), noise, times, model.process)
    else:
        denoise = model.denoiser(prompts)
        if scale != 1:
            denoise = guided(denoise, model.denoiser([""] * len(prompts)), scale)
        sampler = samplers.SAMPLERS[defaults.sampler]
        steps = sampler(denoise, noise, times, model.process, streams=streams)
    *_, last = steps
    return to_pictures(model.decode(last.sample))
