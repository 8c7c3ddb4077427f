"""Parts of the benchmark of the watermark: each can be done alone, and gives the same whenever it is done."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from damages import GOAL, OTHERS, Rng
from PIL import Image, ImageDraw
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity
from specimens import creative, unmarked

from adfusion.provenance import pixel_mark

KEY, OTHER_KEY = b"benchmark".ljust(32, b"\0"), b"another key".ljust(32, b"\0")
REGISTERED = 1000
"""Payloads among which a mark that cannot be read is looked for, as in a registry."""
SPARED = 0.3
"""Share of the area that is left out for a product photograph, of every third creative."""
MARKINGS = 5
"""Of each creative, with another payload, other crops, and another place for what is spared."""
ALL_DAMAGES = 24
"""Creatives of each kind of which one marking is weighed and goes through all damages; the others go through
the goal's."""
CHUNK = {"large": MARKINGS, "banner": MARKINGS, "tiny banner": MARKINGS, "unmarked": 50}


@dataclass(frozen=True)
class Job:
    """A part of the work; equal jobs give equal results."""

    kind: str
    first: int
    count: int

    @property
    def name(self) -> str:
        return f"{self.kind.replace(' ', '-')}-{self.first}-{self.count}.json"

    def run(self, folder: Path) -> list[dict[str, object]]:
        if self.kind == "unmarked":
            return list(_nulls(self.first, self.count, folder / "scenes"))
        return [_survival(self.kind, number) for number in range(self.first, self.first + self.count)]


def _survival(kind: str, number: int) -> dict[str, object]:
    """Which damages one marking of a creative survives, and its price."""
    rng = np.random.default_rng([number, len(kind)])
    host = _host(kind, number // MARKINGS)
    thorough = number // MARKINGS < ALL_DAMAGES and number % MARKINGS == 0
    payload = int(rng.integers(0, 2**64, dtype=np.uint64))
    others = [int(each) for each in rng.integers(0, 2**64, REGISTERED - 1, dtype=np.uint64)]
    spare = _ellipse(host.size, rng) if number % 3 == 2 else None
    start = time.process_time()
    marked = pixel_mark.embed(host, payload, KEY, spare)
    seconds = time.process_time() - start
    damages = {**GOAL, **OTHERS} if thorough else GOAL
    survived: dict[str, tuple[bool, bool, bool]] = {}
    for name, damage in damages.items():
        damaged = damage(marked, rng)
        found = pixel_mark.detect(damaged, KEY)
        read = found.names(payload)
        wrong = found.short is not None and not read
        told = read
        if not read:
            again = pixel_mark.detect(damaged, KEY, [*others, payload])
            told = again.payload == payload
            wrong = wrong or again.payload not in (payload, None)
        survived[name] = read, told, wrong
    row: dict[str, object] = {"spared": spare is not None, "survived": survived}
    if thorough:
        start = time.process_time()
        row["other key"] = pixel_mark.detect(marked, OTHER_KEY).present
        read_seconds = time.process_time() - start
        cost = {"ms to mark": 1000 * seconds, "ms to read": 1000 * read_seconds}
        row["cost"] = {**cost, **_price(host, marked)}
    return row


_host = lru_cache(maxsize=1)(creative)


def _ellipse(size: tuple[int, int], rng: Rng) -> np.ndarray:
    """A product of `SPARED` of the area, somewhere."""
    width, height = (round(side * (SPARED * 4 / np.pi) ** 0.5) for side in size)
    left, top = (
        int(rng.integers(0, side - part + 1)) for side, part in zip(size, (width, height), strict=True)
    )
    mask = Image.new("1", size)
    ImageDraw.Draw(mask).ellipse((left, top, left + width, top + height), fill=1)
    return np.array(mask)


def _price(host: Image.Image, picture: Image.Image) -> dict[str, float]:
    before, after = np.asarray(host, np.float64), np.asarray(picture, np.float64)

    def size(image: Image.Image, **options: object) -> int:
        buffer = io.BytesIO()
        image.save(buffer, **options)  # type: ignore[arg-type]
        return len(buffer.getvalue())

    seen = deltaE_ciede2000(*(rgb2lab(each[::3, ::3] / 255) for each in (before, after)))
    jpeg, png = {"format": "JPEG", "quality": 90}, {"format": "PNG"}
    return {
        "PSNR": float(10 * np.log10(255**2 / np.mean((before - after) ** 2))),
        "CIEDE2000": float(seen.mean()),
        "CIEDE2000 of the most visible 5 %": float(np.percentile(seen, 95)),
        "SSIM": float(structural_similarity(before, after, channel_axis=-1, data_range=255)),
        "PNG growth": size(picture, **png) / size(host, **png) - 1,
        "JPEG 90 growth": size(picture, **jpeg) / size(host, **jpeg) - 1,
    }


def _nulls(first: int, count: int, scenes: Path) -> Iterator[dict[str, object]]:
    for number, (kind, picture) in enumerate(unmarked(first, count, scenes), first):
        found = pixel_mark.detect(picture, number.to_bytes(32, "big"))
        yield {
            "kind": kind,
            "bound": found.false_alarm,
            "found": found.present,
            "named": found.short is not None,
        }
