"""What more training bought: `python docs/figures/compute.py RUNS [MODEL [PROMPTS]]`.

Measures the denoiser after each of its runs under RUNS, on the latents of that run. MODEL reads the
prompts, as it does users'. Their wordings are in no caption. Draws the curve of docs/evaluation.md.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from adfusion import files
from adfusion.evaluation import prompts, synonyms
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.fidelity import fidelity
from adfusion.evaluation.probe import ProbeReader, load_probe
from adfusion.models import Model, store
from adfusion.models.card import LatentStatistics
from adfusion.nets import DiT
from adfusion.training.denoiser import denoiser_config
from adfusion.training.recipe import DenoiserRecipe
from adfusion.training.runs import finished_run, lineage, trained_autoencoder

IMAGES = Path(__file__).parents[1] / "images"
STEPS = 12
NAMES = {
    "product": "product",
    "product_color": "product colour",
    "backdrop_color": "backdrop colour",
    "stage": "stage",
    "copy_space": "copy space",
}


def stages(run: Path) -> Iterator[tuple[int, Path]]:
    """Each run that led to `run`, the first one first, and the pictures seen up to its end."""
    record, chain = lineage(run), []
    while record:
        chain.append((record["pictures_seen"], run))
        run = run.parent / str(record["recipe"].get("start_from"))
        record = record.get("started_from")
    seen = 0
    for pictures, folder in reversed(chain):
        seen += pictures
        yield seen, folder


def measure(model: Model, run: Path, amount: int, probe: ProbeReader) -> dict[str, float]:
    """Shares of pictures that show what was asked, by attribute; and those of words never trained on."""
    weights, record = finished_run(run)
    recipe = DenoiserRecipe(**record["recipe"])
    autoencoder, _ = trained_autoencoder(run.parent / recipe.autoencoder)
    latents = json.loads((run / "latents.json").read_text(encoding="utf-8"))
    net = DiT(denoiser_config(recipe, autoencoder.config))
    net.load_state_dict(weights)
    stage = replace(
        model,
        card=model.card.model_copy(update={"latents": LatentStatistics(**latents)}),
        autoencoder=autoencoder,
        denoiser_net=net.eval().requires_grad_(False),
    )
    asked, words = prompts.seen(amount), synonyms.SYNONYMS
    texts = [*(one.prompt for one in asked), *(one.prompt for one in words)]
    seeds = [*(one.scene.seed for one in asked), *range(len(words))]
    read = probe.read(np.concatenate(list(draw(stage, texts, seeds, Settings(steps=STEPS)))))
    shares = fidelity(asked, {name: values[:amount] for name, values in read.items()}, probe.card.trusted)
    trusted = {name: values[amount:] for name, values in read.items() if name in probe.card.trusted}
    new = synonyms.understood(trusted)
    return {
        **{NAMES[name]: share.share for name, share in shares.items() if name in NAMES},
        **{
            f"{NAMES[name]}, words never trained on": share.share
            for name, share in new.items()
            if name != "stage"
        },
    }


def plot(curve: list[tuple[int, dict[str, float]]]) -> Figure:
    figure = Figure(figsize=(8.5, 3.8), layout="constrained")
    axes = figure.add_subplot(xlabel="pictures seen, thousands", ylabel="drawn as asked, %", ylim=(0, 100))
    for attribute in curve[-1][1]:
        style = "o--" if "never" in attribute else "o-"
        seen, shares = zip(
            *((pictures / 1000, 100 * found[attribute]) for pictures, found in curve), strict=True
        )
        axes.plot(seen, shares, style, label=attribute)
    figure.legend(loc="outside right center", fontsize=8)
    return figure


def main(runs: str, name: str = "mini", amount: str = "320") -> None:
    model, probe = store.load(store.many_steps(name)), load_probe()
    curve = []
    for seen, run in stages(Path(runs) / "denoiser"):
        curve.append((seen, measure(model, run, int(amount), probe)))
        print(*curve[-1], flush=True)
    with files.replacing(IMAGES / "more-training.png") as temporary:
        plot(curve).savefig(temporary, format="png", dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
