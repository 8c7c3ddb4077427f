"""How surely each colour is drawn: `python docs/figures/colors.py [MODEL [PROMPTS]]`.

Prints the share of pictures whose product has the colour asked for, colour by colour, on seen combinations
and, of 40 % as many prompts, on held-out ones; then the same of backdrops. See docs/evaluation.md.
"""

import sys
from collections.abc import Sequence

import numpy as np

from adfusion.evaluation import prompts
from adfusion.evaluation.drawing import draw
from adfusion.evaluation.fidelity import by_value
from adfusion.evaluation.probe import load_probe
from adfusion.evaluation.prompts import Asked
from adfusion.evaluation.statistics import Share
from adfusion.models import Model, store

ATTRIBUTES = ("product_color", "backdrop_color")


def measure(model: Model, asked: Sequence[Asked]) -> dict[str, dict[str, Share]]:
    pictures = draw(model, [one.prompt for one in asked], [one.scene.seed for one in asked])
    read = load_probe().read(np.concatenate(list(pictures)))
    return {attribute: by_value(asked, read, attribute) for attribute in ATTRIBUTES}


def main(name: str = "mini", amount: str = "2500") -> None:
    model = store.load(name)
    seen = measure(model, prompts.seen(int(amount)))
    held_out = measure(model, prompts.held_out_colors(int(amount) * 2 // 5))
    for attribute in ATTRIBUTES:
        print(f"\n| {attribute.replace('_', ' ')} | seen | held-out |\n|---|---|---|")
        for color, share in seen[attribute].items():
            print(f"| {color} | {share} | {held_out[attribute][color]} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
