"""Requests written apart from captions, sentences and code, and what each of them says.

They were written one by one, to a list of the values of `Scene` alone, and nothing was chosen by them while
the reader was made.
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from itertools import count
from pathlib import Path

from adfusion.data.scenes.plain import NOTHING, Said
from adfusion.data.scenes.scene import random_scene
from adfusion.evaluation.attributes import ATTRIBUTES, value
from adfusion.evaluation.prompts import FIRST, Asked
from adfusion.evaluation.statistics import Share, share_of
from adfusion.models import Model

_FILE = Path(__file__).parent / "requests.jsonl"
WHOLE = "all that is said, and nothing else"


def requests() -> list[tuple[str, Said]]:
    """Every request and what it says."""
    rows = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]
    return [(row.pop("prompt"), Said(**row)) for row in rows]


def asked() -> list[Asked]:
    """The requests, each about a scene of which all that it says is true."""
    found = []
    for number, (prompt, said) in zip(count(FIRST + 3_000_000), requests(), strict=False):
        told = {field.name: getattr(said, field.name) for field in fields(Said)}
        told = {name: None if told[name] == NOTHING else told[name] for name in told if told[name]}
        scene = random_scene(number, **told)
        named = [name for name in ATTRIBUTES if name in told and value(scene, name) is not None]
        found.append(Asked(prompt, scene, tuple(named)))
    return found


def reading(model: Model) -> dict[str, Share]:
    """Share of what the requests say that the model reads rightly, by attribute; empty without a reader."""
    if model.reader is None:
        return {}
    texts, said = zip(*requests(), strict=True)
    read = [each or Said() for each in model.reader.read(texts, model.text_encoder)]
    return {**_by_attribute(said, read), WHOLE: share_of([a == b for a, b in zip(said, read, strict=True)])}


def _by_attribute(said: Sequence[Said], read: Sequence[Said]) -> dict[str, Share]:
    hits: dict[str, list[bool]] = {field.name: [] for field in fields(Said)}
    for wanted, found in zip(said, read, strict=True):
        for name in hits:
            if getattr(wanted, name) is not None:
                hits[name].append(getattr(wanted, name) == getattr(found, name))
    return {name: share_of(each) for name, each in hits.items() if each}
