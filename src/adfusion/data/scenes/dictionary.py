"""Words of dictionaries: for products, and nouns and names of colours that stand in for known ones.

They were taken from WordNet 3.0 and the xkcd survey of colours by `recipes/mini/dictionary.py`;
`dictionary.json` names the sources.
"""

import json
from importlib import resources

_TOLD = json.loads((resources.files(__package__) / "dictionary.json").read_text(encoding="utf-8"))

PRODUCTS: dict[str, tuple[str, ...]] = {product: tuple(words) for product, words in _TOLD["products"].items()}
"""For each product words that mean it or a kind of it, such as "haversack" for a backpack."""
NOUNS: tuple[str, ...] = tuple(_TOLD["nouns"])
"""Of any thing or food. In sentences that teach reading they stand in for products and colours, and `COLORS`
for colours, so that a role is told by its place and not by its word."""
COLORS: tuple[str, ...] = tuple(_TOLD["colors"])
