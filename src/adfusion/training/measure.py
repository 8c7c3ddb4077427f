"""What a packed model is measured on: scenes that no training run has seen."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from adfusion.color import oklab
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import COLORS, PRODUCTS, Scene, random_scene
from adfusion.diffusion import Streams, guided, objectives, samplers
from adfusion.models import Model
from adfusion.pixels import to_pictures, to_pixels

HELD_OUT = 2_000_000
"""First scene number that no recipe uses."""


def measure(model: Model, scenes: int = 256) -> dict[str, float]:
    """All figures of a model, by a name that says what was measured."""
    width, height = model.card.sizes[0]
    held_out = [random_scene(HELD_OUT + number) for number in range(scenes)]
    return {
        **reconstruction(model, to_pixels(render(held_out, size=(width, height)).rgb)),
        **enlargement(model, to_pixels(render(held_out[: scenes // 8], size=(4 * width, 4 * height)).rgb)),
        **caption_use(model, held_out),
        **backdrop_color(model, pictures_per_color=max(1, scenes // 64)),
    }


@torch.no_grad()
def reconstruction(model: Model, pixels: Tensor) -> dict[str, float]:
    """PSNR of the autoencoder on pixels (n 3 h w) in [-1, 1]."""
    decoded = torch.cat([model.decode(model.encode(part)) for part in _parts(pixels, 32)])
    return {"autoencoder PSNR, dB": psnr(decoded, pixels)}


@torch.no_grad()
def enlargement(model: Model, large: Tensor) -> dict[str, float]:
    """PSNR of the upsampler and of bicubic enlargement, both from pictures averaged down by four."""
    small = F.avg_pool2d(large, model.upsampler.config.scale)
    bicubic = F.interpolate(small, size=large.shape[-2:], mode="bicubic").clamp(-1, 1)
    enlarged = torch.cat([model.upsample(part) for part in _parts(small, 4)])
    return {"upsampler PSNR, dB": psnr(enlarged, large), "bicubic PSNR, dB": psnr(bicubic, large)}


@torch.no_grad()
def caption_use(model: Model, scenes: Sequence[Scene]) -> dict[str, float]:
    """Mean training loss with the picture's own caption, with another picture's, and with none.

    The same noise and times for all three: the differences are what the words are worth to the denoiser.
    """
    width, height = model.card.sizes[0]
    x_0 = model.encode(to_pixels(render(scenes, size=(width, height)).rgb))
    own = [caption(scene) for scene in scenes]
    captions = {"own": own, "another picture's": own[1:] + own[:1], "no": [""] * len(own)}
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(x_0.shape, generator=generator)
    t = objectives.FlowMatching().times(len(x_0), generator)
    losses: dict[str, float] = {}
    for name, texts in captions.items():
        total = 0.0
        for part in _parts(torch.arange(len(texts)), 32):
            text = model.text_encoder.encode([texts[index] for index in part])
            context = model.denoiser_net.text(text.states, text.mask)
            total += float(
                objectives.loss(
                    lambda x_t, at, context=context: model.denoiser_net.predict(x_t, at, context),  # type: ignore[misc]
                    x_0[part],
                    t[part],
                    noise[part],
                    model.process,
                    model.card.prediction,
                ).sum()
            )
        losses[f"held-out loss with {name} caption"] = round(total / len(texts), 4)
    return losses


@torch.no_grad()
def backdrop_color(model: Model, pictures_per_color: int = 4) -> dict[str, float]:
    """Share of pictures, generated and rendered, whose upper corner is nearest to the named backdrop."""
    scenes = [
        random_scene(
            HELD_OUT + number, backdrop="plain", light="soft studio", season="none", copy_space="centre",
            stage="round podium", product=PRODUCTS[number % len(PRODUCTS)], backdrop_color=color,
            second_color=color,
        )
        for number, color in enumerate(list(COLORS) * pictures_per_color)
    ]  # fmt: skip
    prompts = [
        f"a {scene.product_color} {scene.product} on a round podium, plain {scene.backdrop_color} background"
        for scene in scenes
    ]
    width, height = model.card.sizes[0]
    steps, scale = model.card.defaults.steps, model.card.defaults.guidance_scale
    right: list[bool] = []
    for part in _parts(torch.arange(len(scenes)), 14):
        denoise = guided(
            model.denoiser([prompts[index] for index in part]), model.denoiser([""] * len(part)), scale
        )
        noise = Streams(part.tolist()).randn(model.latent_shape(width, height))
        sampler = samplers.SAMPLERS[model.card.defaults.sampler]
        *_, last = sampler(denoise, noise, model.times(steps), model.process)
        right += _corners_match(to_pictures(model.decode(last.sample)), [scenes[index] for index in part])
    rendered = _corners_match(render(scenes, size=(width, height)).rgb, scenes)
    return {
        "backdrop colour as named, share of generated pictures": round(float(np.mean(right)), 3),
        "backdrop colour as named, share of renders": round(float(np.mean(rendered)), 3),
    }


def psnr(a: Tensor, b: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of pixels in [-1, 1], the mean over pictures."""
    error = (a - b).square().flatten(1).mean(1).clamp(min=1e-10)
    return round(float((10 * torch.log10(4 / error)).mean()), 2)


def _parts(items: Tensor, size: int) -> Iterator[Tensor]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _corners_match(pictures: np.ndarray, scenes: Sequence[Scene]) -> list[bool]:
    height, width = pictures.shape[1:3]
    corners = np.median(pictures[:, : height // 8, : width // 4].reshape(len(pictures), -1, 3), axis=1)
    named = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in COLORS.values()])
    distance = np.linalg.norm(oklab(corners)[:, None] - oklab(named)[None], axis=-1)
    names = list(COLORS)
    return [
        names[nearest] == scene.backdrop_color
        for nearest, scene in zip(distance.argmin(1), scenes, strict=True)
    ]
