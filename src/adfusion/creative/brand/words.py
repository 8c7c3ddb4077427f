"""Words that a brand never uses."""

import re
import unicodedata

from adfusion.creative.wording import SOFT_HYPHEN

INVISIBLE = re.compile(f"[{SOFT_HYPHEN}\u200b-\u200f\u2060\ufeff]")


def forbidden(text: str, never: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `never` that `text` holds as whole words, whatever their case, accents and spacing."""
    folded = _folded(text)
    return tuple(words for words in never if re.search(rf"(?<!\w){re.escape(_folded(words))}(?!\w)", folded))


def _folded(text: str) -> str:
    """Unicode compatibility caseless matching (Unicode Standard 3.13, D146) without combining marks."""
    visible = INVISIBLE.sub("", text)
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", visible).casefold())
    bare = "".join(character for character in parts if not unicodedata.combining(character))
    return " ".join(bare.split())
