"""The yardstick: everything that is measured of a model, in one run."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from adfusion.data import shards
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Scene, random_scene
from adfusion.data.scenes.split import held_out
from adfusion.evaluation import distribution, memorisation, prompts, reconstruction, requests, synonyms
from adfusion.evaluation.caption_use import caption_use
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.fidelity import by_value, fidelity
from adfusion.evaluation.memorisation import Nearness
from adfusion.evaluation.probe import ProbeReader
from adfusion.evaluation.prompts import Asked
from adfusion.evaluation.statistics import Share
from adfusion.models import Model, ModelCard

SEEN, NEW_COLORS = "seen combinations", "held-out product and colour"
BY_COLOR = (SEEN, NEW_COLORS)
"""Groups of prompts in which every colour is asked for, and counted for itself."""
HELD_OUT = 2_000_000
"""First of the scenes, used by no recipe, whose renders stand for real pictures."""


@dataclass(frozen=True)
class Effort:
    """How much is drawn: the amounts of prompts, of renders and of training pictures looked at."""

    seen: int = 600
    held_out: int = 240
    """Of each kind of held-out combination."""
    shaped: int = 150
    """In each of the model's sizes but the first, in which all others are drawn."""
    renders: int = 1500
    training: int = 6000
    large: int = 32
    """Pictures at full size, for the upsampler."""
    steps: int | None = None
    """Sampling steps; `None` is the model's default."""


FULL = Effort()
QUICK = Effort(seen=168, held_out=84, shaped=42, renders=500, training=2000, large=12)
_RENDERS: dict[tuple[tuple[Scene, ...], tuple[int, int]], np.ndarray] = {}


@dataclass(frozen=True)
class Stage:
    """Where an evaluation is: `done` of `total` of what `name` says."""

    name: str
    done: int
    total: int


@dataclass(frozen=True)
class Evaluation:
    """All figures of a model. Shares carry their counts, so that their intervals can be told."""

    model: str
    model_hash: str
    effort: Effort
    probe: dict[str, Share]
    """The probe's own accuracy on held-out renders, attributes that it reports only."""
    fidelity: dict[str, dict[str, Share]]
    """By kind of combination, and by size for the sizes after the first; then by attribute."""
    products: dict[str, Share]
    """Accuracy of the product kind by product, on seen combinations."""
    colors: dict[str, dict[str, Share]]
    """Accuracy of the product colour by colour, for the groups in `BY_COLOR`."""
    synonyms: dict[str, Share]
    reading: dict[str, Share]
    """Of requests by another writer, what the model's reader reads rightly."""
    synonyms_read: dict[str, Share]
    """The same of synonyms, also of attributes that the probe cannot read."""
    caption_use: dict[str, float]
    distribution: dict[str, float]
    memorisation: dict[str, Nearness]
    autoencoder: dict[str, float]
    upsampler: dict[str, float]


def evaluate(model: Model, probe: ProbeReader, effort: Effort = FULL) -> Iterator[Stage | Evaluation]:
    """Measure `model`; work happens while iterating, and the evaluation comes last.

    The training pictures are the scenes that the card names, rendered anew: about `effort.training` of those
    that were learnt at the size that is drawn, evenly spread, are compared with what the model draws. A model
    whose card names none is not checked for copies.
    """
    trusted = probe.card.trusted
    groups = {
        SEEN: prompts.seen(effort.seen),
        NEW_COLORS: prompts.held_out_colors(effort.held_out),
        "held-out product and season": prompts.held_out_seasons(effort.held_out),
        "requests of another writer": requests.asked()[: effort.seen],
    }
    shapes = {f"{SEEN}, {width}×{height}": (width, height) for width, height in model.card.sizes[1:]}
    groups |= {name: prompts.seen(effort.shaped) for name in shapes}
    settings = Settings(steps=effort.steps)
    drawn: dict[str, np.ndarray] = {}
    for name, asked in groups.items():
        shaped = replace(settings, size=shapes.get(name))
        pictures = partial(draw, model, [one.prompt for one in asked], _seeds(asked), shaped)
        drawn[name] = yield from _collect(f"drawing: {name}", len(asked), pictures)
    words = synonyms.SYNONYMS
    pictures = partial(draw, model, [one.prompt for one in words], list(range(len(words))), settings)
    of_synonyms = yield from _collect("drawing: synonyms", len(words), pictures)

    size = model.card.sizes[0]
    renders = list(islice(comparable_scenes(HELD_OUT), 2 * effort.renders))
    real = yield from _rendered("rendering: held-out scenes", renders, size)
    learnt = training_scenes(model.card)
    learnt = learnt[:: max(1, len(learnt) // effort.training)]
    training = yield from _rendered("rendering: training scenes", learnt, size)
    large = [random_scene(HELD_OUT + number) for number in range(effort.large)]
    scale = model.upsampler.config.scale
    originals = yield from _rendered("rendering: large scenes", large, (size[0] * scale, size[1] * scale))

    yield Stage("measuring", 0, 1)
    read = {name: probe.read(pictures) for name, pictures in drawn.items()}
    yield Evaluation(
        model=model.card.name,
        model_hash=model.hash,
        effort=effort,
        probe={name: probe.card.accuracy[name] for name in trusted},
        fidelity={name: fidelity(asked, read[name], trusted) for name, asked in groups.items()},
        products=by_value(groups[SEEN], read[SEEN], "product") if "product" in trusted else {},
        colors={name: by_value(groups[name], read[name], "product_color") for name in BY_COLOR}
        if "product_color" in trusted
        else {},
        synonyms=synonyms.understood(
            {name: values for name, values in probe.read(of_synonyms).items() if name in trusted}
        ),
        reading=requests.reading(model),
        synonyms_read=synonyms.reading(model),
        caption_use={} if model.distilled else caption_use(model, renders[:256], real[:256]),
        distribution=_distances(model, probe, drawn[SEEN], real),
        memorisation=_nearness(probe, drawn[SEEN], real, training) if len(training) else {},
        autoencoder=reconstruction.autoencoder_figures(model, real[: min(256, len(real))]),
        upsampler=reconstruction.upsampler_figures(model, originals),
    )


def training_scenes(card: ModelCard) -> list[Scene]:
    """Of the scenes that the denoiser first learnt from, by its card, those whose pictures have the card's
    first size; empty if it tells none."""
    record = card.training.get("denoiser")
    while record is not None and record.started_from is not None:
        record = record.started_from
    data: Any = None if record is None else record.recipe.get("data")
    if not isinstance(data, dict) or "scenes" not in data:
        return []
    sizes = [tuple(size) for size in data.get("sizes", card.sizes)]
    planned = shards.plan(Path(), data.get("first", 0), data["scenes"], sizes)
    scenes = (scene for shard in planned if shard.size == card.sizes[0] for scene in shard.scenes)
    return [scene for scene in scenes if not (data.get("hold_out", False) and held_out(scene))]


def comparable_scenes(first: int) -> Iterator[Scene]:
    """Scenes like those of `prompts.seen`: with a product, in a combination that training has met."""
    scenes = (random_scene(number) for number in count(first))
    return (scene for scene in scenes if scene.product is not None and not held_out(scene))


def _distances(model: Model, probe: ProbeReader, generated: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Against one half of the held-out renders; the other half, as many as generated, gives the floor, and
    the floor of what the autoencoder can decode."""
    features, renders = probe.features(generated), probe.features(real)
    half, other = renders[::2], renders[1::2][: len(features)]
    decoded = probe.features(reconstruction.reconstructed(model, real[1::2][: len(features)]))
    density, coverage = distribution.density_and_coverage(features, half)
    floor = distribution.density_and_coverage(other, half)
    return {
        "Fréchet distance": distribution.frechet_distance(features, half),
        "Fréchet distance of renders": distribution.frechet_distance(other, half),
        "Fréchet distance of reconstructed renders": distribution.frechet_distance(decoded, half),
        "kernel distance": distribution.kernel_distance(features, half),
        "kernel distance of renders": distribution.kernel_distance(other, half),
        "density": density,
        "density of renders": floor[0],
        "coverage": coverage,
        "coverage of renders": floor[1],
    }


def _nearness(
    probe: ProbeReader, generated: np.ndarray, renders: np.ndarray, training: np.ndarray
) -> dict[str, Nearness]:
    spaces: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "features": probe.features,
        "pixels": memorisation.thumbnails,
    }
    return {
        name: memorisation.nearness(points(generated), points(renders), points(training))
        for name, points in spaces.items()
    }


def _seeds(asked: Sequence[Asked]) -> list[int]:
    return [one.scene.seed for one in asked]


def _rendered(
    name: str, scenes: Sequence[Scene], size: tuple[int, int]
) -> Generator[Stage, None, np.ndarray]:
    """Rendered once for all models that are measured in one process, such as a student and its teacher."""
    key = tuple(scenes), size
    if key not in _RENDERS:

        def parts() -> Iterator[np.ndarray]:
            for start in range(0, len(scenes), 16):
                yield render(scenes[start : start + 16], size=size).rgb

        _RENDERS[key] = yield from _collect(name, len(scenes), parts)
    return _RENDERS[key]


def _collect(
    name: str, total: int, parts: Callable[[], Iterator[np.ndarray]]
) -> Generator[Stage, None, np.ndarray]:
    yield Stage(name, 0, total)
    collected: list[np.ndarray] = []
    for part in parts():
        collected.append(part)
        yield Stage(name, sum(map(len, collected)), total)
    return np.concatenate(collected) if collected else np.empty((0, 0, 0, 3), np.uint8)
