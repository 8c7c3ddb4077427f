"""What less noise at the start does: `python docs/figures/noise_scale.py [MODEL [PROMPTS]]`.

Prints, for several scales of the noise that pictures are drawn from, the share of attributes that are drawn
as asked, and how near the pictures lie to held-out renders; draws the figure of docs/diffusion.md.
"""

import sys
from pathlib import Path

from yardstick import Yardstick

from adfusion import files
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation.distribution import density_and_coverage
from adfusion.evaluation.drawing import Settings
from adfusion.models import store

IMAGE = Path(__file__).parents[1] / "images" / "noise-scale.jpg"
COLUMNS = 10
SCALES = (1.0, 0.85, 0.7, 0.5)


def main(name: str = "mini", amount: str = "300") -> None:
    model = store.load(name)
    yardstick = Yardstick(model.card.sizes[0], int(amount))
    shown = []
    print("| scale | drawn as asked | all that was named | Fréchet distance | density | coverage |")
    print("|---|---|---|---|---|---|")
    for scale in SCALES:
        pictures = yardstick.draw(model, Settings(noise_scale=scale))
        shown.extend(pictures[:COLUMNS])
        features = yardstick.probe.features(pictures)
        density, coverage = density_and_coverage(features, yardstick.renders)
        row = yardstick.row(pictures, features)
        print(f"| {scale:g} | {row} | {density:.2f} | {coverage:.2f} |", flush=True)
    with files.replacing(IMAGE) as temporary:
        sheet = contact_sheet(shown, columns=COLUMNS).convert("RGB")
        sheet.save(temporary, format="JPEG", quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
