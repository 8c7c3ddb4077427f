"""How fast one campaign is set for many people: an audience of rows, each in three placements.

    python benchmarks/personal.py                     60 rows, pictures by a stand-in for a model
    python benchmarks/personal.py --rows 1000         the whole of it
    python benchmarks/personal.py --model mini        pictures by the bundled model

Prints for each stage of a run its seconds and creatives a second, in wall-clock and in processor time, and
writes them to --out. The pictures are drawn once for all rows, so what is measured is type: layout, drawing,
encoding, credentials, checks and gallery.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

import adfusion
from adfusion import files
from adfusion.campaigns import Campaign, CampaignProgress
from adfusion.campaigns.crew import cores
from adfusion.generation import Generator, Picture, Progress, Request, Run, Size

NAMES = ("Ada", "Noor", "Jules", "Mina", "Tom", "Sofia", "Leon", "Ines", "Omar", "Ruth", "Iris", "Paul")
CITIES = ("Leeds", "Bristol", "York", "Glasgow", "Cardiff", "Hull", "Bath", "Oxford", "Derby", "Luton")
BRIEF = {
    "brand": {"name": "Solera", "palette": {"primary": "#0f766e", "accent": "#f59e0b"}},
    "product": {"name": "Solera Cold Brew"},
    "concepts": [{"name": "Studio", "prompt": "a glossy teal bottle on a round podium, pink backdrop"}],
    "audience": "audience.csv",
    "headlines": ["{first_name}, {city} could do with slow coffee."],
    "body": ["Until {until:long} at your corner shop."],
    "badges": ["Now {price:currency}"],
    "calls_to_action": ["Shop now"],
    "segments": [{"name": "Britain", "locale": "en_GB"}],
    "placements": ["meta-feed-square", "meta-story", "google-landscape"],
}


class StandIn:
    """Draws a soft gradient with a disc in it: as large and as calm as a model's pictures, at no cost."""

    name = "stand-in"
    model_hash = "0" * 64
    sizes: tuple[Size, ...] = ((512, 512), (448, 576), (384, 704), (704, 384))

    def request(
        self, prompt: str, *, seed: int = 0, size: Size | None = None, steps: int | None = None
    ) -> Request:
        width, height = size or self.sizes[0]
        return Request(prompt, width, height, seed, steps or 1, guidance_scale=1.0, sampler="stand-in")

    def generate(self, requests: Sequence[Request]) -> Run:
        return Run(requests, self._events(requests))

    def _events(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        for index, request in enumerate(requests, 1):
            y, x = np.mgrid[0 : request.height, 0 : request.width]
            ground = 150 + 80 * y / request.height
            disc = np.hypot(x - 0.68 * request.width, y - 0.6 * request.height) < 0.17 * min(request.size)
            pixels = np.stack([ground, np.where(disc, 120, 0.85 * ground), np.where(disc, 60, ground)], -1)
            pixels += np.random.default_rng(request.seed).normal(0, 2, pixels.shape)
            yield Progress(index, len(requests), (request,), tuple)
            image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            yield Picture(request, image, self.name, self.model_hash)


def write_brief(folder: Path, rows: int) -> Path:
    lines = ["id,first_name,city,price,until"]
    for row in range(rows):
        name, city = NAMES[row % len(NAMES)], CITIES[row // len(NAMES) % len(CITIES)]
        lines.append(f"row{row},{name},{city},{4 + row % 7}.{row % 10}0,2026-{1 + row % 12:02}-15")
    (folder / "audience.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    brief = folder / "brief.yaml"
    brief.write_text(yaml.safe_dump(BRIEF, sort_keys=False), encoding="utf-8")
    return brief


def measure(brief: Path, out: Path, generator: Generator, workers: int) -> dict[str, dict[str, float]]:
    """Seconds of each stage; "plan" is all before the first picture, fitting of every text included."""
    stages: dict[str, dict[str, float]] = {}
    stage, wall, processor = "plan", time.perf_counter(), processor_seconds()
    campaign = Campaign(brief, out)
    for event in campaign.run(generator, workers=workers):
        following = event.stage if isinstance(event, CampaignProgress) else "end"
        if following != stage:
            now, used = time.perf_counter(), processor_seconds()
            stages[stage] = {"seconds": now - wall, "processor seconds": used - processor}
            stage, wall, processor = following, now, used
    return stages


def processor_seconds() -> float:
    """Of this process and of those that it has started and that have ended."""
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--model", help="a bundled model's name or a model's folder")
    parser.add_argument("--workers", type=int, default=cores(), help="processes that set type")
    parser.add_argument("--out", type=Path, default=Path("out/personal.json"))
    wanted = parser.parse_args()
    generator: Generator = adfusion.load(wanted.model) if wanted.model else StandIn()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ADFUSION_REGISTRY"] = f"{folder}/registry.sqlite"
        brief = write_brief(Path(folder), wanted.rows)
        stages = measure(brief, Path(folder) / "out", generator, wanted.workers)
    count = wanted.rows * len(BRIEF["placements"])
    typed = [each for stage, each in stages.items() if stage != "pictures"]
    whole = {unit: sum(each[unit] for each in typed) for unit in ("seconds", "processor seconds")}
    print(f"{count} creatives: {wanted.rows} rows × {len(BRIEF['placements'])} placements\n")
    print(f"{'stage':22} {'seconds':>8} {'a second':>9} {'processor s':>12} {'a second':>9}")
    for name, each in {**stages, "all but the pictures": whole}.items():
        spent, used = each["seconds"], each["processor seconds"]
        print(f"{name:22} {spent:8.1f} {count / spent:9.1f} {used:12.1f} {count / max(used, 1e-3):9.1f}")
    figures = {"rows": wanted.rows, "creatives": count, "stages": stages, "all but the pictures": whole}
    files.write_text(wanted.out, json.dumps(figures, indent=2) + "\n")
    print(f"\nfigures: {wanted.out}")


if __name__ == "__main__":
    main()
