"""Words for values: by the letter where a word is known, by the text encoder where it is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from adfusion.nets import TextEncoder

SHARPNESS = 20.0
"""Of the vote among known words: how much more a nearer one counts, per unit of cosine similarity."""
_COLOURED = re.compile(r"[- ]?colou?r(ed)?$")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What words mean, such as "flask" a bottle."""

    words: Mapping[str, str]
    """Value of each known word or phrase, in lower case."""
    anchors: tuple[str, ...]
    """Those of `words` that unknown words are compared with."""
    states: Tensor
    """(anchors, 384) float32: their sentence embeddings, of length 1."""

    @classmethod
    def of(cls, anchors: Mapping[str, str], others: Mapping[str, str], encoder: TextEncoder) -> "Lexicon":
        """Of words with their values: `anchors`, and `others` that are known by the letter alone."""
        known = {word.lower(): value for word, value in {**others, **anchors}.items()}
        return cls(known, tuple(anchors), sentence_states(list(anchors), encoder))

    def find(self, phrase: str) -> str | None:
        """The value of a known phrase or of its last words ("leather handbag"), else `None`."""
        words = _normal(phrase).split()
        for start in range(len(words)):
            for form in _forms(" ".join(words[start:])):
                if form in self.words:
                    return self.words[form]
        return next((self.words[word] for word in reversed(words) if word in self.words), None)

    def nearest(self, phrases: Sequence[str], encoder: TextEncoder) -> list[tuple[str, float]]:
        """For each phrase the value whose anchors lie nearest, and the cosine similarity of the nearest."""
        if not phrases:
            return []
        similarities = sentence_states([_normal(phrase) for phrase in phrases], encoder) @ self.states.T
        votes = torch.zeros(len(phrases), len(self._values)).index_add(
            1, self._value_of_anchor, torch.exp(SHARPNESS * similarities)
        )
        return [
            (self._values[best], float(row[self._value_of_anchor == best].max()))
            for row, best in zip(similarities, votes.argmax(1).tolist(), strict=True)
        ]

    @cached_property
    def _values(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.words[anchor.lower()] for anchor in self.anchors))

    @cached_property
    def _value_of_anchor(self) -> Tensor:
        return torch.tensor([self._values.index(self.words[anchor.lower()]) for anchor in self.anchors])


@torch.no_grad()
def sentence_states(texts: list[str], encoder: TextEncoder) -> Tensor:
    """Sentence embeddings (n, 384): the mean of the token states, of length 1 (Reimers & Gurevych,
    arXiv:1908.10084, section 3)."""
    parts = []
    for start in range(0, len(texts), 64):
        read = encoder.recall(texts[start : start + 64])
        kept = read.mask[..., None]
        parts.append(F.normalize((read.states * kept).sum(1) / kept.sum(1), dim=-1))
    return torch.cat(parts).cpu()


def _normal(phrase: str) -> str:
    return _COLOURED.sub("", phrase.lower().strip(" -,.;:!?'\"()"))


def _forms(phrase: str) -> tuple[str, ...]:
    """Itself, and as it may be listed: without a hyphen, or in the singular."""
    plain = phrase.replace("-", " ")
    return phrase, plain, phrase.removesuffix("s"), phrase.removesuffix("es"), f"{phrase}-coloured"
