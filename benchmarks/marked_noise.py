"""Whether marked noise costs quality, and how well it is read back.

    python benchmarks/marked_noise.py                    240 pictures by `mini`, plain and marked
    python benchmarks/marked_noise.py --pictures 48 --read 6 --steps 10 --noise-scale 1

Draws the same prompts and seeds from plain and from marked noise, and from plain noise of other seeds, and
measures them as `adfusion evaluate` does: what they show, and their Fréchet distance to renders, each with
its 95 % interval. Then reads the noise of some after damage. Writes `marked_noise.json` to `--out`.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from damages import chain, crop, jpeg, resize
from PIL import Image

from adfusion import files
from adfusion.data.scenes.render import render
from adfusion.evaluation import prompts
from adfusion.evaluation.distribution import frechet_distance
from adfusion.evaluation.evaluate import HELD_OUT, comparable_scenes
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import load_probe
from adfusion.generation import NativeGenerator, Request
from adfusion.generation.backends import open_generator
from adfusion.provenance import noise_mark
from adfusion.provenance.deep import initial_noise_of
from adfusion.provenance.keys import watermark_key
from adfusion.provenance.marked_noise import entry_of, with_mark
from adfusion.provenance.marker import Marker

OTHER_SEEDS = 1_000_000
RESAMPLED = 200
VIEWS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as drawn": lambda picture: picture,
    "with the mark in the pixels": lambda picture: Marker().mark(picture, 1),
    "JPEG 85": lambda picture: jpeg(85)(picture, RNG),
    "JPEG 50": lambda picture: jpeg(50)(picture, RNG),
    "resize 0.5, JPEG 70": lambda picture: chain(resize(0.5), jpeg(70))(picture, RNG),
    "crop 98 %": lambda picture: crop(0.98)(picture, RNG),
    "crop 90 %": lambda picture: crop(0.9)(picture, RNG),
}
RNG = np.random.default_rng(0)


def drawn(generator: NativeGenerator, requests: Sequence[Request]) -> tuple[list[Image.Image], float]:
    """Pictures, and seconds of the processor for each."""
    start = time.process_time()
    pictures = [picture.image for picture in generator.generate(requests).pictures()]
    return pictures, (time.process_time() - start) / len(pictures)


def small(pictures: Sequence[Image.Image], size: tuple[int, int]) -> np.ndarray:
    """As the probe reads them."""
    return np.stack([np.asarray(each.resize(size, Image.Resampling.LANCZOS)) for each in pictures])


def distance(features: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """The Fréchet distance, and the interval that resampling both sets gives it, less its bias."""
    rng, value = np.random.default_rng(0), frechet_distance(features, real)
    again = np.array(
        [
            frechet_distance(features[rng.integers(0, len(features), len(features))], real)
            for _ in range(RESAMPLED)
        ]
    )
    low, high = np.quantile(again - again.mean(), (0.025, 0.975))
    return {"distance": value, "low": value + float(low), "high": value + float(high)}


def quality(
    generator: NativeGenerator, count: int, renders: int, steps: int | None, scale: float | None
) -> dict[str, object]:
    asked, probe, size = prompts.seen(count), load_probe(), generator.model.card.sizes[0]
    scenes = list(islice(comparable_scenes(HELD_OUT), renders))
    real = probe.features(np.concatenate([render([scene], size=size).rgb for scene in scenes]))
    plain = [
        generator.request(one.prompt, seed=one.scene.seed, steps=steps, noise_scale=scale) for one in asked
    ]
    sets = {
        "plain": plain,
        "marked": [with_mark(generator, request, "benchmark") for request in plain],
        "plain, other seeds": [replace(request, seed=request.seed + OTHER_SEEDS) for request in plain],
    }
    table: dict[str, object] = {}
    for name, requests in sets.items():
        pictures, seconds = drawn(generator, requests)
        pixels = small(pictures, size)
        right = fidelity(asked, probe.read(pixels), probe.card.trusted)
        table[name] = {
            "seconds a picture": seconds,
            "right": {each: [share.right, share.count, *share.interval] for each, share in right.items()},
            "Fréchet distance": distance(probe.features(pixels), real),
        }
        print(f"{name}: {right[EVERYTHING]}, {table[name]['Fréchet distance']}, {seconds:.2f} s", flush=True)
    return table


def reading(
    generator: NativeGenerator, count: int, steps: int | None, scale: float | None
) -> dict[str, object]:
    """How many marked pictures are recognised among those of the set, by the damage they took."""
    requests = [
        with_mark(
            generator,
            generator.request(one.prompt, seed=number, steps=steps, noise_scale=scale),
            "benchmark",
        )
        for number, one in enumerate(prompts.seen(count))
    ]
    entries = [entry_of(request.noise_mark) for request in requests]
    pictures, _ = drawn(generator, requests)
    table: dict[str, dict[str, float]] = {}
    for name, view in VIEWS.items():
        found, chances, start = 0, [], time.process_time()
        for picture, entry in zip(pictures, entries, strict=True):
            noise = initial_noise_of(view(picture), generator.teacher)
            mark = noise_mark.match(noise, watermark_key(), entries)
            found += mark is not None and mark.payload == entry.payload
            chances.append(mark.false_alarm if mark else 1.0)
        seconds = (time.process_time() - start) / count
        table[name] = {"pictures": count, "found": found, "median chance": float(np.median(chances))}
        print(
            f"{name}: {found} of {count}, chance {np.median(chances):.1e}, {seconds:.2f} s each", flush=True
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--pictures", type=int, default=240)
    parser.add_argument("--read", type=int, default=20)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--noise-scale", type=float)
    parser.add_argument("--renders", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("out/watermark"))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ADFUSION_CONFIG"] = folder
        generator = open_generator(wanted.model)
        assert isinstance(generator, NativeGenerator)
        figures = {
            "model": generator.model_hash,
            "steps": wanted.steps or generator.steps,
            "noise scale": wanted.noise_scale or generator.noise_scale,
            "quality": quality(generator, wanted.pictures, wanted.renders, wanted.steps, wanted.noise_scale),
            "reading": reading(generator, wanted.read, wanted.steps, wanted.noise_scale),
        }
    files.write_text(wanted.out / "marked_noise.json", json.dumps(figures, indent=2) + "\n")
    print(f"figures: {wanted.out / 'marked_noise.json'}")


if __name__ == "__main__":
    main()
