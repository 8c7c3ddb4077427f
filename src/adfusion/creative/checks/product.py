"""The product exactly as photographed: its opaque pixels in the creative are those of the photo."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.creative.checks.finding import Finding, error, warning
from adfusion.creative.checks.parts import foreground, photos
from adfusion.creative.document import Creative, Picture
from adfusion.creative.draw import pixels, resampled

COVERED = 0.02
"""Share of a product that words may cover before it is said."""

ENLARGED = 2.5
"""How many times its size a photo may be shown before it looks soft."""


@dataclass(frozen=True)
class Proof:
    """What became of one product photo.

    `opaque` pixels of the photo, resampled to its place, are on the canvas and in front; `altered` of them
    were drawn with another colour; `covered` are under words, logo or button. The hashes (SHA-256 of the
    opaque pixels' RGB, row by row) of photo and drawing are equal if and only if nothing was altered.
    """

    layer: str
    opaque: int
    altered: int
    covered: int
    photo_sha256: str
    drawn_sha256: str


def prove(creative: Creative) -> tuple[Proof, ...]:
    """Compare every product photo with the drawn creative, pixel by pixel."""
    products = tuple(photos(creative))
    if not products:
        return ()
    drawn = pixels(creative)
    bare = pixels(creative, hide={layer.id for layer in foreground(creative)})
    return tuple(
        _proof(product, drawn, bare, products[index + 1 :]) for index, product in enumerate(products)
    )


def check_product(creative: Creative) -> Iterator[Finding]:
    for proof in prove(creative):
        if proof.altered:
            yield error("product", f"{proof.layer}: {proof.altered} of {proof.opaque} pixels are altered")
        if proof.covered > COVERED * proof.opaque:
            yield warning("product", f"{proof.layer}: {proof.covered / proof.opaque:.0%} is covered")
    for photo in photos(creative):
        scale = photo.box.height / photo.crop.height
        if scale > ENLARGED:
            yield warning("product", f"{photo.id}: {scale:.1f} times its own size; at most {ENLARGED:g}")


def _proof(
    product: Picture, drawn: npt.NDArray[np.uint8], bare: npt.NDArray[np.uint8], above: tuple[Picture, ...]
) -> Proof:
    photo = _placed(product, bare.shape)
    opaque = photo[..., 3] == 255
    for other in above:
        opaque &= _placed(other, bare.shape)[..., 3] == 0
    wanted, found = photo[opaque][:, :3], bare[opaque]
    return Proof(
        product.id,
        int(opaque.sum()),
        int((wanted != found).any(axis=1).sum()),
        int((drawn[opaque] != found).any(axis=1).sum()),
        hashlib.sha256(wanted.tobytes()).hexdigest(),
        hashlib.sha256(found.tobytes()).hexdigest(),
    )


def _placed(product: Picture, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """The resampled photo, straight RGBA, where it lies on a transparent canvas (height, width, 4)."""
    canvas = Image.new("RGBA", (shape[1], shape[0]))
    canvas.paste(resampled(product).convert("RGBA"), (round(product.box.left), round(product.box.top)))
    return np.asarray(canvas)
