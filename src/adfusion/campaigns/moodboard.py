"""A mood board's pictures, asked of the generator: varied ideas in one light, before one backdrop."""

import re
from collections.abc import Iterator, Sequence

from adfusion.campaigns.fingerprint import stable_seed
from adfusion.campaigns.prompt import BACKDROP, color_name
from adfusion.creative.brand import Brand
from adfusion.creative.document import Creative
from adfusion.creative.moodboard import mood_board, slots
from adfusion.data.scenes.caption import LIGHT_WORDS
from adfusion.errors import UserError
from adfusion.generation import Generator, Picture, Progress, Request
from adfusion.generation.size import nearest_size

VIEWS = (
    "on a round podium", "in front of an arch", "close-up", "on steps", "high angle", "on a square podium",
)  # fmt: skip
"""What each picture varies."""
LIGHT = "soft studio light"
BACKDROP_COLOR = "beige"
"""Of a board without a brand."""
MOST_THEMES = len(VIEWS)


def requests(
    themes: Sequence[str], brand: Brand | None, generator: Generator, seed: int = 0, steps: int | None = None
) -> tuple[Request, ...]:
    """What is drawn, in the order of the board's slots. The themes take turns.

    The light is the one that the first theme names, or else of a soft studio; the backdrop is a colour of the
    brand that no theme has for something else. A theme with words of its own for either keeps them. Raises
    `UserError` for no theme, an empty one or more than there are pictures.
    """
    if not 1 <= len(themes) <= MOST_THEMES or not all(theme.strip() for theme in themes):
        raise UserError(f"theme: found {list(themes)!r}; allowed: 1 to {MOST_THEMES} themes, each with words")
    light = next((words for words in _lights() if words in themes[0].lower()), LIGHT)
    color = _backdrop(themes, brand)
    asked = []
    for index, (view, box) in enumerate(zip(VIEWS, slots()[0], strict=True)):
        theme = themes[index % len(themes)].strip(" .,;")
        own_light = any(words in theme.lower() for words in _lights())
        words = [theme, view, "" if own_light else light]
        words.append("" if BACKDROP.search(theme.lower()) else f"{color} backdrop")
        size = nearest_size(box.width / box.height, generator.sizes)
        own_seed = stable_seed(seed, theme, view, 1)
        prompt = ", ".join(filter(None, (*words, "centred composition")))
        asked.append(generator.request(prompt, seed=own_seed, size=size, steps=steps))
    return tuple(asked)


def draw_moodboard(
    themes: Sequence[str],
    brand: Brand | None,
    generator: Generator,
    seed: int = 0,
    steps: int | None = None,
) -> Iterator[Progress | Creative]:
    """Draw a board; it comes last. Its metadata has the request of every picture, and the model."""
    asked = requests(themes, brand, generator, seed, steps)
    drawn: dict[Request, Picture] = {}
    for event in generator.generate(asked):
        if isinstance(event, Picture):
            drawn[event.request] = event
        else:
            yield event
    board = mood_board(themes, [drawn[request].image for request in asked], brand)
    about = {
        "model": generator.name,
        "model_hash": generator.model_hash,
        "pictures": [{"prompt": request.prompt, "seed": request.seed} for request in asked],
    }
    yield Creative(board.width, board.height, board.layers, board.placement, board.title,
                   {**board.metadata, **about})  # fmt: skip


def _backdrop(themes: Sequence[str], brand: Brand | None) -> str:
    """A colour word: neither white, which would melt into the page, nor black."""
    if brand is None:
        return BACKDROP_COLOR
    said = set(re.findall(r"\w+", " ".join(themes).lower()))
    palette = brand.palette
    names = [color_name(role) for role in (palette.secondary, palette.background, palette.primary)]
    return next((name for name in names if name not in (*said, "white", "black")), BACKDROP_COLOR)


def _lights() -> tuple[str, ...]:
    return tuple(words for way in LIGHT_WORDS.values() for words in way)
