"""Draws what words do, for README and docs/evaluation.md: `python docs/figures/steering.py [MODEL]`."""

import sys
from pathlib import Path

from PIL import Image

from adfusion import files
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation.drawing import draw
from adfusion.models import Model, store

IMAGE = Path(__file__).parents[1] / "images" / "steering.jpg"
STAGES = ("on the floor", "on a round podium", "on a square podium", "on steps", "in front of an arch")
SUBJECTS = (
    ("a red bottle {}, teal background", 1),
    ("a yellow handbag {}, navy background", 2),
    ("a white perfume bottle {}, pink background", 3),
)
PRODUCTS = (
    "mug", "table lamp", "handbag", "headphones", "gift box",
    "wine glass", "sunglasses", "perfume bottle", "donut", "candle",
)  # fmt: skip
PRODUCT_SEED = 2


def sheet(model: Model, pairs: list[tuple[str, int]], labels: list[str]) -> Image.Image:
    prompts, seeds = zip(*pairs, strict=True)
    pictures = [picture for part in draw(model, prompts, seeds) for picture in part]
    return contact_sheet(pictures, 5, labels)


def main(name: str = "mini") -> None:
    model = store.load(name)
    stages = [(frame.format(stage), seed) for frame, seed in SUBJECTS for stage in STAGES]
    products = [
        (f"a blue {product} on a round podium, plain beige background", PRODUCT_SEED) for product in PRODUCTS
    ]
    left = sheet(model, stages, list(STAGES) * len(SUBJECTS))
    right = sheet(model, products, list(PRODUCTS))
    both = Image.new("RGB", (left.width + right.width, left.height), left.getpixel((0, 0)))
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    with files.replacing(IMAGE) as temporary:
        both.save(temporary, format="JPEG", quality=88)


if __name__ == "__main__":
    main(*sys.argv[1:])
