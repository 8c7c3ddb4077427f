"""Seasons: what lies and flies around the product, in the words that models learn it by."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator

from adfusion.creative.section import refuse
from adfusion.errors import UserError

SEASONS: Mapping[str, str] = MappingProxyType(
    {
        "winter": "falling snow",
        "christmas": "festive ornaments",
        "new-year": "party confetti",
        "valentine": "little hearts",
        "spring": "flower petals",
        "easter": "spring petals",
        "autumn": "autumn leaves",
        "halloween": "small pumpkins",
        "sale": "colourful confetti",
    }
)
"""What a prompt says in each season."""

PROPS = re.compile(r"\b(snow|snowflakes|ornaments|petals|leaves|confetti|hearts|pumpkins)\b", re.IGNORECASE)


def known_season(name: str, where: str) -> str:
    """`name`, if it is one of `SEASONS`. Raises `UserError`, naming `where` it was found, if it is not."""
    if name not in SEASONS:
        raise UserError(f"{where}: found {name!r}; allowed: {', '.join(SEASONS)}")
    return name


def without_props(words: str) -> str:
    """Words without those parts, between commas, that name the props of a season."""
    return ", ".join(part for part in map(str.strip, words.split(",")) if not PROPS.search(part))


def _season(value: object) -> object:
    if value not in SEASONS:
        raise refuse(value, ", ".join(SEASONS))
    return value


Season = Annotated[str, BeforeValidator(_season)]
