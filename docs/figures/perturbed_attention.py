"""Leading the teacher's paths away from a worse self: `python docs/figures/perturbed_attention.py [PROMPTS]`.

The worse self lacks self-attention in one block. Prints, for several blocks, scales and times to begin at,
the share of attributes that are drawn as asked, and how near the pictures lie to held-out renders; draws the
figure of docs/training.md.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from yardstick import Yardstick

from adfusion import files
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.diffusion import Streams
from adfusion.evaluation.drawing import BATCH
from adfusion.models import Model, store
from adfusion.nets import TextStates
from adfusion.pixels import to_pictures
from adfusion.training.paths import Guide, Teacher, draw_path
from adfusion.training.recipe import PerturbedAttention

IMAGE = Path(__file__).parents[1] / "images" / "perturbed-attention.jpg"
COLUMNS, STEPS = 10, 8
SHAPES = ("teapot", "sneaker", "sunglasses", "headphones", "handbag", "watch", "lamp", "bottle", "mug", "can")
GUIDES = {
    "none": None,
    "block 5, scale 1.25, from t = 0.9": PerturbedAttention(block=4, scale=1.25, start=0.9),
    "block 5, scale 1.25, from t = 1": PerturbedAttention(block=4, scale=1.25),
    "block 5, scale 2, from t = 0.9": PerturbedAttention(block=4, scale=2.0, start=0.9),
    "block 4, scale 1.25, from t = 0.9": PerturbedAttention(block=3, scale=1.25, start=0.9),
    "block 6, scale 1.25, from t = 0.9": PerturbedAttention(block=5, scale=1.25, start=0.9),
}
SHOWN = ("none", "block 5, scale 1.25, from t = 0.9")


@torch.no_grad()
def draw(model: Model, guide: PerturbedAttention | None, prompts: list[str], seeds: list[int]) -> np.ndarray:
    """The last states of the paths that a student would learn from, decoded."""
    defaults, size = model.card.defaults, model.card.sizes[0]
    teacher = Teacher(
        model.denoiser_net,
        model.card.prediction,
        model.process,
        model.times(STEPS),
        model.autoencoder.config.factor,
        () if guide is None else (Guide(model.denoiser_net, guide.scale, guide.start, guide.block),),
    )
    noise = defaults.noise_scale * Streams(seeds).randn(model.latent_shape(*size))
    words = model.text_encoder.recall([*model.read(prompts, seeds), *([""] * len(prompts))])
    scales = torch.full((len(prompts),), defaults.guidance_scale)
    states = draw_path(teacher, noise, TextStates(words.states, words.mask), scales, Accelerator(cpu=True))
    return to_pictures(model.decode(states[:, -1].float()))


def main(amount: str = "240") -> None:
    model = store.load("mini:teacher")
    yardstick = Yardstick(model.card.sizes[0], int(amount))
    asked = [(one.prompt, one.scene.seed) for one in yardstick.asked]
    shown = []
    print("| guide | drawn as asked | all that was named | Fréchet distance |")
    print("|---|---|---|---|")
    for name, guide in GUIDES.items():
        parts = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
        pictures = np.concatenate([draw(model, guide, *map(list, zip(*part, strict=True))) for part in parts])
        print(f"| {name} | {yardstick.row(pictures, yardstick.probe.features(pictures))} |", flush=True)
        if name in SHOWN:
            shown.extend(draw(model, guide, [f"a red {shape}" for shape in SHAPES], list(range(COLUMNS))))
    with files.replacing(IMAGE) as temporary:
        sheet = contact_sheet(shown, columns=COLUMNS).convert("RGB")
        sheet.save(temporary, format="JPEG", quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
