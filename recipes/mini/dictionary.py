"""Words for products beside those of captions: `python recipes/mini/dictionary.py WORDNET`.

WORDNET is the folder of WordNet 3.0 that holds `data.noun` (Debian: `wordnet-base`, /usr/share/wordnet).
Writes `src/adfusion/data/scenes/dictionary.json`, and beside it the licence of WordNet.
"""

import json
import re
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from adfusion import files
from adfusion.data.scenes.caption import PRODUCT_WORDS

FOLDER = Path(__file__).parents[2] / "src" / "adfusion" / "data" / "scenes"
ROOTS = {
    "bottle": {"bottle": 2876657, "pitcher": 3950228},
    "can": {"can": 2946921, "canister": 2949542, "tin": 4438897},
    "jar": {"jar": 3593526, "ointment": 3128519, "salve": 3845550},
    "tube": {"toothpaste": 4453298},
    "perfume": {"perfume": 3916031},
    "mug": {"mug": 3797390, "cup": 3147509},
    "gift box": {"present": 13268842},
    "ice cream": {"frozen dessert": 7611358},
    "lamp": {"lamp": 3636248, "lamp, furniture": 3636649},
    "sneaker": {"footwear": 3380867},
    "handbag": {"handbag": 2774152, "purse": 4026417, "tote": 2970408, "satchel": 4137217},
    "watch": {"timepiece": 4437953},
    "phone": {"telephone": 4401088},
    "headphones": {"headphone": 3261776, "headset": 3505667},
    "candle": {"candle": 2948072},
    "book": {"book": 2870092, "book, publication": 6410904, "magazine": 6595351, "diary": 3189707},
    "apple": {"apple": 7739125},
    "lipstick": {"makeup": 3714235},
    "donut": {"friedcake": 7638676},
    "teapot": {"teapot": 4398044, "coffeepot": 3063689, "kettle": 3612814},
    "soap dispenser": {"soap dispenser": 4254120, "lotion": 3690938},
    "wine glass": {"drinking glass": 3438257, "chalice": 3002948},
    "cupcake": {"cake": 7628870, "muffin": 7690273},
    "backpack": {"backpack": 2769748},
    "plant pot": {"houseplant": 13083023, "succulent": 13084184, "flowerpot": 3991062},
    "speaker": {"loudspeaker": 3691459},
    "sunglasses": {"spectacles": 4272054},
    "ring": {"jewelry": 3597469},
}
"""For each product the meanings whose words name it, and those of all that are kinds of them: byte offsets in
`data.noun`."""
Meanings = dict[int, tuple[list[str], list[int]]]


def meanings(folder: Path) -> Meanings:
    """Words of each meaning of WordNet's nouns, and the meanings that are kinds of it; by byte offset."""
    found = {}
    for line in (folder / "data.noun").read_text(encoding="latin1").splitlines():
        if line.startswith(" "):  # the licence
            continue
        fields = line.partition(" | ")[0].split()
        pointers = 4 + 2 * int(fields[3], 16)
        words = [word.replace("_", " ").lower() for word in fields[4:pointers:2]]
        kinds = [
            int(to)
            for sign, to in zip(fields[pointers + 1 :: 4], fields[pointers + 2 :: 4], strict=False)
            if sign == "~"
        ]
        found[int(fields[0])] = words, kinds
    return found


def below(root: int, known: Meanings) -> Iterator[tuple[str, int]]:
    """Each word of a meaning and of its kinds, with how many steps down it is."""
    seen, waiting = {root}, deque([(root, 0)])
    while waiting:
        place, depth = waiting.popleft()
        words, kinds = known[place]
        yield from ((word, depth) for word in words)
        for kind in kinds:
            if kind not in seen:
                seen.add(kind)
                waiting.append((kind, depth + 1))


def products(known: Meanings) -> dict[str, list[str]]:
    """Words for each product. A word that two could claim goes to the nearer meaning, and to none if both are
    as near."""
    claims: dict[str, dict[str, int]] = {}
    for product, roots in ROOTS.items():
        for root in roots.values():
            for word, depth in below(root, known):
                claim = claims.setdefault(word, {})
                claim[product] = min(depth, claim.get(product, depth))
    left_out = {"blackface", *(word.lower() for words in PRODUCT_WORDS.values() for word in words)}
    owned: dict[str, list[str]] = {product: [] for product in ROOTS}
    for word, claim in sorted(claims.items()):
        nearest = min(claim.values())
        owners = [product for product, depth in claim.items() if depth == nearest]
        if len(owners) == 1 and len(word) > 2 and word not in left_out:
            owned[owners[0]].append(word)
    return owned


def licence(folder: Path) -> str:
    """The lines that `data.noun` begins with, less their numbers."""
    lines = (folder / "data.noun").read_text(encoding="latin1").splitlines()
    told = [line for line in lines if line.startswith(" ")]
    return "\n".join(re.sub(r"^ +\d+ ", "", line).rstrip() for line in told) + "\n"


def main(folder: str) -> None:
    known = meanings(Path(folder))
    content = {
        "source": "WordNet 3.0, Copyright 2006 by Princeton University, see WORDNET-LICENSE.txt",
        "products": products(known),
    }
    files.write_text(FOLDER / "dictionary.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    files.write_text(FOLDER / "WORDNET-LICENSE.txt", licence(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
