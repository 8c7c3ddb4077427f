"""Contact sheets: many pictures on one page, with words beside them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import (
    BACKDROPS,
    CAMERA_DISTANCES,
    CAMERA_HEIGHTS,
    COPY_SPACES,
    LIGHTS,
    MATERIALS,
    PRODUCTS,
    SEASONS,
    STAGES,
    Scene,
    random_scene,
)

_PAPER, _INK = (250, 250, 249), (38, 38, 42)

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "product": PRODUCTS, "material": MATERIALS, "stage": STAGES, "backdrop": BACKDROPS, "light": LIGHTS,
    "season": SEASONS, "camera_height": CAMERA_HEIGHTS, "camera_distance": CAMERA_DISTANCES,
    "copy_space": COPY_SPACES,
}  # fmt: skip
"""Fields of a scene that a sheet can have a row for each word of."""


def contact_sheet(
    images: Sequence[Image.Image | np.ndarray],
    columns: int,
    captions: Sequence[str] = (),
    gap: int = 8,
) -> Image.Image:
    """Pictures in rows of `columns`, in cells as large as the largest, with an optional line of text below.

    `images` are PIL images or (h, w, 3) uint8 arrays. Raises ValueError if there is none, or no column.
    """
    pictures = [image if isinstance(image, Image.Image) else Image.fromarray(image) for image in images]
    if not pictures or columns < 1:
        raise ValueError(
            f"contact sheet: {len(pictures)} images in {columns} columns; need at least one of each"
        )
    columns = min(columns, len(pictures))
    wide, high = max(picture.width for picture in pictures), max(picture.height for picture in pictures)
    letter = max(10, min(16, wide // 12))
    font = ImageFont.load_default(size=letter)
    line = int(1.6 * letter) if captions else 0
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (wide + gap) + gap, rows * (high + line + gap) + gap), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, picture in enumerate(pictures):
        left = gap + index % columns * (wide + gap)
        top = gap + index // columns * (high + line + gap)
        sheet.paste(
            picture.convert("RGB"), (left + (wide - picture.width) // 2, top + (high - picture.height) // 2)
        )
        if index < len(captions):
            draw.text((left, top + high + line // 6), _fitting(captions[index], font, wide), _INK, font)
    return sheet


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def scene_sheet(
    attribute: str = "product", columns: int = 8, pixels: int = 128 * 128, seed: int = 0, **fixed: object
) -> Image.Image:
    """A row of random scenes for each word of a field in `ATTRIBUTES`; `fixed` sets other fields of them all.

    Raises ValueError for an unknown attribute.
    """
    if attribute not in ATTRIBUTES:
        raise ValueError(f"attribute: {attribute!r} is not one of {', '.join(ATTRIBUTES)}")
    scenes: list[Scene] = []
    words: list[str] = []
    for row, word in enumerate(ATTRIBUTES[attribute]):
        for column in range(columns):
            scene = random_scene(seed + 1000 * row + column, **fixed)  # type: ignore[arg-type]
            if scene.product is None and attribute != "product" and "product" not in fixed:
                scene = replace(scene, product=PRODUCTS[(7 * row + column) % len(PRODUCTS)])
            scenes.append(replace(scene, **{attribute: word}))  # type: ignore[arg-type]
            words.append(word)
    return contact_sheet(list(render(scenes, pixels).rgb), columns, words)
