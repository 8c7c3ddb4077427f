"""Draws the figures of docs/editing.md with a model: `python docs/figures/editing.py [MODEL]`.

The edited photograph is a render of a scene that no model was trained on; its mask is the renderer's own.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import adfusion
from adfusion import files
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Scene, random_scene
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.generation import NativeGenerator, Picture

IMAGES = Path(__file__).parents[1] / "images"
SCENE: Scene = random_scene(
    2_000_011, product="bottle", product_color="teal", accent_color="white", material="glossy",
    stage="round podium", backdrop="plain", backdrop_color="yellow", second_color="yellow",
    light="soft studio", season="none", camera_height="eye level", copy_space="centre",
)  # fmt: skip
SHOWN = "a glossy teal bottle on a round podium, yellow backdrop"
EMPTY = "plain yellow background"
SIDE = 512


def photograph() -> tuple[Image.Image, Image.Image]:
    """A picture of `SCENE` and the mask of its product."""
    made = render([SCENE], size=(SIDE, SIDE))
    return Image.fromarray(made.rgb[0]), Image.fromarray((made.mask[0] > 0).astype(np.uint8) * 255)


def strengths(generator: NativeGenerator) -> Image.Image:
    photo, _ = photograph()
    words, values = "a glossy red bottle on a round podium, yellow backdrop", (0.1, 0.3, 0.5, 0.7, 1.0)
    drawn = [generator.edit.image(photo, words, strength=value).last().image for value in values]
    return row([photo, *drawn], ["picture", *(f"strength {value:g}" for value in values)])


def inpainting(generator: NativeGenerator) -> Image.Image:
    photo, _ = photograph()
    mask = Image.new("L", photo.size)
    ImageDraw.Draw(mask).rectangle((150, 40, 370, 372), fill=255)
    drawn = generator.edit.inpaint(photo, mask, "a matte blue mug on a round podium, yellow backdrop", n=3)
    names = ["picture", "mask", "seed 0", "seed 1", "seed 2"]
    return row([photo, mask.convert("RGB"), *images(drawn.pictures())], names)


def outpainting(generator: NativeGenerator) -> Image.Image:
    photo, _ = photograph()
    story = generator.edit.outpaint(photo, (SIDE, SIDE * 16 // 9), EMPTY).last().image
    banner = generator.edit.outpaint(photo, (SIDE * 3, SIDE), EMPTY).last().image
    height = 320
    scaled = [each.resize((each.width * height // each.height, height)) for each in (photo, story, banner)]
    return row(scaled, ["picture", "9:16", "3:1"])


def recolouring(generator: NativeGenerator) -> Image.Image:
    photo, mask = photograph()
    changed = []
    for color in ("red", "blue", "white"):
        after = SHOWN.replace("teal", color)
        changed.append(generator.edit.recolor(photo, SHOWN, after).last().image)
        report(f"recolour to {color}", photo, changed[-1], mask)
    report(
        "recolour to the same words", photo, generator.edit.recolor(photo, SHOWN, SHOWN).last().image, mask
    )
    confined = generator.edit.recolor(photo, SHOWN, SHOWN.replace("teal", "red"), mask=mask).last().image
    return row([photo, *changed, confined], ["picture", "red", "blue", "white", "red, with a mask"])


def variations(generator: NativeGenerator) -> Image.Image:
    own = generator.generate(SHOWN, seed=7).last()
    drawn = [
        *images(generator.edit.vary(own, "subtle").pictures()),
        *images(generator.edit.vary(own, "strong").pictures()),
    ]
    names = ["picture", *["subtle"] * 4, "picture", *["strong"] * 4]
    return contact_sheet(small([own.image, *drawn[:4], own.image, *drawn[4:]]), 5, names)


def blending(generator: NativeGenerator) -> Image.Image:
    one = generator.generate(SHOWN, seed=7).last()
    other = generator.generate("an orange mug on steps, blue backdrop", seed=3).last()
    drawn = generator.edit.blend(one, other, (0.2, 0.4, 0.6, 0.8)).pictures()
    return row([one.image, *images(drawn), other.image], ["one", "20 %", "40 %", "60 %", "80 %", "other"])


def tiling(generator: NativeGenerator) -> Image.Image:
    """Two tiles, each twice along and down."""
    prompts = "empty stage, plain pink background", "empty stage, plain teal background, falling snow"
    tiles = (np.asarray(generator.edit.tile(prompt).last().image) for prompt in prompts)
    return row([Image.fromarray(np.tile(tile, (2, 2, 1))) for tile in tiles], list(prompts), 400)


def images(pictures: Sequence[Picture]) -> list[Image.Image]:
    return [picture.image for picture in pictures]


def small(pictures: Sequence[Image.Image], width: int = 220) -> list[Image.Image]:
    return [
        each.resize((width, width * each.height // each.width), Image.Resampling.LANCZOS) for each in pictures
    ]


def row(pictures: Sequence[Image.Image], names: Sequence[str], width: int = 220) -> Image.Image:
    same = len({each.size for each in pictures}) == 1
    return contact_sheet(small(pictures, width) if same else pictures, len(pictures), names)


def report(what: str, before: Image.Image, after: Image.Image, mask: Image.Image) -> None:
    """How much of 255 levels the product and the rest have changed by."""
    change = np.abs(np.asarray(after).astype(int) - np.asarray(before)).mean(axis=2)
    product = np.asarray(mask) > 0
    print(f"{what}: product {change[product].mean():.1f}, elsewhere {change[~product].mean():.1f} of 255")


FIGURES: dict[str, Callable[[NativeGenerator], Image.Image]] = {
    "edit-image": strengths,
    "edit-inpaint": inpainting,
    "edit-outpaint": outpainting,
    "edit-recolor": recolouring,
    "edit-vary": variations,
    "edit-blend": blending,
    "edit-tile": tiling,
}


def main() -> None:
    generator = adfusion.load(sys.argv[1] if len(sys.argv) > 1 else "mini")
    for name, draw in FIGURES.items():
        with files.replacing(IMAGES / f"{name}.jpg") as temporary:
            draw(generator).save(temporary, format="JPEG", quality=88)
        print(IMAGES / f"{name}.jpg")


if __name__ == "__main__":
    main()
