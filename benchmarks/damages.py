"""What happens to creatives on their way. A damage takes an RGB picture and random numbers, and gives one."""

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageFilter

Rng = np.random.Generator
Damage = Callable[[Image.Image, Rng], Image.Image]


def jpeg(quality: int) -> Damage:
    """With colour at half resolution, as nearly all software writes it."""
    return lambda picture, rng: _recoded(picture, "JPEG", quality=quality)


def webp(quality: int) -> Damage:
    return lambda picture, rng: _recoded(picture, "WEBP", quality=quality)


def resize(scale: float, filter: Image.Resampling = Image.Resampling.LANCZOS) -> Damage:
    return lambda picture, rng: picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), filter
    )


def fit(side: int) -> Damage:
    """No side longer than `side` pixels."""
    return lambda picture, rng: resize(min(1.0, side / max(picture.size)))(picture, rng)


def crop(share: float) -> Damage:
    """`share` of each side, anywhere."""

    def damage(picture: Image.Image, rng: Rng) -> Image.Image:
        width, height = round(picture.width * share), round(picture.height * share)
        left = int(rng.integers(0, picture.width - width + 1))
        top = int(rng.integers(0, picture.height - height + 1))
        return picture.crop((left, top, left + width, top + height))

    return damage


def levels(change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    return lambda picture, rng: Image.fromarray(
        np.clip(np.rint(change(np.asarray(picture, np.float32))), 0, 255).astype(np.uint8)
    )


def noise(deviation: float) -> Damage:
    return lambda picture, rng: levels(lambda x: x + rng.normal(0, deviation, x.shape))(picture, rng)


def blur(radius: float) -> Damage:
    return lambda picture, rng: picture.filter(ImageFilter.GaussianBlur(radius))


def window(picture: Image.Image, rng: Rng) -> Image.Image:
    """On a page: a screenshot shows something around the creative."""
    around = int(0.08 * max(picture.size))
    page = Image.new("RGB", (picture.width + 2 * around, picture.height + 2 * around), "#f4f4f4")
    page.paste(picture, (around, around))
    return page


def chain(*damages: Damage) -> Damage:
    def damage(picture: Image.Image, rng: Rng) -> Image.Image:
        for each in damages:
            picture = each(picture, rng)
        return picture

    return damage


def _recoded(picture: Image.Image, format: str, **options: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return Image.open(buffer).convert("RGB")


GOAL: Mapping[str, Damage] = {
    "JPEG 70": jpeg(70),
    "resize 0.6": resize(0.6),
    "crop 85 %": crop(0.85),
    "resize 0.6, JPEG 70": chain(resize(0.6), jpeg(70)),
    "crop 85 %, JPEG 70": chain(crop(0.85), jpeg(70)),
    "crop 85 %, resize 0.6": chain(crop(0.85), resize(0.6)),
}
"""Through each of these at least 99 of 100 marks are to be read."""

OTHERS: Mapping[str, Damage] = {
    "none": lambda picture, rng: picture,
    "JPEG 95": jpeg(95),
    "JPEG 85": jpeg(85),
    "JPEG 60": jpeg(60),
    "JPEG 50": jpeg(50),
    "WebP 60": webp(60),
    "resize 0.5": resize(0.5),
    "resize 0.77, bilinear": resize(0.77, Image.Resampling.BILINEAR),
    "resize 1.3": resize(1.3),
    "resize 2": resize(2),
    "crop 70 %": crop(0.7),
    "brightness +20 %": levels(lambda x: 1.2 * x),
    "brightness -30 %": levels(lambda x: 0.7 * x),
    "contrast +30 %": levels(lambda x: 1.3 * (x - 128) + 128),
    "contrast -30 %": levels(lambda x: 0.7 * (x - 128) + 128),
    "saturation -50 %": levels(lambda x: (x + x.mean(axis=-1, keepdims=True)) / 2),
    "blur, radius 2": blur(2),
    "noise, deviation 10": noise(10),
    "screenshot": chain(resize(0.8, Image.Resampling.BILINEAR), window, jpeg(85)),
    "messenger": chain(fit(1280), jpeg(75), jpeg(70)),
    "messenger, twice": chain(fit(1280), jpeg(75), fit(1080), jpeg(70), jpeg(75)),
    "crop 85 %, resize 0.6, JPEG 70": chain(crop(0.85), resize(0.6), jpeg(70)),
    "resize 0.5, JPEG 50": chain(resize(0.5), jpeg(50)),
    "greyscale": lambda picture, rng: picture.convert("L").convert("RGB"),
}
