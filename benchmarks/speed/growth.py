"""How cost grows with steps, batch, resolution and the number of creatives."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import line
import ours
import torch
from matplotlib.figure import Figure
from turns import in_turn

from adfusion.diffusion import Streams, samplers
from adfusion.models import Model

Curve = dict[str, list[float]]
"""`x`, and the median `seconds` at each."""
LABELS = {
    "steps": "steps",
    "batch": "pictures in a batch",
    "resolution": "pixels of the finished picture, millions",
    "creatives": "creatives of a campaign",
}


def curves(model: Model, quick: bool) -> dict[str, Curve]:
    rounds = 1 if quick else 5
    scale = model.card.defaults.guidance_scale
    default = model.card.defaults.steps
    steps = (1, 2, 4) if quick else (1, 2, 4, 8, 16)
    batches = (1, 4) if quick else (1, 2, 4, 8, 16, 32)
    sides = (8, 16) if quick else (8, 12, 16, 24, 32)
    counts = (1, 4) if quick else (1, 3, 6, 12, 24)

    def drawing(batch: int, n: int) -> Callable[[], object]:
        return lambda: ours.pixels(model, ours.prompts(batch), range(batch), n, scale)

    return {
        "steps": _curve({n: drawing(1, n) for n in steps}, rounds),
        "batch": _curve({n: drawing(n, default) for n in batches}, rounds),
        "resolution": _curve(
            {_megapixels(model, side): lambda side=side: _square(model, side, default) for side in sides},
            rounds,
        ),
        "creatives": _creatives(model, counts, 1 if quick else 2),
    }


def plot(curves: Mapping[str, Curve]) -> Figure:
    figure = Figure(figsize=(9, 6), layout="constrained")
    for axes, (name, curve) in zip(figure.subplots(2, 2).flat, curves.items(), strict=True):
        axes.plot(curve["x"], curve["seconds"], marker="o", markersize=4, color="#2f4f7f")
        axes.set(xlabel=LABELS[name], ylabel="seconds", xlim=(0, None), ylim=(0, None))
        axes.grid(alpha=0.25)
    return figure


def _curve(things: Mapping[float, Callable[[], object]], rounds: int) -> Curve:
    named = {str(x): thing for x, thing in things.items()}
    seconds = in_turn(named, rounds)
    return {"x": list(things), "seconds": [median(seconds[str(x)]) for x in things]}


def _megapixels(model: Model, side: int) -> float:
    return (side * model.autoencoder.config.factor * model.upsampler.config.scale) ** 2 / 1e6


@torch.no_grad()
def _square(model: Model, side: int, steps: int) -> None:
    """A picture of `side` latents along each side, enlarged, whether or not the card lists the size."""
    noise = Streams([0]).randn((model.autoencoder.config.latent_channels, side, side))
    times, scale = model.times(steps), model.card.defaults.guidance_scale
    if model.distilled:
        path = samplers.mean_flow(model.mean_velocity(ours.prompts(1), scale), noise, times, model.process)
    else:
        path = samplers.dpmpp_2m(model.denoiser(ours.prompts(1)), noise, times, model.process)
    *_, last = path
    model.upsample(model.decode(last.sample))


def _creatives(model: Model, counts: tuple[int, ...], rounds: int) -> Curve:
    with tempfile.TemporaryDirectory() as folder:
        outs = (Path(folder, str(number)) for number in range(1000))
        brief = line.EXAMPLES / "brief.yaml"
        things = {
            float(count): lambda count=count: line.make(model, brief, next(outs), count) for count in counts
        }
        return _curve(things, rounds)
