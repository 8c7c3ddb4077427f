"""Sample grids: what one word, one seed, the guidance scale or the number of steps changes, and what the
autoencoder keeps of renders."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from adfusion.data.scenes.caption import (
    COPY_SPACE_WORDS,
    LIGHT_WORDS,
    MATERIAL_WORDS,
    PRODUCT_WORDS,
    SEASON_WORDS,
    STAGE_WORDS,
)
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import COLORS, random_scene
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.evaluate import HELD_OUT
from adfusion.evaluation.reconstruction import reconstructed
from adfusion.models import Model

SEEDS = (1, 2)
NOISE = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
GUIDANCE = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)
STEPS = (2, 4, 8, 12, 20, 40)
FEW_STEPS = (1, 2, 4, 6, 12)
RENDERS = 16
PROMPTS = (
    "a glossy teal bottle on a round podium, pink backdrop",
    "a green handbag with black details on a square podium, beige backdrop",
    "an orange sneaker on steps, navy background, hard sunlight",
    "a purple gift box, yellow wall and white floor, confetti",
)


@dataclass(frozen=True)
class Grid:
    """A labelled sheet of pictures under a title."""

    name: str
    title: str
    image: Image.Image


def word_prompts() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """For each attribute a title and (label, prompt) pairs that differ in the attribute's word alone."""
    white = "plain white background"
    return {
        "product": (
            f"a blue … on a round podium, {white}",
            [(words[0], f"a blue {words[0]} on a round podium, {white}") for words in PRODUCT_WORDS.values()],
        ),
        "product_color": (
            "a … bottle on a round podium, plain grey background",
            [(color, f"a {color} bottle on a round podium, plain grey background") for color in COLORS],
        ),
        "accent_color": (
            f"a white sneaker with … details on a round podium, {white}",
            [(color, f"a white sneaker with {color} details on a round podium, {white}") for color in COLORS],
        ),
        "backdrop_color": (
            "a white mug on a round podium, plain … background",
            [(color, f"a white mug on a round podium, plain {color} background") for color in COLORS],
        ),
        "stage": (
            "a red bottle …, teal background",
            [(name, f"a red bottle {words[0]}, teal background") for name, words in STAGE_WORDS.items()],
        ),
        "material": (
            f"a … orange teapot on a square podium, {white}",
            [
                (name, f"a {words[0]} orange teapot on a square podium, {white}")
                for name, words in MATERIAL_WORDS.items()
            ],
        ),
        "light": (
            "a green candle on a round podium, plain beige background, …",
            [
                (name, f"a green candle on a round podium, plain beige background, {words[0]}")
                for name, words in LIGHT_WORDS.items()
            ],
        ),
        "season": (
            "a purple perfume bottle on a round podium, plain blue background, …",
            [
                (name, f"a purple perfume bottle on a round podium, plain blue background, {words[0]}")
                for name, words in SEASON_WORDS.items()
                if name != "none"
            ],
        ),
        "copy_space": (
            "a yellow lamp on the floor, plain teal background, …",
            [
                (name, f"a yellow lamp on the floor, plain teal background, {words[0]}")
                for name, words in COPY_SPACE_WORDS.items()
            ],
        ),
    }


def grids(model: Model) -> Iterator[Grid]:
    """All sheets, one after another."""
    for attribute, (title, pairs) in word_prompts().items():
        labels = [label for _ in SEEDS for label, _ in pairs]
        prompts = [prompt for _ in SEEDS for _, prompt in pairs]
        seeds = [seed for seed in SEEDS for _ in pairs]
        pictures = np.concatenate(list(draw(model, prompts, seeds)))
        columns = len(pairs) if len(pairs) <= 14 else len(pairs) // 2
        yield Grid(attribute, f"{title} · seeds {SEEDS[0]} and {SEEDS[1]}", _sheet(pictures, columns, labels))
    seeds = list(range(8))
    pictures = np.concatenate(
        list(draw(model, [p for p in PROMPTS for _ in seeds], [s for _ in PROMPTS for s in seeds]))
    )
    yield Grid(
        "seeds", "Four prompts, eight seeds", _sheet(pictures, len(seeds), [f"seed {s}" for s in seeds])
    )
    sweeps = {
        "guidance": ("Guidance scale", [(f"{s:g}", Settings(guidance_scale=s)) for s in GUIDANCE]),
        "noise": ("Scale of the noise", [(f"{s:g}", Settings(noise_scale=s)) for s in NOISE]),
        "steps": (
            "Sampling steps",
            [(str(steps), Settings(steps=steps)) for steps in (FEW_STEPS if model.distilled else STEPS)],
        ),
    }
    for name, (title, settings) in sweeps.items():
        swept = [np.concatenate(list(draw(model, PROMPTS, [3] * len(PROMPTS), one))) for _, one in settings]
        pictures = np.stack(swept, axis=1).reshape(-1, *swept[0].shape[1:])
        yield Grid(name, title, _sheet(pictures, len(settings), [label for label, _ in settings]))
    yield reconstructions(model)


def reconstructions(model: Model) -> Grid:
    """Held-out renders of the size that the model draws, each beside what the autoencoder makes of it."""
    renders = render([random_scene(HELD_OUT + n) for n in range(RENDERS)], size=model.card.sizes[0]).rgb
    pairs = np.stack([renders, reconstructed(model, renders)], axis=1).reshape(-1, *renders.shape[1:])
    title = "Held-out renders, and what the autoencoder makes of them"
    return Grid("reconstructions", title, _sheet(pairs, 8, ["render", "decoded"]))


def _sheet(pictures: np.ndarray, columns: int, labels: list[str]) -> Image.Image:
    repeated = [labels[index % len(labels)] for index in range(len(pictures))]
    return contact_sheet(list(pictures), columns, repeated)
