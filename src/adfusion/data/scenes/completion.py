"""What a prompt leaves open, chosen: all of a scene from a few words, another scene for each seed.

"Red lamp" describes a thousand pictures. A small denoiser that must also decide which of them to draw draws
something between them; told everything, it draws that one. So what is not said is chosen first, as a
photographer chooses it, and can be read afterwards.
"""

from collections.abc import Collection
from dataclasses import fields
from itertools import count

from adfusion.data.scenes.plain import NOTHING, Said
from adfusion.data.scenes.scene import Scene, random_scene

_CALM = {"season": "none", "copy_space": "centre"}
"""What is so unless it is said."""
_RARE = {"material": ("metal", "glass"), "light": ("neon",), "camera_distance": ("wide",)}
"""Values that nobody gets who did not ask for them."""
_QUIET = ("white", "beige", "grey", "black")
"""Colours of the details of a product of which none are named."""
_COLORS = ("product_color", "accent_color", "backdrop_color", "second_color")


def completed(said: Said, seed: int) -> Said:
    """`said`, and a choice by `seed` for each thing that it leaves open. Colours that are chosen differ from
    all others, and a stage for something that is not there yet is the floor."""
    given = {field.name: value for field in fields(said) if (value := getattr(said, field.name)) is not None}
    fixed = _CALM | given | {"product": None if said.product == NOTHING else said.product}
    scenes = (random_scene((number << 64) + seed, **fixed) for number in count(1))
    return told(next(scene for scene in scenes if _pleases(scene, given.keys())))


def told(scene: Scene) -> Said:
    """All that is true of `scene`."""
    empty = scene.product is None
    values = {field.name: getattr(scene, field.name) for field in fields(Said)}
    if empty:
        values |= {"product": NOTHING, "product_color": None, "accent_color": None, "material": None}
    if scene.backdrop not in ("gradient", "two-tone"):
        values["second_color"] = None
    if scene.season == "none":
        values["season"] = None
    return Said(**values)


def _pleases(scene: Scene, given: Collection[str]) -> bool:
    rare = any(getattr(scene, name) in values for name, values in _RARE.items() if name not in given)
    rare |= "accent_color" not in given and scene.accent_color not in _QUIET
    rare |= "stage" not in given and scene.product is None and scene.stage != "none"
    seen = {name: color for name in _COLORS if (color := getattr(told(scene), name)) is not None}
    free = [name for name in seen if name not in given]
    clash = any(seen[name] == seen[other] for name in free for other in seen if other != name)
    return not rare and not clash
