"""Makes and measures the example of docs/finetuning.md: `python docs/figures/finetuning.py FOLDER [MODEL]`.

Ten pictures of one mug in a colour that no scene has, a LoRA from them with the defaults of
`adfusion finetune`, and what it changes: pictures of the new word and of other words, before and after.
"""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

import adfusion
from adfusion import files
from adfusion.color import oklab
from adfusion.data.folder import read_photos
from adfusion.data.photo import usable
from adfusion.data.scenes import scene as scenes
from adfusion.data.scenes import world
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Scene, random_scene
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation.attributes import label
from adfusion.evaluation.probe import load_probe
from adfusion.generation.backend import Backend
from adfusion.models import store
from adfusion.training.lora import finetune

IMAGES = Path(__file__).parents[1] / "images"
LIME = "#b4f000"
FIRST = 4_500_000
"""Of scenes that neither training nor evaluation uses."""
BACKDROPS = ("blue", "pink", "grey", "navy", "orange", "white", "purple", "beige", "teal", "black")
STAGES = ("round podium", "square podium", "none", "steps", "round podium")
NEW = tuple(f"a zorbo mug on a {stage}, {color} backdrop" for stage, color in (
    ("round podium", "red"), ("square podium", "grey"), ("round podium", "brown"), ("round podium", "white"),
))  # fmt: skip
SEEDS = range(6)
READ = ("product", "product_color", "backdrop_color", "stage")


def photographs(folder: Path) -> None:
    """Ten pictures of one lime mug, named after what they show."""
    scenes.COLORS["lime"] = LIME
    world._LINEAR["lime"] = world.linear_rgb(LIME)
    for index, backdrop in enumerate(BACKDROPS):
        stage = STAGES[index % len(STAGES)]
        shown = random_scene(
            FIRST, product="mug", product_color="lime", accent_color="white", material="glossy", stage=stage,
            backdrop="plain", backdrop_color=backdrop, second_color=backdrop, season="none",
            light="soft studio", camera_distance=("medium", "close-up")[index % 2], copy_space="centre",
            camera_height=("eye level", "slightly above")[index // 2 % 2],
        )  # fmt: skip
        where = "the floor" if stage == "none" else stage if stage == "steps" else f"a {stage}"
        name = f"a zorbo mug on {where}, {backdrop} backdrop {index}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(render([shown], size=(512, 512)).rgb[0]).save(folder / f"{name}.jpg", quality=95)
    del scenes.COLORS["lime"], world._LINEAR["lime"]


def drawn(model: Backend, prompts: list[str], seeds: list[int]) -> list[Image.Image]:
    """As written: with a LoRA no prompt is read."""
    pairs = zip(prompts, seeds, strict=True)
    run = model.generate([model.request(prompt, seed=seed, as_written=True) for prompt, seed in pairs])
    return [picture.image for picture in run.pictures()]


def lime_share(pictures: list[Image.Image]) -> list[float]:
    """Share of each picture's pixels in the new colour's hue and chroma, in shade or light."""
    wanted = oklab([int(LIME[place : place + 2], 16) for place in (1, 3, 5)])[1:]
    colors = oklab(np.stack([np.asarray(each.resize((64, 64), Image.Resampling.BOX)) for each in pictures]))
    return [float(each) for each in (np.linalg.norm(colors[..., 1:] - wanted, axis=-1) < 0.07).mean((1, 2))]


def read(pictures: list[Image.Image]) -> dict[str, np.ndarray]:
    small = [np.asarray(each.resize((128, 128), Image.Resampling.LANCZOS)) for each in pictures]
    return load_probe().read(np.stack(small))


def right(found: dict[str, np.ndarray], wanted: list[Scene], name: str) -> str:
    labels = [label(scene, name) for scene in wanted]
    hits = [int(found[name][index]) == each for index, each in enumerate(labels) if each is not None]
    return f"{sum(hits)} of {len(hits)}"


def main(folder: Path, name: str = "mini") -> None:
    photos, lora = folder / "photos", folder / "zorbo-lora"
    if not photos.exists():
        photographs(photos)
    base = store.load(store.many_steps(name))
    if not (lora / "lora.json").exists():
        chosen = usable(photos, list(read_photos(photos)), least=5, skip_bad=False)
        started = time.perf_counter()
        for progress in finetune(
            chosen, base, lora, rights="Renders of our own scenes.", resume=lora.exists()
        ):
            print(progress, flush=True)
        print(f"trained in {time.perf_counter() - started:.0f} s of wall time")

    before, after = adfusion.load(store.many_steps(name)), adfusion.load(name, loras=[(lora, 1.0)])
    new = [prompt for prompt in NEW for _ in SEEDS]
    seeds = [*SEEDS] * len(NEW)
    pairs = [drawn(model, new, seeds) for model in (before, after)]
    for when, pictures in zip(("before", "after"), pairs, strict=True):
        mugs = (read(pictures)["product"] == scenes.PRODUCTS.index("mug")).sum()
        print(f"zorbo, {when}: lime {np.mean(lime_share(pictures)):.3f}, mugs {mugs} of {len(pictures)}")
    print(f"photos: lime {np.mean(lime_share([Image.open(path) for path in sorted(photos.glob('*'))])):.3f}")

    others = [random_scene(FIRST + 1 + number, "1:1") for number in range(48)]
    words = [caption(scene) for scene in others]
    kept = [drawn(model, words, [7] * len(words)) for model in (before, after)]
    for when, pictures in zip(("before", "after"), kept, strict=True):
        found = read(pictures)
        said = ", ".join(f"{attribute} {right(found, others, attribute)}" for attribute in READ)
        print(f"others, {when}: lime {np.mean(lime_share(pictures)):.3f}, {said}")
    distance = [
        float(np.linalg.norm(oklab(np.asarray(a)).mean((0, 1)) - oklab(np.asarray(b)).mean((0, 1))))
        for a, b in zip(*kept, strict=True)
    ]
    print(f"others, mean colour moved by {np.mean(distance):.3f} (OKLab)")

    shown = [Image.open(path) for path in sorted(photos.glob("*"))][:6]
    place = [index * len(SEEDS) for index in range(len(NEW))] + [1, len(SEEDS) + 1]
    rows = [
        *shown,
        *(pairs[0][at] for at in place),
        *(pairs[1][at] for at in place),
        *kept[0][:6],
        *kept[1][:6],
    ]
    says = ["picture", "zorbo, before", "zorbo, after", "other words, before", "other words, after"]
    small = np.stack([np.asarray(each.convert("RGB").resize((160, 160))) for each in rows])
    sheet = contact_sheet(small, 6, [text for text in says for _ in range(6)])
    with files.replacing(IMAGES / "finetuning.jpg") as temporary:
        sheet.save(temporary, quality=88)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
