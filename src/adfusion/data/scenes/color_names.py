"""Words for colours, with the names of `Scene` that they mean."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from adfusion.color import oklab
from adfusion.data.scenes.caption import COLOR_WORDS
from adfusion.data.scenes.scene import COLORS

REACH = 0.03
"""In OKLab, how far a colour with a plain name counts for what those around it are called. Of 0.02 to 0.08
that by which each plain name is told best from all others (share told rightly, mean over the colours)."""
_BY_SENSE = {"silver": "grey", "lime": "green", "burgundy": "red"}
"""What shades alone tell otherwise than people do."""


def colors() -> tuple[dict[str, str], dict[str, str]]:
    """Colour words of the captions, and names of a `survey`, each with the scenes' name of the colour."""
    captions = {word: color for color, words in COLOR_WORDS.items() for word in (color, *words)}
    return captions, survey()


def survey() -> dict[str, str]:
    """949 names that people gave to colours on their screens, with the scenes' colour that each means.

    The survey is that of xkcd (https://xkcd.com/color/rgb, CC0), as matplotlib has it. "Forest green" is a
    green by its name, and "cobalt" a blue, for there is a "cobalt blue" and no other cobalt. What "plum" is,
    the colours around it tell whose names do: the colour of which the largest share lies there in OKLab
    (Parzen windows with equal priors; 170 names end with green, four with beige). A blue twice as near to the
    scenes' navy as to their blue is navy.
    """
    from matplotlib.colors import XKCD_COLORS, to_rgb

    names = [name.removeprefix("xkcd:") for name in XKCD_COLORS]
    places, shown = _places(map(to_rgb, XKCD_COLORS.values())), _places(map(to_rgb, COLORS.values()))
    own = [_BY_SENSE.get(name) or _plainly(name) for name in names]
    for place, name in enumerate(own):
        away = dict(zip(COLORS, np.linalg.norm(shown - places[place], axis=1), strict=True))
        if name == "blue" and 2 * away["navy"] < away["blue"]:
            own[place] = "navy"
    called = dict(zip(names, own, strict=True))
    for place, name in enumerate(names):
        kinds = {called[kind] for color in COLORS if (kind := f"{name} {color}") in called}
        if own[place] is None and len(kinds) == 1:
            own[place] = kinds.pop()
    examples = {
        color: np.concatenate([shown[[at]], places[[name == color for name in own]]])
        for at, color in enumerate(COLORS)
    }
    return {
        name: known or max(COLORS, key=lambda color: _density(place, examples[color]))
        for name, place, known in zip(names, places, own, strict=True)
    }


def _places(colors: Iterable[tuple[float, ...]]) -> npt.NDArray[np.float64]:
    """OKLab (n, 3) of sRGB colours from 0 to 1."""
    return oklab(np.array(list(colors)) * 255)


def _density(place: npt.NDArray[np.float64], examples: npt.NDArray[np.float64]) -> float:
    squares = np.square(examples - place).sum(-1)
    return float(np.exp(-squares / (2 * REACH**2)).mean())


def _plainly(name: str) -> str | None:
    """The scenes' colour that a name ends with."""
    words = name.replace("gray", "grey").split()
    if "navy" in words and words[-1] == "blue":
        return "navy"
    return words[-1] if words[-1] in COLORS else None
