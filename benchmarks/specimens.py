"""Pictures for the benchmark of the watermark, each made from its number: creatives, and what is unmarked."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import skimage
from damages import Rng, crop, jpeg, resize
from PIL import Image, ImageDraw, ImageFont

from adfusion.creative import draw, layout
from adfusion.creative.brand.kit import Brand
from adfusion.creative.brief import load_brief
from adfusion.creative.placement import PLACEMENTS, Aspect
from adfusion.creative.wording import Copy
from adfusion.data.scenes.render import picture_size, render
from adfusion.data.scenes.scene import random_scene

KINDS = {
    "large": (
        "meta-feed-square",
        "meta-story",
        "google-landscape",
        "linkedin-portrait",
        "meta-feed-portrait",
    ),
    "banner": (
        "iab-medium-rectangle",
        "iab-leaderboard",
        "iab-skyscraper",
        "iab-half-page",
        "iab-billboard",
        "iab-large-rectangle",
        "iab-narrow-skyscraper",
    ),
    "tiny banner": ("iab-mobile-banner", "iab-large-mobile-banner", "iab-banner"),
}
"""Placements of at least 300,000 pixels, of at least 60,000, and of less."""
HEADLINES = ("Slow tea. Bright days.", "Twelve hours in the making", "Start slowly", "New: the winter blend")
ASPECTS: tuple[Aspect, ...] = ("1:1", "4:5", "16:9", "9:16")
FIRST_SCENE = 10_000_000
OF_CREATIVES = 20_000_000
EXAMPLES = Path(__file__).parent.parent / "examples"


def creative(kind: str, number: int) -> Image.Image:
    """A finished creative without a mark; every fifth has no photograph."""
    placements = KINDS[kind]
    placement = PLACEMENTS[placements[number % len(placements)]]
    turn = number // len(placements)
    if turn % 5 == 4:
        size = placement.width, placement.height
        return plain(turn // 5, size, np.random.default_rng([number, len(kind)]))
    scene = random_scene(OF_CREATIVES + number, placement.aspect)
    drawn = render([scene], size=picture_size(placement.aspect, 256 * 256), device="cpu", threads=1)
    picture = resize(2)(Image.fromarray(drawn.rgb[0]), np.random.default_rng(0))
    composed = layout.compose(
        picture,
        Copy(HEADLINES[number % len(HEADLINES)], "Shop now"),
        _brand(number % 2),
        placement,
        subject=drawn.mask[0].repeat(2, axis=0).repeat(2, axis=1),
    )
    return draw.image(composed).convert("RGB")


def plain(number: int, size: tuple[int, int], rng: Rng) -> Image.Image:
    """Ads without a photograph: flat colour, gradient, and words on white, in turn."""
    ends = rng.integers(0, 256, (2, 3))
    if number % 3 == 2:
        ends[:] = 255
    if number % 3 == 0:
        ends[1] = ends[0]
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    ground = np.broadcast_to((1 - ramp) * ends[0] + ramp * ends[1], (size[1], size[0], 3))
    picture = Image.fromarray(np.rint(ground).astype(np.uint8))
    ink = "black" if ends.mean() > 128 else "white"
    font = ImageFont.load_default(max(12, min(size) // 8))
    for line, text in enumerate(("Twelve hours", "in the making", "Try it today")):
        ImageDraw.Draw(picture).text((size[0] // 10, (2 + 3 * line) * size[1] // 12), text, ink, font)
    return picture


def unmarked(first: int, count: int, cache_folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Pictures without a mark, with what they are. Of 20 one plain ad, one pattern, three photographs, two
    creatives, six renders, and seven of them enlarged, mirrored, cropped or recompressed."""
    scenes, photographs = _scenes(first, count, cache_folder), _photographs()
    for number in range(first, first + count):
        rng = np.random.default_rng([number, 1])
        turn, place = divmod(number, 20)
        if place == 0:
            yield "plain ad", plain(turn, (int(rng.integers(90, 700)), int(rng.integers(90, 700))), rng)
        elif place == 1:
            yield "pattern", _pattern(turn, int(rng.integers(100, 500)), rng)
        elif place < 5:
            yield "photograph", _changed(_part(photographs[(3 * turn + place) % len(photographs)], rng), rng)
        elif place < 7:
            kind = ("large", "banner", "tiny banner")[turn % 3]
            yield "creative", _changed(creative(kind, 2000 + turn // 3), rng)
        elif place < 13:
            yield "render", scenes[place - 6 + 7 * turn]
        else:
            scene = resize(float(rng.uniform(1, 4)))(scenes[place - 13 + 7 * turn], rng)
            yield "render, changed", _changed(scene, rng)


def _scenes(first: int, count: int, folder: Path) -> dict[int, Image.Image]:
    """The renders among so many unmarked pictures, seven of twenty, kept as files."""
    wanted = range(7 * (first // 20), 7 * ((first + count - 1) // 20 + 1))
    path = folder / f"{first}-{count}.npy"
    if not path.exists():
        drawn = [
            render([random_scene(FIRST_SCENE + number, aspect)], size=size, device="cpu", threads=1).rgb[0]
            for number in wanted
            for aspect, size in [_shape(number)]
        ]
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, np.concatenate([picture.ravel() for picture in drawn]))
        partial.rename(path)
    values, scenes, start = np.load(path), {}, 0
    for number in wanted:
        width, height = _shape(number)[1]
        stop = start + 3 * width * height
        scenes[number] = Image.fromarray(values[start:stop].reshape(height, width, 3))
        start = stop
    return scenes


def _shape(number: int) -> tuple[Aspect, tuple[int, int]]:
    aspect = ASPECTS[number % 4]
    return aspect, picture_size(aspect)


def _changed(picture: Image.Image, rng: Rng) -> Image.Image:
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = crop(float(rng.uniform(0.7, 1)))(picture, rng)
    return jpeg(int(rng.integers(50, 96)))(picture, rng) if rng.random() < 0.5 else picture


def _part(picture: Image.Image, rng: Rng) -> Image.Image:
    """Some part of a photograph, at some size."""
    picture = resize(float(rng.uniform(0.5, 2)))(picture, rng)
    width, height = (min(side, int(rng.integers(90, 700))) for side in picture.size)
    left = int(rng.integers(0, picture.width - width + 1))
    top = int(rng.integers(0, picture.height - height + 1))
    return picture.crop((left, top, left + width, top + height))


def _pattern(number: int, side: int, rng: Rng) -> Image.Image:
    """What could look like cells: noise in blocks of any size, stripes, checks, in colour."""
    block = float(rng.uniform(1, 30))
    if number % 2:
        rows = columns = int(side / block) + 1
        small = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        filter = Image.Resampling.BICUBIC if number % 4 == 1 else Image.Resampling.NEAREST
        return Image.fromarray(small).resize((side, side), filter)
    along, across = np.meshgrid(np.arange(side), np.arange(side))
    wave = np.sin(2 * np.pi * along / block) * (np.sin(2 * np.pi * across / block) if number % 4 else 1)
    color = rng.uniform(-100, 100, 3)
    return Image.fromarray(np.clip(128 + wave[..., None] * color, 0, 255).astype(np.uint8))


@cache
def _photographs() -> list[Image.Image]:
    """The sample pictures of scikit-image: photographs, scans, micrographs, with a few drawings."""
    folder = Path(skimage.__file__).parent / "data"
    files = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".jpg"))
    return [Image.open(path).convert("RGB") for path in files]


@cache
def _brand(number: int) -> Brand:
    return load_brief(EXAMPLES / ("oddleaf", "roastery")[number] / "brief.yaml").brand.open()
