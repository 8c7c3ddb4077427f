"""How well the pixel watermark is found after damage, and how often where there is none.

    python benchmarks/watermark.py --pictures 100 --unmarked 20000 --creatives out/demo/creatives

Prints two tables and writes the figures to `--out` as JSON. Recall: finished creatives (and flat, gradient
and text-only ones) are marked, damaged and read. False alarms: unmarked pictures are read, and the
distribution of their scores gives the constants of `pixel_mark.false_alarm`. With `--shards`, unmarked
pictures are the renders in a training run's folder of scenes; without, scenes are rendered here.
"""

import argparse
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from skimage.metrics import structural_similarity

from adfusion import files
from adfusion.provenance import pixel_mark

KEY = b"benchmark".ljust(32, b"\0")
LARGE = 400_000
"""Pixels: smaller creatives are banners, with fewer and smaller cells."""
REGISTERED = 1000
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


GOAL = {
    "JPEG 70": jpeg(70),
    "resize 0.6": resize(0.6),
    "crop 85 %": crop(0.85),
    "resize 0.6, JPEG 70": chain(resize(0.6), jpeg(70)),
    "crop 85 %, JPEG 70": chain(crop(0.85), jpeg(70)),
    "crop 85 %, resize 0.6": chain(crop(0.85), resize(0.6)),
}
DAMAGES: dict[str, Damage] = {
    "none": lambda picture, rng: picture,
    **GOAL,
    "JPEG 95": jpeg(95),
    "JPEG 50": jpeg(50),
    "WebP 60": webp(60),
    "resize 0.5": resize(0.5),
    "resize 0.77, bilinear": resize(0.77, Image.Resampling.BILINEAR),
    "resize 2": resize(2),
    "crop 70 %": crop(0.7),
    "brightness +20 %": levels(lambda x: 1.2 * x),
    "brightness -30 %": levels(lambda x: 0.7 * x),
    "contrast +30 %": levels(lambda x: 1.3 * (x - 128) + 128),
    "saturation -50 %": levels(lambda x: (x + x.mean(axis=-1, keepdims=True)) / 2),
    "blur, radius 2": blur(2),
    "noise, deviation 10": noise(10),
    "screenshot": chain(resize(0.8, Image.Resampling.BILINEAR), window, jpeg(85)),
    "messenger": chain(fit(1280), jpeg(75), jpeg(70)),
    "crop 85 %, resize 0.6, JPEG 70": chain(crop(0.85), resize(0.6), jpeg(70)),
    "greyscale": lambda picture, rng: picture.convert("L").convert("RGB"),
}


def _recoded(picture: Image.Image, format: str, **options: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return Image.open(buffer).convert("RGB")


def drawn(number: int, size: tuple[int, int], rng: Rng) -> Image.Image:
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
    words = ("Twelve hours", "in the making", "Try it today")
    for line, text in enumerate(words):
        ImageDraw.Draw(picture).text((size[0] // 10, (2 + 3 * line) * size[1] // 12), text, ink, font)
    return picture


def hosts(creatives: Path | None, count: int, rng: Rng) -> Iterator[Image.Image]:
    """`count` pictures to mark: creatives as they come, every fifth one drawn here."""
    found = [
        path
        for path in (sorted(creatives.iterdir()) if creatives else [])
        if path.suffix in (".png", ".jpg", ".jpeg", ".webp")
    ]
    found = [found[index] for index in rng.permutation(len(found))]
    sizes = [(1080, 1080), (1080, 1920), (1200, 628), (300, 250), (728, 90), (160, 600)]
    for number in range(count):
        if found and number % 5:
            with Image.open(found[number % len(found)]) as picture:
                yield picture.convert("RGB")
        else:
            yield drawn(number // 5, sizes[number % len(sizes)], rng)


def recall(creatives: Path | None, count: int, seed: int) -> dict[str, object]:
    """Shares of marked pictures whose payload is read, for each damage and kind of creative."""
    rng = np.random.default_rng(seed)
    table: dict[str, dict[str, list[int]]] = {name: {} for name in DAMAGES}
    marked: list[dict[str, float]] = []
    for number, host in enumerate(hosts(creatives, count, rng)):
        payload = int(rng.integers(0, 2**64, dtype=np.uint64))
        known = [*map(int, rng.integers(0, 2**64, REGISTERED - 1, dtype=np.uint64)), payload]
        kind = "large" if host.width * host.height >= LARGE else "banner"
        start = time.perf_counter()
        picture = pixel_mark.embed(host, payload, KEY)
        seconds = time.perf_counter() - start
        marked.append({"large": kind == "large", "seconds": seconds, **_cost(host, picture)})
        for name, damage in DAMAGES.items():
            damaged = damage(picture, rng)
            start = time.perf_counter()
            read = pixel_mark.detect(damaged, KEY)
            marked[-1].setdefault("seconds to read", time.perf_counter() - start)
            with_registry = read if read.payload is not None else pixel_mark.detect(damaged, KEY, known)
            other = pixel_mark.detect(damaged, b"another key".ljust(32, b"\0")) if name == "none" else None
            cells = table[name].setdefault(kind, [0, 0, 0, 0, 0])
            for column, true in enumerate(
                (
                    True,
                    read.payload == payload,
                    with_registry.payload == payload,
                    read.payload not in (payload, None) or with_registry.payload not in (payload, None),
                    other is not None and other.present,
                )
            ):
                cells[column] += true
        if number % 10 == 9:
            print(f"{number + 1} of {count} creatives", flush=True)
    return {
        "columns": ["pictures", "payload read", "payload with registry", "wrong payload", "other key found"],
        "damages": table,
        "cost": {
            kind: {
                name: float(np.mean([each[name] for each in marked if each["large"] == (kind == "large")]))
                for name in ("PSNR", "SSIM", "seconds", "seconds to read", "PNG growth", "JPEG 90 growth")
            }
            for kind in sorted({"large" if each["large"] else "banner" for each in marked})
        },
        "least PSNR": min(each["PSNR"] for each in marked),
        "least SSIM": min(each["SSIM"] for each in marked),
    }


def _cost(host: Image.Image, picture: Image.Image) -> dict[str, float]:
    before, after = np.asarray(host, np.float64), np.asarray(picture, np.float64)

    def size(image: Image.Image, **options: object) -> int:
        buffer = io.BytesIO()
        image.save(buffer, **options)  # type: ignore[arg-type]
        return len(buffer.getvalue())

    jpeg_90 = {"format": "JPEG", "quality": 90}
    return {
        "PSNR": 10 * np.log10(255**2 / np.mean((before - after) ** 2)),
        "SSIM": float(structural_similarity(before, after, channel_axis=-1, data_range=255)),
        "PNG growth": size(picture, format="PNG") / size(host, format="PNG") - 1,
        "JPEG 90 growth": size(picture, **jpeg_90) / size(host, **jpeg_90) - 1,
    }


def renders(shards: Path | None, count: int, seed: int) -> Iterator[Image.Image]:
    """Renders of scenes, each another scene."""
    if shards is None:
        from adfusion.data.scenes.render import render
        from adfusion.data.scenes.scene import random_scene

        for number in range(count):
            drawn = render([random_scene(seed + number, "1:1")], size=(128, 128))
            yield Image.fromarray(drawn.rgb[0])
        return
    paths = sorted(shards.glob("*.npy"))
    pictures = [np.load(path, mmap_mode="r", allow_pickle=False) for path in paths]
    every = [(shard, index) for shard in range(len(pictures)) for index in range(len(pictures[shard]))]
    for place in np.random.default_rng(seed).permutation(len(every))[:count]:
        shard, index = every[place]
        yield Image.fromarray(np.array(pictures[shard][index]))


def unmarked(shards: Path | None, count: int, seed: int) -> Iterator[tuple[str, Image.Image]]:
    """Pictures without a mark, with what they are: renders as they are or enlarged, flipped, cropped,
    recompressed; and, every twentieth, an ad without a photograph or a hard pattern."""
    rng = np.random.default_rng(seed)
    sources = renders(shards, count, seed)
    for number in range(count):
        if number % 20 == 0:
            size = int(rng.integers(90, 700)), int(rng.integers(90, 700))
            yield "drawn", drawn(number // 20, size, rng)
        elif number % 20 == 10:
            yield "pattern", _pattern(number // 20, int(rng.integers(100, 500)), rng)
        else:
            picture = next(sources)
            if number % 2:
                picture = resize(float(rng.uniform(1, 4)))(picture, rng)
                if rng.random() < 0.5:
                    picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
                picture = crop(float(rng.uniform(0.7, 1)))(picture, rng)
                if rng.random() < 0.5:
                    picture = jpeg(int(rng.integers(50, 96)))(picture, rng)
            yield "render, changed" if number % 2 else "render", picture


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


def false_alarms(shards: Path | None, count: int, seed: int) -> dict[str, object]:
    """Scores of unmarked pictures, the Gumbel distribution that fits them, and the alarms."""
    scores: dict[str, list[float]] = {}
    alarms = payloads = 0
    for number, (kind, picture) in enumerate(unmarked(shards, count, seed)):
        key = number.to_bytes(32, "big")  # another pattern each time
        found = pixel_mark.detect(picture, key)
        scores.setdefault(kind, []).append(found.score)
        alarms += found.present
        payloads += found.payload is not None
        if number % 1000 == 999:
            print(f"{number + 1} of {count} unmarked pictures, {alarms} alarms", flush=True)
    every = np.concatenate(list(scores.values()))
    return {
        "pictures": {kind: len(each) for kind, each in scores.items()},
        "alarms": alarms,
        "payloads": payloads,
        "highest": {kind: max(each) for kind, each in scores.items()},
        "fit": {kind: _gumbel(np.array(each)) for kind, each in {**scores, "all": every}.items()},
        "quantiles": {str(q): float(np.quantile(every, q)) for q in (0.5, 0.9, 0.99, 0.999, 0.9999)},
    }


def _gumbel(scores: np.ndarray) -> dict[str, float]:
    """Location and scale that agree with the upper tail, between the quantiles 0.9 and 0.999."""
    levels = np.linspace(0.9, 0.999, 50)
    reduced = -np.log(-np.log(levels))
    scale, location = np.polyfit(reduced, np.quantile(scores, levels), 1)
    return {"location": float(location), "scale": float(scale)}


def report(figures: dict[str, object]) -> None:
    if isinstance(found := figures.get("recall"), dict):
        print(f"\n{'damage':32} {'':7} {'n':>5} {'payload':>8} {'registry':>9} {'wrong':>6}")
        for name, kinds in found["damages"].items():
            for kind, (n, read, registry, wrong, _) in sorted(kinds.items(), reverse=True):
                print(f"{name:32} {kind:7} {n:5} {read / n:8.1%} {registry / n:9.1%} {wrong:6}")
        print(json.dumps({key: found[key] for key in ("cost", "least PSNR", "least SSIM")}, indent=2))
    if "false alarms" in figures:
        print(json.dumps(figures["false alarms"], indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100, help="creatives to mark and damage")
    parser.add_argument("--unmarked", type=int, default=20_000, help="pictures without a mark")
    parser.add_argument("--creatives", type=Path, help="folder of finished creatives")
    parser.add_argument("--shards", type=Path, help="folder of rendered scenes (.npy)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/watermark.json"))
    wanted = parser.parse_args()
    figures: dict[str, object] = {"seed": wanted.seed}
    if wanted.pictures:
        figures["recall"] = recall(wanted.creatives, wanted.pictures, wanted.seed)
    if wanted.unmarked:
        figures["false alarms"] = false_alarms(wanted.shards, wanted.unmarked, wanted.seed)
    files.write_text(wanted.out, json.dumps(figures, indent=2) + "\n")
    report(figures)
    print(f"figures: {wanted.out}")


if __name__ == "__main__":
    main()
