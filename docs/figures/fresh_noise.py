"""What fresh noise on the way is worth: `python docs/figures/fresh_noise.py [MODEL [PROMPTS]]`.

Prints, for a sampler without it and one with it, in several numbers of steps, the share of attributes that
are drawn as asked and the Fréchet distance to held-out renders. See docs/diffusion.md.
"""

import sys
from dataclasses import replace
from itertools import islice
from statistics import fmean

import numpy as np

from adfusion.data.scenes.render import render
from adfusion.evaluation import prompts
from adfusion.evaluation.distribution import frechet_distance
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.evaluate import HELD_OUT, comparable_scenes
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import load_probe
from adfusion.models import store

RENDERS = 500
COMPARED = {"dpmpp_2m": (8, 12, 20), "ddpm": (8, 12, 20)}


def main(name: str = "mini:teacher", amount: str = "300") -> None:
    model, probe = store.load(name), load_probe()
    asked = prompts.seen(int(amount))
    texts, seeds = [one.prompt for one in asked], [one.scene.seed for one in asked]
    scenes = list(islice(comparable_scenes(HELD_OUT), RENDERS))
    renders = probe.features(render(scenes, size=model.card.sizes[0]).rgb)
    print("| sampler | steps | drawn as asked | everything that was named | Fréchet distance |")
    print("|---|---|---|---|---|")
    for sampler, numbers in COMPARED.items():
        defaults = model.card.defaults.model_copy(update={"sampler": sampler})
        card = model.card.model_copy(update={"defaults": defaults})
        for steps in numbers:
            drawn = draw(replace(model, card=card), texts, seeds, Settings(steps=steps))
            pictures = np.concatenate(list(drawn))
            shares = fidelity(asked, probe.read(pictures), probe.card.trusted)
            mean = fmean(share.share for attribute, share in shares.items() if attribute != EVERYTHING)
            distance = frechet_distance(probe.features(pictures), renders)
            print(
                f"| `{sampler}` | {steps} | {mean:.1%} | {shares[EVERYTHING]} | {distance:.2f} |", flush=True
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
