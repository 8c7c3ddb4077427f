"""Draws the figures of docs/diffusion.md: `python docs/figures/diffusion.py [MODEL]`, one of many steps.

Everything is drawn anew from the model's weights and from scenes that it has not seen.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from adfusion import files
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.plain import THOROUGH, said_of
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.diffusion import Denoiser, Streams, guided, objectives, samplers
from adfusion.models import Model, store
from adfusion.pixels import to_pictures, to_pixels

IMAGES = Path(__file__).parents[1] / "images"
PROMPT = "a glossy teal bottle on a round podium, pink backdrop"
HELD_OUT = 2_000_000
TIMES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
SEEDS = (1, 2, 3, 4, 5, 6)
REDRAWN_SCENES, REDRAWN_FROM = (2, 4, 5, 6, 7, 8, 12, 13), (0.15, 0.3, 0.5, 0.7, 1.0)
BLUE, ORANGE, GREY = "#2f4f7f", "#c2631c", "#8d9093"


def noising(model: Model) -> Image.Image:
    """The forward process on one render: latents between clean and noise, decoded as they are."""
    picture = render([random_scene(HELD_OUT + 10, product="handbag", season="none")], size=(128, 128)).rgb
    x_0 = model.encode(to_pixels(picture)).repeat(len(TIMES), 1, 1, 1)
    noise = Streams([0]).randn(tuple(x_0.shape[1:])).expand_as(x_0)
    x_t = model.process.add_noise(x_0, noise, torch.tensor(TIMES))
    return contact_sheet(list(to_pictures(model.decode(x_t))), len(TIMES), [f"t = {t:g}" for t in TIMES])


def denoising(model: Model) -> Image.Image:
    """The reverse process: what the picture will be, as estimated at every few steps, and where x_t is."""
    steps = list(_trajectory(model, samplers.dpmpp_2m, model.card.defaults.steps))
    chosen = np.linspace(0, len(steps) - 1, 8).round().astype(int)
    estimates = [to_pictures(model.decode(steps[index]))[0] for index in chosen]
    return contact_sheet(estimates, len(chosen), [f"step {index + 1}" for index in chosen])


def redrawn(model: Model) -> Image.Image:
    """Renders, what latents keep of them, and what is drawn anew from latents with part of the noise."""
    scenes = [random_scene(HELD_OUT + number, season="none") for number in REDRAWN_SCENES]
    pictures = render(scenes, size=(128, 128)).rgb
    x_0 = model.encode(to_pixels(pictures))
    rows, names = [pictures, to_pictures(model.decode(x_0))], ["render", "its latents, decoded"]
    plain = [said_of(scene, talk=THOROUGH).plain() for scene in scenes]
    denoise = guided(
        model.denoiser(plain), model.denoiser([""] * len(plain)), model.card.defaults.guidance_scale
    )
    noise, grid = Streams(range(len(scenes))).randn(tuple(x_0.shape[1:])), model.times(40)
    for start in REDRAWN_FROM:
        times = torch.cat([torch.tensor([start], dtype=grid.dtype), grid[grid < start]])
        *_, end = samplers.dpmpp_2m(denoise, noise, times, model.process, x_0=x_0)
        rows.append(to_pictures(model.decode(end.sample)))
        names.append(f"from t = {start:g}")
    labels = [name if column == 0 else "" for name in names for column in range(len(scenes))]
    return contact_sheet([picture for row in rows for picture in row], len(scenes), labels)


def loss_by_noise(model: Model) -> Figure:
    """Loss at each time with the picture's own caption, with another's, and with none."""
    scenes = [random_scene(HELD_OUT + number) for number in range(128)]
    x_0 = model.encode(to_pixels(render(scenes, size=(128, 128)).rgb))
    own = [caption(scene) for scene in scenes]
    noise = torch.randn(x_0.shape, generator=torch.Generator().manual_seed(0))
    times = np.linspace(0.05, 0.99, 16)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="time t (0 clean, 1 noise)", ylabel="loss", title="Loss by noise level")
    wordings = {
        "own caption": (own, BLUE),
        "another's": (own[1:] + own[:1], ORANGE),
        "none": ([""] * 128, GREY),
    }
    for name, (texts, color) in wordings.items():
        text = model.text_encoder.encode(texts)
        context = model.denoiser_net.text(text.states, text.mask)
        losses = [
            float(
                objectives.loss(
                    lambda x_t, at, context=context: model.denoiser_net.predict(x_t, at, context),
                    x_0, torch.full((len(x_0),), float(t)), noise, model.process, model.card.prediction,
                ).mean()
            )
            for t in times
        ]  # fmt: skip
        axes.plot(times, losses, color=color, marker=".", label=name)
    axes.grid(alpha=0.25)
    axes.legend()
    return figure


def samplers_compared(model: Model) -> Figure:
    """How far each sampler ends from where Heun arrives with 200 evaluations of the network."""
    *_, exact = _trajectory(model, samplers.heun, 100)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(
        xlabel="evaluations of the denoiser", ylabel="distance to the exact end (RMS of latents)",
        xscale="log", yscale="log", title="Samplers on one prompt, six seeds",
    )  # fmt: skip
    for name, cost in (("ddim", 1), ("euler", 1), ("heun", 2), ("dpmpp_2m", 1), ("unipc", 1)):
        evaluations, distances = [], []
        for count in (4, 8, 12, 20, 40):
            *_, end = _trajectory(model, samplers.SAMPLERS[name], count // cost)
            evaluations.append(count)
            distances.append(float((end - exact).square().mean().sqrt()))
        axes.plot(evaluations, distances, marker=".", label=name)
    axes.grid(which="both", alpha=0.25)
    axes.legend()
    return figure


def _trajectory(model: Model, sampler: samplers.Sampler, steps: int) -> list[torch.Tensor]:
    """Estimates of x_0 after each step, for `PROMPT` and `SEEDS`."""
    scale = model.card.defaults.guidance_scale
    denoise: Denoiser = guided(
        model.denoiser([PROMPT] * len(SEEDS)), model.denoiser([""] * len(SEEDS)), scale
    )
    streams = Streams(SEEDS)
    noise = streams.randn(model.latent_shape(*model.card.sizes[0]))
    return [
        step.sample for step in sampler(denoise, noise, model.times(steps), model.process, streams=streams)
    ]


FIGURES: dict[str, Callable[[Model], Image.Image | Figure]] = {
    "noising": noising,
    "denoising": denoising,
    "redrawn": redrawn,
    "loss-by-noise": loss_by_noise,
    "samplers": samplers_compared,
}


@torch.no_grad()
def main() -> None:
    model = store.load(sys.argv[1] if len(sys.argv) > 1 else "mini:teacher")
    for name, draw in FIGURES.items():
        figure = draw(model)
        suffix = "jpg" if isinstance(figure, Image.Image) else "png"
        with files.replacing(IMAGES / f"{name}.{suffix}") as temporary:
            if isinstance(figure, Image.Image):
                figure.save(temporary, format="JPEG", quality=88)
            else:
                figure.savefig(temporary, format="png", dpi=110)
        print(IMAGES / f"{name}.{suffix}")


if __name__ == "__main__":
    main()
