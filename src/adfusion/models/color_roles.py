"""Which colour of a sentence is the colour of what.

Each colour word alone is read with some doubt. Together they have less: nothing has two colours, a wall and a
floor come in pairs. So roles are given out to all words at once, as is most likely (Viterbi's algorithm over
the words, with the roles that are taken as the state).
"""

from collections.abc import Mapping, Sequence
from math import log

from adfusion.data.scenes.plain import ROLES

OF_PRODUCT = ("product_color", "accent_color")
COLOR_ROLES = (*OF_PRODUCT, *(role for roles in ROLES.values() for role in roles))
UNUSED = 0.03
"""Likelihood of a colour word that is the colour of nothing."""
ALONE = 0.3
"""Likelihood of one colour of a pair without the other."""
_LEAST = 1e-4


def give_roles(
    words: Sequence[Mapping[str, float]], *, product: bool = True
) -> tuple[str | None, dict[str, int]]:
    """The kind of backdrop, `None` if it has no colour, and the place of the word of each role.

    words: for each colour word, in order, the probability of each of `COLOR_ROLES`. Without a `product`
    there is only a backdrop.
    """
    best: tuple[float, str | None, dict[str, int]] = (-float("inf"), None, {})
    nothing: tuple[None, tuple[str, ...]] = None, ()
    for kind, roles in (nothing, *ROLES.items()):
        score, given = _most_likely(words, OF_PRODUCT if product else (), roles)
        if score > best[0]:
            best = score, kind, given
    _, kind, given = best
    if kind == "gradient":
        given["from"], given["to"] = sorted((given["from"], given["to"]))
    return kind, given


def _most_likely(
    words: Sequence[Mapping[str, float]], optional: Sequence[str], required: Sequence[str]
) -> tuple[float, dict[str, int]]:
    """Score and places of the best way to give each role to one word at most, required ones to one each."""
    ways: dict[frozenset[str], tuple[float, dict[str, int]]] = {frozenset(): (0.0, {})}
    for place, word in enumerate(words):
        longer = {taken: (score + log(UNUSED), given) for taken, (score, given) in ways.items()}
        for taken, (score, given) in ways.items():
            for role in (*optional, *required):
                now = taken | {role}
                new = score + log(max(_likelihood(word, role), _LEAST))
                if role not in taken and new > longer.get(now, (-float("inf"),))[0]:
                    longer[now] = new, {**given, role: place}
        ways = longer
    whole = [way for taken, way in ways.items() if taken.issuperset(required)]
    return max(whole, key=lambda way: way[0], default=(-float("inf"), {}))


def _likelihood(word: Mapping[str, float], role: str) -> float:
    """A gradient's colours are told by their order; a wall above a floor may be said as a plain one is; and
    one colour of a pair, alone, is that of all that is behind."""
    if role in ("from", "to"):
        return word["from"] + word["to"]
    if role == "plain":
        return word["plain"] + ALONE * sum(word[half] for half in ("wall", "floor", "from", "to"))
    return word["wall"] + word["plain"] if role == "wall" else word[role]
