"""What people write in an ad, before it is set: cleaning, direction, and where a line may break."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 500
SOFT_HYPHEN = "\u00ad"
SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""White space at which a line may break: all but the no-break spaces."""
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Copy:
    """The words of one creative. What is empty is not shown; without `call_to_action` there is no button."""

    headline: str
    call_to_action: str = ""
    body: str = ""
    badge: str = ""
    """A price or an offer in few words: "-20 %", "from 4,90 €"."""
    legal: str = ""
    """The line that must be shown, small but legible."""


def clean(text: str) -> str:
    """NFC, with every run of white space as one space.

    Raises `ValueError` for empty or overlong text and for characters that cannot be set: control characters,
    lone surrogates, private code points, and explicit bidirectional embeddings.
    """
    words = unicodedata.normalize("NFC", SPACES.sub(" ", text)).strip(" ")
    if not words.strip():
        raise ValueError("empty text")
    if len(words) > MAX_CHARACTERS:
        raise ValueError(f"{len(words)} characters, more than {MAX_CHARACTERS}")
    for character in words:
        if character in BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs", "Co"):
            raise ValueError(f"character U+{ord(character):04X}, which cannot be printed")
    return words


@lru_cache(maxsize=4096)
def is_right_to_left(text: str) -> bool:
    """Base direction by the first strong character (Unicode Standard Annex 9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


@lru_cache(maxsize=4096)
def is_joined(text: str) -> bool:
    """Whether letters join (Arabic and its relatives), so that letter-spacing would tear words apart."""
    return any(unicodedata.bidirectional(character) == "AL" for character in text)


@lru_cache(maxsize=4096)
def rises(text: str) -> bool:
    """Whether marks rise above the capitals: accents, and the dots and vowels of scripts such as Arabic."""
    decomposed = unicodedata.normalize("NFD", text)
    return any(unicodedata.combining(character) for character in decomposed) or is_joined(text)


@dataclass(frozen=True)
class Chunk:
    """A piece of text that stays on one line; `space` says whether a space follows it within a line."""

    text: str
    space: bool

    @property
    def at_line_end(self) -> str:
        return self.text.replace(SOFT_HYPHEN, "") + ("-" if self.text.endswith(SOFT_HYPHEN) else "")


def _ideographic(character: str) -> bool:
    category = unicodedata.category(character)
    return unicodedata.east_asian_width(character) in "WF" and category[0] in "LNS" and category != "Sk"


def chunks(text: str) -> tuple[Chunk, ...]:
    """Split where a line may break: spaces, after hyphens and dashes, soft hyphens, between ideographs.

    The common part of Unicode Standard Annex 14 (classes SP, HY, BA, ZW, ID). Words are never hyphenated
    where the writer put no soft hyphen.
    """
    found: list[Chunk] = []
    for word in _words(text):
        start = 0
        for index in range(1, len(word)):
            before, after = word[index - 1], word[index]
            hyphen = before in "-‐–—/" and index > 1 and word[index - 2].isalpha() and after.isalpha()
            ideographs = _ideographic(before) and _ideographic(after)
            if hyphen or before in (SOFT_HYPHEN, "\u200b") or ideographs:
                found.append(Chunk(word[start:index], space=False))
                start = index
        found.append(Chunk(word[start:], space=True))
    return tuple(found)


def _words(text: str) -> list[str]:
    """Words between spaces; a sign alone (a dash, %, €) stays with the word before it."""
    words: list[str] = []
    for word in text.split(" "):
        if words and not any(character.isalnum() for character in word):
            words[-1] += " " + word
        else:
            words.append(word)
    return words


def join(pieces: tuple[Chunk, ...]) -> str:
    """One line of text from its chunks."""
    inner = "".join(piece.text + " " * piece.space for piece in pieces[:-1]).replace(SOFT_HYPHEN, "")
    return inner + pieces[-1].at_line_end
