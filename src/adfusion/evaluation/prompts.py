"""What models are asked for: true sentences about scenes, in wordings that training captions never use.

The words for a product, a colour or a stage are those of the captions, since a model can know no others (for
others see `synonyms`); everything around them is different: order, grammar, punctuation, filler.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from adfusion.data.scenes.caption import WITHOUT_ARTICLE
from adfusion.data.scenes.scene import COLORS, PRODUCTS, Scene, random_scene
from adfusion.data.scenes.split import HELD_OUT_COLORS, HELD_OUT_SEASONS, held_out
from adfusion.evaluation.attributes import value

FIRST = 3_000_000
"""First number of the scenes that are asked for; no recipe trains on them."""

STAGES = {
    "none": "directly on the ground",
    "round podium": "atop a round podium",
    "square podium": "atop a square podium",
    "steps": "at the top of some steps",
    "arch": "with an arch behind",
}
BACKDROPS: dict[str, tuple[str, ...]] = {
    "plain": ("the wall is plain {first}", "everything behind is {first}"),
    "gradient": ("behind it {first} fades into {second}", "the gradient goes {first} to {second}"),
    "two-tone": ("the wall is {first}, the floor {second}", "{second} floor meets {first} wall"),
    "cyclorama": ("a {first} studio sweep behind", "seamless {first} paper behind it"),
}
LIGHTS = {
    "soft studio": "lit softly as in a studio",
    "hard sun": "under hard sun",
    "golden hour": "at golden hour",
    "neon": "lit by neon",
}
SEASONS_WORDS = {
    "snow": "while snow falls", "ornaments": "among ornaments", "petals": "among petals",
    "leaves": "among autumn leaves", "confetti": "under confetti", "hearts": "surrounded by hearts",
    "pumpkins": "beside pumpkins",
}  # fmt: skip
COPY_SPACES = {
    "left": "leave the left side empty",
    "right": "leave the right side empty",
    "top": "leave the upper part empty",
    "centre": "keep it centred",
}
MATERIALS = {"matte": "matte", "glossy": "glossy", "metal": "metallic", "glass": "glass"}


@dataclass(frozen=True)
class Asked:
    """A prompt, the scene it was made from, and which attributes of it the prompt names."""

    prompt: str
    scene: Scene
    attributes: tuple[str, ...]


def ask(scene: Scene) -> Asked:
    """One prompt about a scene with a product; the same scene always gives the same prompt."""
    rng = np.random.Generator(np.random.Philox(key=[scene.seed, 77]))

    def says(chance: float) -> bool:
        return bool(rng.random() < chance)

    named = ["product", *(["product_color"] if value(scene, "product_color") else [])]
    material = ""
    if says(0.5):
        material = MATERIALS[scene.material]
        named.append("material")
    accent = ""
    if says(0.4):
        accent = f", {scene.accent_color} accents"
        named.append("accent_color")
    thing = " ".join(filter(None, (material, scene.product_color, str(scene.product))))
    plural = scene.product in WITHOUT_ARTICLE
    article = "" if plural else "an " if thing[0] in "aeiou" else "a "

    parts = []
    if says(0.75):
        parts.append(STAGES[scene.stage])
        named.append("stage")
    if scene.season != "none":
        parts.append(SEASONS_WORDS[scene.season])
        named.append("season")
    if says(0.5):
        parts.append(LIGHTS[scene.light])
        named.append("light")
    asides = []
    if says(0.85):
        frames = BACKDROPS[scene.backdrop]
        frame = frames[rng.integers(len(frames))]
        asides.append(frame.format(first=scene.backdrop_color, second=scene.second_color))
        named.append("backdrop_color")
    if says(0.6):
        asides.append(COPY_SPACES[scene.copy_space])
        named.append("copy_space")

    place = " ".join(parts)
    frames_of_all: tuple[Callable[[], str], ...] = (
        lambda: f"Show {article}{thing}{accent} {place}. {_sentences(asides)}",
        lambda: f"We need an ad picture: {article}{thing}{accent}, {place}. {_sentences(asides)}",
        lambda: f"{_sentences(asides)} The hero is {article}{thing}{accent} {place}.",
        lambda: f"Advert | {thing}{accent} | {place} | {' | '.join(asides)}",
        lambda: f"Please draw {article}{thing}{accent} {place}; {'; '.join(asides)}",
    )
    text = frames_of_all[rng.integers(len(frames_of_all))]()
    prompt = re.sub(r"[ ,]*([;.,])", r"\1", " ".join(text.replace("| |", "|").split())).strip(" |;,")
    return Asked(prompt, scene, tuple(named))


def seen(amount: int) -> list[Asked]:
    """Prompts for combinations of product, colour and season that training has met."""
    scenes = (random_scene(FIRST + number) for number in count())
    return _asked((scene for scene in scenes if scene.product is not None and not held_out(scene)), amount)


def held_out_colors(amount: int) -> list[Asked]:
    """Prompts for pairs of product and colour that training left out; every pair takes its turn."""
    pairs = [
        (product, color) for product in PRODUCTS for color in COLORS if color in HELD_OUT_COLORS[product]
    ]
    scenes = (
        random_scene(FIRST + 1_000_000 + number, product=product, product_color=color)
        for number in count()
        for product, color in [pairs[number % len(pairs)]]
    )
    fitting = (
        scene
        for scene in scenes
        if scene.season != HELD_OUT_SEASONS[str(scene.product)]
        and scene.product_color not in (scene.backdrop_color, scene.second_color, scene.accent_color)
    )
    return _asked(fitting, amount)


def held_out_seasons(amount: int) -> list[Asked]:
    """Prompts for pairs of product and season that training left out; every product takes its turn."""
    scenes = (
        random_scene(FIRST + 2_000_000 + number, product=product, season=HELD_OUT_SEASONS[product])
        for number in count()
        for product in [PRODUCTS[number % len(PRODUCTS)]]
    )
    fitting = (scene for scene in scenes if scene.product_color not in HELD_OUT_COLORS[str(scene.product)])
    return _asked(fitting, amount)


def _asked(scenes: Iterator[Scene], amount: int) -> list[Asked]:
    return [ask(scene) for scene in islice(scenes, amount)]


def _sentences(clauses: list[str]) -> str:
    return " ".join(f"{clause[0].upper()}{clause[1:]}." for clause in clauses)
