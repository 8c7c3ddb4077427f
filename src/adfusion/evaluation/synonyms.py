"""Words that no training caption holds, and what they should give."""

from dataclasses import dataclass

import numpy as np

from adfusion.evaluation.attributes import ATTRIBUTES
from adfusion.evaluation.statistics import Share, share_of
from adfusion.models import Model


@dataclass(frozen=True)
class Synonym:
    """`word`, put into `prompt`, asks for `value` of `attribute`."""

    word: str
    attribute: str
    value: str
    prompt: str


STRANGE = ", in no dictionary"
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "product_color": {
        "red": ("crimson", "scarlet", "ruby", "cherry-coloured"),
        "orange": ("tangerine", "pumpkin-coloured"),
        "yellow": ("lemon-coloured", "canary", "sunflower-coloured"),
        "green": ("emerald", "grass-coloured", "leaf-coloured"),
        "teal": ("turquoise", "aquamarine"),
        "blue": ("azure", "cobalt", "sapphire"),
        "navy": ("midnight-blue", "marine"),
        "purple": ("violet", "plum-coloured", "amethyst"),
        "pink": ("rose-coloured", "bubblegum", "flamingo-coloured"),
        "brown": ("chocolate-coloured", "chestnut", "coffee-coloured"),
        "beige": ("cream-coloured", "sand-coloured", "tan"),
        "white": ("ivory", "snow-white", "milky-white"),
        "grey": ("gray", "slate-coloured", "ash-coloured"),
        "black": ("jet-black", "ebony", "ink-coloured"),
    },
    "product": {
        "sneaker": ("trainer", "plimsoll", "footwear for running"),
        "handbag": ("purse", "pocketbook"),
        "phone": ("mobile", "cell", "iPhone-like device"),
        "headphones": ("headset", "earphones"),
        "sunglasses": ("shades", "sunnies"),
        "backpack": ("rucksack", "haversack"),
        "gift box": ("present", "wrapped birthday present"),
        "donut": ("doughnut", "cruller"),
        "cupcake": ("muffin", "frosted bun"),
        "ice cream": ("gelato", "sundae"),
        "book": ("novel", "hardback"),
        "mug": ("teacup", "cup"),
        "can": ("tin", "soda tin"),
        "watch": ("timepiece", "chronograph"),
        "perfume": ("fragrance", "eau de toilette"),
        "wine glass": ("goblet", "stemware"),
        "plant pot": ("houseplant", "succulent"),
        "lamp": ("lampshade", "bedside luminaire"),
        "apple": ("Granny Smith", "Braeburn"),
        "candle": ("tealight", "votive"),
        "lipstick": ("rouge", "lippie"),
        "ring": ("engagement band", "diamond band"),
    },
    "season": {
        "ornaments": ("Christmas", "Xmas baubles"),
        "snow": ("blizzard", "December flurries"),
        "pumpkins": ("Halloween", "jack-o'-lanterns"),
        "leaves": ("fall foliage", "October foliage"),
        "petals": ("cherry blossom", "blooming"),
        "confetti": ("New Year's Eve", "birthday celebration"),
        "hearts": ("Valentine's Day", "romance"),
    },
    "light": {
        "golden hour": ("sunset", "dusk"),
        "hard sun": ("noonday", "glaring noon"),
        "neon": ("cyberpunk", "nightclub"),
    },
    "stage": {"steps": ("stairs", "a stairway"), "arch": ("an archway", "a vaulted gate")},
}
FRAMES = {
    "product_color": "a {word} bottle on a round podium, plain {other} background",
    "product": "a blue {word} on a round podium, plain {other} background",
    "season": "a blue bottle on a round podium, plain {other} background, {word}",
    "light": "a blue bottle on a round podium, plain {other} background, {word}",
    "stage": "a blue bottle with {word}, plain {other} background",
}
"""Sentences as captions are built, so that only the word is new. `{other}` is white, or beige for white."""

SYNONYMS: tuple[Synonym, ...] = tuple(
    Synonym(
        word,
        attribute,
        value,
        FRAMES[attribute].format(word=word, other="beige" if value in ("white", "grey") else "white"),
    )
    for attribute, values in WORDS.items()
    for value, words in values.items()
    for word in words
)


def understood(read: dict[str, np.ndarray], synonyms: tuple[Synonym, ...] = SYNONYMS) -> dict[str, Share]:
    """Share of pictures that show what their synonym means, by attribute; picture i is of synonym i.

    read: for each attribute what the probe saw in each picture. Attributes that it cannot read are left out.
    """
    right: dict[str, list[bool]] = {}
    for index, synonym in enumerate(synonyms):
        if synonym.attribute in read:
            wanted = ATTRIBUTES[synonym.attribute].index(synonym.value)
            right.setdefault(synonym.attribute, []).append(bool(read[synonym.attribute][index] == wanted))
    return {attribute: share_of(hits) for attribute, hits in right.items()}


def reading(model: Model, synonyms: tuple[Synonym, ...] = SYNONYMS) -> dict[str, Share]:
    """Share of synonyms that the model reads as what they mean, by attribute, and again for those that no
    dictionary of it has, so that it knows them by its text encoder alone; empty without a reader."""
    if model.reader is None:
        return {}
    right: dict[str, list[bool]] = {}
    strange: dict[str, list[bool]] = {}
    said = model.reader.read([synonym.prompt for synonym in synonyms], model.text_encoder)
    for synonym, found in zip(synonyms, said, strict=True):
        hit = getattr(found, synonym.attribute, None) == synonym.value
        right.setdefault(synonym.attribute, []).append(hit)
        if not model.reader.knows(synonym.attribute, synonym.word):
            strange.setdefault(synonym.attribute, []).append(hit)
    shares = {attribute: share_of(hits) for attribute, hits in right.items()}
    for attribute, hits in strange.items():
        if len(hits) < len(right[attribute]):
            shares[attribute + STRANGE] = share_of(hits)
    return shares
