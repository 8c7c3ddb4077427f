"""Several pictures on one: contact sheets, and the strip of a picture coming into focus."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

GAP = 12
PAPER = "#f4f2ee"
INK = "#3a3835"


def contact_sheet(images: Sequence[Image.Image], labels: Sequence[str] = (), width: int = 320) -> Image.Image:
    """`images` side by side in about a square, each scaled to `width` pixels, with its label below."""
    scaled = [image.resize((width, round(width * image.height / image.width)), Image.Resampling.LANCZOS)
              for image in images]  # fmt: skip
    columns = math.ceil(math.sqrt(len(scaled)))
    caption = 26 if labels else 0
    cell = width + GAP, max(image.height for image in scaled) + caption + GAP
    rows = math.ceil(len(scaled) / columns)
    sheet = Image.new("RGB", (columns * cell[0] + GAP, rows * cell[1] + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for index, image in enumerate(scaled):
        x, y = GAP + index % columns * cell[0], GAP + index // columns * cell[1]
        sheet.paste(image, (x, y))
        if labels:
            draw.text((x, y + image.height + 5), labels[index], fill=INK, font=font)
    return sheet


def steps_strip(frames: Sequence[Image.Image], shown: int = 8) -> Image.Image:
    """At most `shown` of `frames`, evenly spaced, first and last included, in a row of equal heights."""
    count = min(shown, len(frames))
    indices = [round(index * (len(frames) - 1) / max(count - 1, 1)) for index in range(count)]
    chosen = [frames[index] for index in indices] if count > 1 else [frames[-1]]
    height = max(image.height for image in chosen)
    scaled = [image.resize((round(image.width * height / image.height), height), Image.Resampling.BICUBIC)
              for image in chosen]  # fmt: skip
    strip = Image.new("RGB", (sum(image.width + GAP for image in scaled) - GAP, height), PAPER)
    x = 0
    for image in scaled:
        strip.paste(image, (x, 0))
        x += image.width + GAP
    return strip
