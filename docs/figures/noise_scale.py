"""What less noise at the start does: `python docs/figures/noise_scale.py [MODEL [PROMPTS]]`.

Prints, for several scales of the noise that pictures are drawn from, the share of attributes that are drawn
as asked, and how near the pictures lie to held-out renders; draws the figure of docs/diffusion.md.
"""

import sys
from itertools import islice
from pathlib import Path
from statistics import fmean

import numpy as np

from adfusion import files
from adfusion.data.scenes.render import render
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation import prompts
from adfusion.evaluation.distribution import density_and_coverage, frechet_distance
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.evaluate import HELD_OUT, comparable_scenes
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import load_probe
from adfusion.models import store

IMAGE = Path(__file__).parents[1] / "images" / "noise-scale.jpg"
RENDERS, COLUMNS = 500, 10
SCALES = (1.0, 0.85, 0.7, 0.5)


def main(name: str = "mini", amount: str = "300") -> None:
    model, probe = store.load(name), load_probe()
    asked = prompts.seen(int(amount))
    texts, seeds = [one.prompt for one in asked], [one.scene.seed for one in asked]
    scenes = list(islice(comparable_scenes(HELD_OUT), RENDERS))
    renders = probe.features(render(scenes, size=model.card.sizes[0]).rgb)
    rows = []
    print("| scale | drawn as asked | all that was named | Fréchet distance | density | coverage |")
    print("|---|---|---|---|---|---|")
    for scale in SCALES:
        pictures = np.concatenate(list(draw(model, texts, seeds, Settings(noise_scale=scale))))
        rows.extend(pictures[:COLUMNS])
        shares = fidelity(asked, probe.read(pictures), probe.card.trusted)
        mean = fmean(share.share for attribute, share in shares.items() if attribute != EVERYTHING)
        features = probe.features(pictures)
        density, coverage = density_and_coverage(features, renders)
        print(
            f"| {scale:g} | {100 * mean:.1f} % | {shares[EVERYTHING]} "
            f"| {frechet_distance(features, renders):.2f} | {density:.2f} | {coverage:.2f} |",
            flush=True,
        )
    with files.replacing(IMAGE) as temporary:
        sheet = contact_sheet(rows, columns=COLUMNS).convert("RGB")
        sheet.save(temporary, format="JPEG", quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
