"""Drawing as `adfusion` does, without what `diffusers` has no part for: enlargement and files."""

from collections.abc import Sequence

import torch
from torch import Tensor

from adfusion.diffusion import SAMPLERS, Streams, guided
from adfusion.diffusion.samplers import mean_flow
from adfusion.models import Model

SUBJECTS = ("bottle", "mug", "lamp", "handbag", "watch", "candle", "sneaker", "backpack")
COLORS = ("teal", "red", "yellow", "green", "purple", "orange", "blue", "white")


def prompts(count: int, first: int = 0) -> list[str]:
    """Texts that differ, so that none is read from memory."""
    return [
        f"a glossy {COLORS[number % 8]} {SUBJECTS[number // 8 % 8]} on a round podium, "
        f"{COLORS[number // 64 % 8]} backdrop, number {number}"
        for number in range(first, first + count)
    ]


def initial_noise(model: Model, streams: Streams) -> Tensor:
    return streams.randn(model.latent_shape(*model.card.sizes[0])) * model.card.defaults.noise_scale


@torch.no_grad()
def pixels(model: Model, texts: Sequence[str], seeds: Sequence[int], steps: int, scale: float) -> Tensor:
    """Pixels (b 3 h w) in [-1, 1], before the upsampler, with the model's own sampler."""
    streams = Streams(seeds, model.device)
    noise = initial_noise(model, streams)
    times = model.times(steps)
    if model.distilled:
        path = mean_flow(model.mean_velocity(texts, scale), noise, times, model.process)
    else:
        nothing = [""] * len(texts)
        denoise = model.denoiser(texts)
        if scale != 1:
            both = model.denoiser([*texts, *nothing])
            denoise = guided(denoise, model.denoiser(nothing), scale, both=both)
        path = SAMPLERS[model.card.defaults.sampler](denoise, noise, times, model.process, streams=streams)
    *_, last = path
    return model.decode(last.sample)
