"""Sentences as people ask for pictures, with the words of each that say an attribute marked.

They teach a reader (`adfusion.models.reader`) to find what a prompt says, however it is said. Nothing is
drawn from them, so they can be far more varied than captions: orders, asides, other nouns, unknown words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adfusion.data.scenes import phrases
from adfusion.data.scenes.caption import (
    COLOR_WORDS,
    DISTANCE_WORDS,
    HEIGHT_WORDS,
    LIGHT_WORDS,
    MATERIAL_WORDS,
    PRODUCT_WORDS,
    SEASON_WORDS,
    STAGE_WORDS,
)
from adfusion.data.scenes.plain import NOTHING, ROLES, Said, said_of
from adfusion.data.scenes.scene import random_scene

NAMED = ("product", "product_color", "accent_color", *(role for roles in ROLES.values() for role in roles))
"""Tags of words that name one value among many: a product, or a colour by what it is the colour of."""
VALUED = {
    "material": MATERIAL_WORDS,
    "stage": STAGE_WORDS,
    "light": LIGHT_WORDS,
    "season": {name: words for name, words in SEASON_WORDS.items() if name != "none"},
    "camera_height": HEIGHT_WORDS,
    "camera_distance": DISTANCE_WORDS,
    "copy_space": ("left", "right", "top", "centre"),
}
"""Attributes whose every value is a tag of its own, such as `stage=arch`."""
TAGS = (
    "",
    *NAMED,
    f"product={NOTHING}",
    *(f"{attribute}={value}" for attribute, values in VALUED.items() for value in values),
)
"""What a word may say; the first is nothing."""

_VERB = re.compile(r"^(standing|sitting|resting|lying|placed|shown|displayed|presented|raised|put it) ")
"""What says where a product is, and nothing of the place."""


@dataclass(frozen=True)
class Sentence:
    """A text, and the parts of it that say something: (start, end, tag), `text[start:end]` each."""

    text: str
    parts: tuple[tuple[int, int, str], ...]


def sentence(number: int) -> Sentence:
    """Sentence number n, the same on every machine; about scene number n."""
    rng = np.random.Generator(np.random.Philox(key=[number, 40_000]))
    return _Writer(rng, said_of(random_scene(number), wording=7)).write()


class _Writer:
    """Writes one sentence. Text under way holds its parts between marks: \\x01tag\\x02words\\x03."""

    def __init__(self, rng: np.random.Generator, said: Said) -> None:
        self._rng, self._said = rng, said

    def write(self) -> Sentence:
        clauses = [self._backdrop(), *self._phrases()]
        subject = self._subject()
        stage = self._stage()
        if self._says(0.8):
            subject = " ".join(filter(None, (subject, stage)))
        else:
            clauses.append(stage)
        clauses = [clause for clause in clauses if clause]
        if self._says(0.6):
            clauses = [clauses[place] for place in self._rng.permutation(len(clauses))]
        for _ in range(int(self._rng.integers(3))):
            clauses.insert(int(self._rng.integers(len(clauses) + 1)), self._one(phrases.ASIDES))
        text = self._joined(subject, [clause for clause in clauses if clause])
        if self._says(0.25):
            text = text.lower() if self._says(0.7) else text.capitalize()
        return _unmarked(text)

    def _joined(self, subject: str, clauses: list[str]) -> str:
        join, opening = self._one(phrases.JOINS), self._one(phrases.OPENINGS)
        lead = int(self._rng.integers(len(clauses) + 1)) if self._says(0.25) else 0
        before, after = clauses[:lead], clauses[lead:]
        if join in (". ", "\n"):
            sentences = [*before, f"{opening}{subject}", *after]
            text = join.join(f"{one[0].upper()}{one[1:]}" if one[0] > "\x03" else one for one in sentences)
            return text + ("." if join == ". " else "")
        first = join.join([*before, f"{opening}{subject}"])
        if self._says(0.3):
            return first + "".join(self._one(phrases.JOINS) + clause for clause in after)
        return join.join([first, *after])

    def _subject(self) -> str:
        said = self._said
        if said.product == NOTHING:
            podium = said.stage if said.stage in phrases.PODIUMS else None
            if podium is None or self._says(0.3):
                return _marked(f"product={NOTHING}", self._one(phrases.EMPTY))
            before, after = (
                _marked(f"product={NOTHING}", words.strip()) if words else ""
                for words in self._one(phrases.BARE).split("{}")
            )
            noun = _marked(f"stage={podium}", self._one(phrases.PODIUMS[podium]))
            return " ".join(filter(None, (before, noun, after)))
        frame = self._one(phrases.SUBJECTS) if self._says(0.4) else phrases.SUBJECTS[0]
        product = self._noun(str(said.product))
        values = {
            "product": _marked("product", product),
            "product_color": self._color("product_color", said.product_color),
            "material": self._valued("material", phrases.MATERIAL, said.material)
            if "{made}" not in frame
            else "",
            "made": self._valued("material", phrases.MADE, said.material),
        }
        if not said.product_color:
            frame = self._one(("{material} {product}", "{product} {made}", "{product}"))
        text = frame.format(**values)
        if self._says(0.5):
            text = f"{self._one(('a', 'a', 'a', 'the', 'our', 'one', 'some', 'this'))} {text}"
        if said.accent_color:
            color = self._color("accent_color", said.accent_color)
            accent = self._one(phrases.ACCENT).format(accent_color=color, part=self._one(phrases.PARTS))
            text += accent if accent.startswith(",") else f" {accent}"
        return text

    def _stage(self) -> str:
        stage = self._said.stage
        if stage is None or (self._said.product == NOTHING and stage != "arch"):
            return ""
        phrase = _VERB.sub("", self._one(phrases.STAGE[stage]))
        return " ".join(filter(None, (self._one(phrases.STANDS), _marked(f"stage={stage}", phrase))))

    def _backdrop(self) -> str:
        said = self._said
        if said.backdrop is None:
            return ""
        roles, colors = ROLES[said.backdrop], (said.backdrop_color, said.second_color)
        values = {role: self._color(role, color) for role, color in zip(roles, colors, strict=False)}
        return self._one(phrases.BACKDROPS[said.backdrop]).format(**values)

    def _phrases(self) -> list[str]:
        said = self._said
        return [
            self._valued("light", phrases.LIGHT, said.light),
            self._valued("season", phrases.SEASON, said.season),
            self._valued("camera_height", phrases.HEIGHT, said.camera_height),
            self._valued("camera_distance", phrases.DISTANCE, said.camera_distance),
            self._copy_space(),
        ]

    def _copy_space(self) -> str:
        side = self._said.copy_space
        if side is None:
            return ""
        if side == "centre":
            words = self._one(phrases.CENTRE)
        elif self._says(0.15):
            words = self._one(phrases.BESIDE[side])
        else:
            words = self._one(phrases.FREE).format(side=self._one(phrases.SIDES[side]))
        return _marked(f"copy_space={side}", words)

    def _valued(self, attribute: str, words: Mapping[str, tuple[str, ...]], value: str | None) -> str:
        return _marked(f"{attribute}={value}", self._one(words[value])) if value else ""

    def _noun(self, product: str) -> str:
        if self._says(0.12):
            return self._one(phrases.ORDINARY)
        return product if self._says(0.4) else self._one(PRODUCT_WORDS[product])

    def _color(self, role: str, name: str | None) -> str:
        if not name:
            return ""
        word = name
        if self._says(0.35):
            word = self._one(COLOR_WORDS[name])
        elif self._says(0.08):
            word = self._one(phrases.ORDINARY)
        if self._says(0.06):
            word = self._one(("light ", "bright ", "deep ", "pale ", "soft ", "warm ")) + word
        return _marked(role, word)

    def _one(self, words: Sequence[str]) -> str:
        return words[int(self._rng.integers(len(words)))]

    def _says(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)


def _marked(tag: str, words: str) -> str:
    return f"\x01{tag}\x02{words}\x03"


def _unmarked(text: str) -> Sentence:
    text = re.sub(r"[ \t]+([,;.)])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    parts, plain = [], ""
    for piece in re.split(r"(\x01[^\x02]*\x02[^\x03]*\x03)", text):
        if piece.startswith("\x01"):
            tag, words = piece[1:-1].split("\x02")
            parts.append((len(plain), len(plain) + len(words), tag))
            plain += words
        else:
            plain += piece
    return Sentence(plain, tuple(parts))
