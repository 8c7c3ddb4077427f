"""Words for colours, with the names of `Scene` that they mean."""

from collections import Counter

import numpy as np

from adfusion.color import oklab
from adfusion.data.scenes.caption import COLOR_WORDS
from adfusion.data.scenes.scene import COLORS

NEIGHBOURS = 5
"""How many colours with a plain name decide what a colour with another name is called."""


def colors() -> tuple[dict[str, str], dict[str, str]]:
    """Colour words of the captions, and the names of a survey, each with the scenes' name of that colour.

    The survey is that of xkcd (https://xkcd.com/color/rgb, CC0): 949 names that people gave to colours on
    their screens, as matplotlib has them. "Forest green" is a green by its name; what "plum" is, the colours
    around it tell whose names do (nearest neighbours in OKLab).
    """
    from matplotlib.colors import XKCD_COLORS, to_rgb

    captions = {word: color for color, words in COLOR_WORDS.items() for word in (color, *words)}
    names = [name.removeprefix("xkcd:") for name in XKCD_COLORS]
    places = oklab([np.array(to_rgb(str(code))) * 255 for code in XKCD_COLORS.values()])
    plain = [_plainly(name) for name in names]
    known = np.array([each is not None for each in plain])
    survey = {}
    for name, place, own in zip(names, places, plain, strict=True):
        nearest = np.linalg.norm(places[known] - place, axis=1).argsort()[:NEIGHBOURS]
        votes = Counter(np.array(plain)[known][nearest].tolist())
        survey[name] = own or votes.most_common(1)[0][0]
    return captions, survey


def _plainly(name: str) -> str | None:
    """The scenes' colour that a name ends with."""
    words = name.replace("gray", "grey").split()
    return "navy" if "navy" in words else words[-1] if words[-1] in COLORS else None
