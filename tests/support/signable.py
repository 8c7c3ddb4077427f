"""Files of every kind that can be signed, and what to say about them."""

import io

import numpy as np
import skia
from PIL import Image, ImageDraw

from adfusion.provenance.credentials import Origin, Photo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'
FORMATS = ("png", "jpeg", "webp", "lossless webp", "pdf", "svg")


def picture(seed: int = 0, size: tuple[int, int] = (90, 60)) -> Image.Image:
    small = np.random.default_rng(seed).integers(40, 216, (12, 18, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def ad(size: tuple[int, int] = (600, 600)) -> Image.Image:
    """A gradient with words and a button."""
    width, height = size
    ramp = np.linspace(0, 1, height)[:, None, None]
    ground = (1 - ramp) * np.array([244, 239, 230]) + ramp * np.array([15, 118, 110])
    drawn = Image.fromarray(np.broadcast_to(ground, (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(drawn)
    draw.text((width // 10, height // 5), "Slow tea.", "black", font_size=width // 6)
    draw.rounded_rectangle((width // 10, height // 2, width // 2, 2 * height // 3), 20, "#f59e0b")
    return drawn


def file_of(format: str, seed: int = 0) -> bytes:
    if format == "svg":
        return SVG
    if format == "pdf":
        stream = skia.DynamicMemoryWStream()
        with skia.PDF.MakeDocument(stream) as document, document.page(90, 60) as canvas:
            canvas.drawCircle(50, 30, 10 + seed, skia.Paint())
        return bytes(stream.detachAsData())
    buffer = io.BytesIO()
    picture(seed).save(buffer, format.split()[-1].upper(), lossless=format.startswith("lossless"))
    return buffer.getvalue()


def origin(**changes: object) -> Origin:
    said: dict[str, object] = {
        "title": "creative-1", "software": "adfusion 0.1.0", "model": "mini", "model_hash": "ab" * 32,
        "photos": (Photo("bottle.png", file_of("png", seed=9)),), "edits": ("headline and button set",),
        "resized": True, "payload": 2**63 + 5,
    }  # fmt: skip
    return Origin(**{**said, **changes})  # type: ignore[arg-type]
