"""What fresh noise on the way is worth: `python docs/figures/fresh_noise.py [MODEL [PROMPTS]]`.

Prints, for a sampler without it and one with it, in several numbers of steps, the share of attributes that
are drawn as asked and the Fréchet distance to held-out renders. See docs/diffusion.md.
"""

import sys
from dataclasses import replace

from yardstick import Yardstick

from adfusion.evaluation.drawing import Settings
from adfusion.models import store

COMPARED = {"dpmpp_2m": (8, 12, 20), "ddpm": (8, 12, 20)}


def main(name: str = "mini:teacher", amount: str = "300") -> None:
    model = store.load(name)
    yardstick = Yardstick(model.card.sizes[0], int(amount))
    print("| sampler | steps | drawn as asked | all that was named | Fréchet distance |")
    print("|---|---|---|---|---|")
    for sampler, numbers in COMPARED.items():
        defaults = model.card.defaults.model_copy(update={"sampler": sampler})
        card = model.card.model_copy(update={"defaults": defaults})
        for steps in numbers:
            pictures = yardstick.draw(replace(model, card=card), Settings(steps=steps))
            row = yardstick.row(pictures, yardstick.probe.features(pictures))
            print(f"| `{sampler}` | {steps} | {row} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
