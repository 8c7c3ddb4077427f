"""One wide picture from the pictures of neighbouring cards: only the joints are drawn anew.

Around each joint a strip is redrawn, from a blend of the colours at its two sides, in a window of the model
that sees both neighbours. So each card keeps its subject in its middle, and the backdrop goes on without a
seam.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageOps

from adfusion.generation import Generator, InputImage, Request

STRIP = 0.18
"""How far a joint reaches into either card, as a share of its width."""
STRENGTH = 0.5
"""How much of the blend is redrawn."""


def joint(generator: Generator, words: Request, parts: Sequence[Image.Image], aspect: float) -> Request:
    """The request that joins `parts` from left to right, each cut to `aspect` (width / height) around its
    middle. Prompt and seed are those of `words`; steps are the generator's own for edits. Raises `UserError`
    if the generator cannot redraw.
    """
    canvas, mask = joined([_cut(part, aspect) for part in parts])
    return generator.request(
        words.prompt,
        seed=words.seed,
        size=canvas.size,
        initial=InputImage.of(canvas),
        mask=InputImage.of(mask, "L"),
        strength=STRENGTH,
        loras=words.loras,
    )


def joined(parts: Sequence[Image.Image]) -> tuple[Image.Image, Image.Image]:
    """RGB pictures of one size side by side, blended across the joints, and the mask of the blends."""
    width = parts[0].width
    pixels = np.concatenate([np.asarray(part, float) for part in parts], axis=1)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    reach = round(STRIP * width)
    ramp = np.linspace(0, 1, 2 * reach)[None, :, None]
    ramp = ramp**2 * (3 - 2 * ramp)
    for number, _ in enumerate(pairwise(parts), 1):
        first, last = number * width - reach, number * width + reach
        left, right = pixels[:, first - 1, None], pixels[:, last, None]
        pixels[:, first:last] = (1 - ramp) * left + ramp * right
        mask[:, first:last] = 255
    return Image.fromarray(np.rint(pixels).astype(np.uint8)), Image.fromarray(mask)


def _cut(picture: Image.Image, aspect: float) -> Image.Image:
    width, height = picture.size
    size = min(width, round(height * aspect)), min(height, round(width / aspect))
    return ImageOps.fit(picture.convert("RGB"), size)
