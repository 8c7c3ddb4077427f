"""The mood board: pictures, textures, colours and type of a campaign to come, on one page."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from adfusion.creative.brand import INK, PAPER, Brand, Palette
from adfusion.creative.coloring import text_layer
from adfusion.creative.colors import hexadecimal, mix, most_readable, srgb
from adfusion.creative.document import Box, Creative, Layer, Panel, Picture
from adfusion.creative.dominant import dominant
from adfusion.creative.fonts import FontStack
from adfusion.creative.paragraph import fit
from adfusion.creative.saliency import saliency
from adfusion.errors import UserError

WIDTH, HEIGHT = 1920, 1200
MARGIN, GAP = 64, 14
COLUMN = 400
"""Width of the column for words, colours and type, at the left."""

PICTURES = ((0, 0, 2, 2), (2, 0, 1, 2), (3, 0, 1, 1), (0, 2, 1, 2), (1, 2, 1, 1), (2, 2, 2, 2))
"""Where pictures lie on a grid of 4 × 4 cells: column, row, columns, rows. The first one leads."""
TEXTURES = ((3, 1, 1, 1), (1, 3, 1, 1))
COLORS = 5
TITLE_LINES = 5
CLOSE = 0.42
"""Side of a texture, as a share of the picture that it is a detail of."""


def slots() -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """The places of pictures and of textures on the page, in pixels."""
    left = MARGIN + COLUMN + 56
    across, down = (WIDTH - MARGIN - left + GAP) / 4, (HEIGHT - 2 * MARGIN + GAP) / 4

    def place(column: int, row: int, columns: int, rows: int) -> Box:
        x, y = round(left + column * across), round(MARGIN + row * down)
        right, bottom = round(left + (column + columns) * across), round(MARGIN + (row + rows) * down)
        return Box(x, y, right - x - GAP, bottom - y - GAP)

    return tuple(place(*each) for each in PICTURES), tuple(place(*each) for each in TEXTURES)


def mood_board(themes: Sequence[str], pictures: Sequence[Image.Image], brand: Brand | None) -> Creative:
    """One page of 1920 × 1200 pixels.

    `pictures`: RGB, as many as `PICTURES`; textures are details of the last ones. The colours are the
    brand's, or without one those that the pictures have most of. Raises `UserError` for a character in the
    themes that no font has.
    """
    colors = tuple(brand.palette.roles.values()) if brand else main_colors(pictures)
    brand = brand or Brand("", Palette(colors[0], colors[-1], colors[-1]))
    large, small = slots()
    layers: list[Layer] = [Panel("page", Box(0, 0, WIDTH, HEIGHT), PAPER)]
    for number, (picture, box) in enumerate(zip(pictures, large, strict=True), 1):
        layers.append(Picture(f"picture-{number}", box, picture, framed(picture, box)))
    for number, (picture, box) in enumerate(zip(pictures[-len(small) :], small, strict=True), 1):
        layers.append(Picture(f"texture-{number}", box, picture, detail(picture, box)))
    layers += _words(themes, colors, brand)
    return Creative(WIDTH, HEIGHT, tuple(layers), "moodboard", f"Mood board: {', '.join(themes)}",
                    {"themes": list(themes), "palette": list(dict.fromkeys(colors))})  # fmt: skip


def framed(picture: Image.Image, box: Box) -> Box:
    """The largest crop in the shape of `box` with the subject in its middle, as far as the picture goes."""
    scale = min(picture.width / box.width, picture.height / box.height)
    return _around(saliency(picture).subject.center, box, scale, picture)


def detail(picture: Image.Image, box: Box) -> Box:
    """A crop in the shape of `box` beside the subject's middle, where its surface and its ground meet."""
    subject = saliency(picture).subject
    scale = CLOSE * min(picture.width / box.width, picture.height / box.height)
    return _around((subject.center[0], subject.bottom - 0.3 * subject.height), box, scale, picture)


def _around(center: tuple[float, float], box: Box, scale: float, picture: Image.Image) -> Box:
    width, height = scale * box.width, scale * box.height
    left = min(max(0.0, center[0] - width / 2), picture.width - width)
    top = min(max(0.0, center[1] - height / 2), picture.height - height)
    return Box(left, top, width, height)


def main_colors(pictures: Sequence[Image.Image]) -> tuple[str, ...]:
    """What the pictures have most of, at most `COLORS` colours as `#rrggbb`."""
    small = [np.asarray(picture.convert("RGB").resize((48, 48)), float) for picture in pictures]
    pixels = np.concatenate([each.reshape(-1, 3) for each in small])
    found = [hexadecimal(srgb(cluster.lab)) for cluster in dominant(pixels)]
    return tuple(dict.fromkeys(found))[:COLORS]


def _size(title: str, font: FontStack, largest: float) -> float:
    """The size at which a title fits the column."""
    found = fit(title, font, COLUMN, 1000, largest=largest, smallest=8, max_lines=TITLE_LINES)
    if found is None:
        raise UserError(f"theme: found {title!r}; allowed: text of up to {TITLE_LINES} lines")
    return found.size


def _words(themes: Sequence[str], colors: Sequence[str], brand: Brand) -> list[Layer]:
    """The left column, from the top: themes; from the bottom: colours, and type above them."""
    layers: list[Layer] = []
    quiet = mix(INK, PAPER, 0.4)

    def write(text: str, top: float, size: float, font: FontStack, color: str, lines: int = 1) -> float:
        """Words no larger than `size`; gives their last baseline."""
        found = fit(text, font, COLUMN, 1000, largest=size, smallest=8, max_lines=lines)
        assert found is not None
        column = Box(MARGIN, top, COLUMN, 0)
        layers.append(text_layer(f"words-{len(layers)}", found, column, "left", top, color))
        return top + found.height

    text, headline = brand.text_font, brand.headline_font
    bottom = write(f"{brand.name} mood board".strip().capitalize(), MARGIN, 18, text, quiet)
    titles = [theme[:1].upper() + theme[1:] for theme in themes]
    size = min(_size(title, headline, 46 if len(themes) < 3 else 32) for title in titles)
    for title in titles:
        bottom = write(title, bottom + 0.8 * size, size, headline, INK, lines=TITLE_LINES)

    swatches = list(dict.fromkeys(colors))
    side = (COLUMN - GAP * (len(swatches) - 1)) / len(swatches)
    low = HEIGHT - MARGIN - GAP - side
    for index, color in enumerate(swatches):
        box = Box(MARGIN + index * (side + GAP), low, side, side)
        layers.append(Panel(f"color-{index + 1}", box, color, radius=0.14 * side))
        if most_readable((PAPER, INK), color, 1.3) == INK:
            layers.append(Panel(f"color-{index + 1}-edge", box, mix(color, INK, 0.12), 0.14 * side, 1))
        name = fit(color, text, side + GAP, 40, largest=14, smallest=8, max_lines=1)
        assert name is not None
        layers.append(text_layer(f"color-{index + 1}-text", name, box, "centre", low + side + 12, quiet))

    top = low - 330
    names = f"{headline.families[0]} {headline.weight} & {text.families[0]} {text.weight}"
    write("Aa", top, 150, headline, INK)
    end = write(names, top + 150, 22, headline, INK)
    for line in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789 & % ! ? € $ £"):
        end = write(line, end + 18, 20, text, quiet)
    return layers
