"""Words for products beside those of captions.

They were taken from WordNet 3.0 by `recipes/mini/dictionary.py`.
"""

import json
from importlib import resources

_TOLD = json.loads((resources.files(__package__) / "dictionary.json").read_text(encoding="utf-8"))

PRODUCTS: dict[str, tuple[str, ...]] = {product: tuple(words) for product, words in _TOLD["products"].items()}
"""For each product words that mean it or a kind of it, such as "haversack" for a backpack."""
