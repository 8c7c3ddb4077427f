"""Where a picture is calm and where its subject is, so that copy goes to the one and never on the other.

Found once for a picture, on a small copy of it. What stands out is found by morphological reconstruction
(Luc Vincent 1993, "Morphological grayscale reconstruction in image analysis"): flood each OKLab channel from
the picture's edge; what the flood cannot level is closed in on all sides, as a product before a backdrop is,
while gradients and horizons run out at the edge and vanish.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.morphology import convex_hull_image, reconstruction

from adfusion.color import oklab
from adfusion.creative.document import Box
from adfusion.creative.placement import CopySpace

LONG_SIDE = 96
"""Pixels of the small copy's longer side."""

BUSY = 0.08
"""Local standard deviation in OKLab at which a place counts as wholly busy."""

STRIKING = 0.06
"""Least height in OKLab above the flood of what is taken for a subject."""

SMALLEST = 0.004
"""Least share of the picture that a subject has."""

LARGEST = 0.4
"""Share of the picture up to which a subject's fainter parts are added to it."""

FAINTER = (0.7, 0.5, 0.35, 0.25)
"""Shares of the first threshold at which such parts are looked for, in turn."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Spot:
    """Where a product stands in a picture, as shares of its width (`x`) and height (`top`, `foot`)."""

    x: float
    top: float
    foot: float

    def box(self, width: float, height: float, aspect: float = 0.6) -> Box:
        """In pixels, for a product whose width is `aspect` times its height."""
        high = (self.foot - self.top) * height
        wide = min(aspect * high, 2 * min(self.x, 1 - self.x) * width)
        return Box(self.x * width - wide / 2, self.top * height, wide, high)


SPOTS: dict[CopySpace, Spot] = {
    "left": Spot(0.70, 0.20, 0.78),
    "right": Spot(0.30, 0.20, 0.78),
    "top": Spot(0.50, 0.46, 0.89),
    "centre": Spot(0.50, 0.20, 0.78),
}
"""By the side that was left empty: measured on the masks of scenes, in which it varies by 0.05 at most."""


@dataclass(frozen=True, eq=False)
class Saliency:
    """What is known of a picture of `width` × `height` pixels. Boxes are in its pixels."""

    width: int
    height: int
    subject: Box
    """What the picture shows; where it would stand if nothing stands out."""
    _busy: Floats
    _important: Floats

    def busyness(self, box: Box) -> float:
        """How restless a place is, in [0, 1]: 0 is flat colour."""
        area, total = self._sum(self._busy, box)
        return total / area if area else 0.0

    def covered(self, box: Box) -> float:
        """The share in [0, 1] of the subject that lies in `box`."""
        whole = float(self._important[-1, -1])
        return self._sum(self._important, box)[1] / whole if whole else 0.0

    def without_subject(self) -> "Saliency":
        """The same picture as if nothing in it mattered more than the rest."""
        return replace(self, _important=np.zeros_like(self._important))

    def _sum(self, integral: Floats, box: Box) -> tuple[int, float]:
        """Number and sum of the small copy's pixels that the box touches."""
        rows, columns = integral.shape[0] - 1, integral.shape[1] - 1
        across, down = columns / self.width, rows / self.height
        left, top = max(0, floor(box.left * across + 1e-6)), max(0, floor(box.top * down + 1e-6))
        right, bottom = min(columns, ceil(box.right * across)), min(rows, ceil(box.bottom * down))
        if right <= left or bottom <= top:
            return 0, 0.0
        total = integral[bottom, right] - integral[top, right] - integral[bottom, left] + integral[top, left]
        return (right - left) * (bottom - top), float(total)


def saliency(
    picture: Image.Image, copy_space: CopySpace = "centre", subject: Box | npt.ArrayLike | None = None
) -> Saliency:
    """Judge a picture.

    `subject`: where its product is, if that is known: a box in its pixels, or a mask (rows, columns) of any
    size over the whole picture, of which more than a half counts. Otherwise the subject is what stands out
    most near the place where scenes with this `copy_space` have it.
    """
    scale = LONG_SIDE / max(picture.size)
    size = max(12, round(picture.width * scale)), max(12, round(picture.height * scale))
    small = picture.convert("RGB").resize(size, Image.Resampling.BOX).tobytes()
    if subject is None or isinstance(subject, Box):
        return _judged(small, size, picture.size, copy_space, subject)
    return _known(small, size, picture.size, copy_space, _small_mask(subject, size))


@lru_cache(maxsize=64)
def _judged(
    small: bytes, size: tuple[int, int], whole: tuple[int, int], copy_space: CopySpace, subject: Box | None
) -> Saliency:
    """`saliency` of a picture of `whole` pixels, whose small copy's pixels are `small`."""
    if subject is None:
        important = _stands_out(_maps(small, size)[1], SPOTS[copy_space])
        return _known(small, size, whole, copy_space, important)
    busy, important = _maps(small, size)[0], _mask_of(subject, whole, size)
    return Saliency(*whole, subject, _integral(busy), _integral(important.astype(float)))


def _known(
    small: bytes, size: tuple[int, int], whole: tuple[int, int], copy_space: CopySpace, important: Mask
) -> Saliency:
    box = _bounds(important, whole) if important.any() else SPOTS[copy_space].box(*whole)
    return Saliency(*whole, box, _integral(_maps(small, size)[0]), _integral(important.astype(float)))


@lru_cache(maxsize=64)
def _maps(data: bytes, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Busyness in [0, 1], and height above the flood in OKLab, both (rows, columns)."""
    pixels = np.frombuffer(data, np.uint8).reshape(*size[::-1], 3)
    lab = ndimage.gaussian_filter(oklab(pixels), (0.7, 0.7, 0))
    mean = ndimage.gaussian_filter(lab, (2, 2, 0))
    variance = ndimage.gaussian_filter(lab**2, (2, 2, 0)) - mean**2
    deviation = np.sqrt(np.clip(variance, 0, None).sum(axis=-1))
    striking = sum((_above_the_flood(lab[..., channel]) for channel in range(3)), np.zeros(size[::-1]))
    return np.clip(deviation / BUSY, 0, 1), np.maximum(striking, _above_the_flood(_apart(lab)))


def _apart(lab: Floats) -> Floats:
    """Distance in OKLab of each pixel from the backdrop of its row: its left end, its right end or between.

    It finds what stands before a horizon and has a colour between those above and below, which no flood does.
    """
    left, right = lab[:, :2].mean(axis=1, keepdims=True), lab[:, -2:].mean(axis=1, keepdims=True)
    between = np.linspace(0, 1, lab.shape[1])[None, :, None]
    ends = (left, right, (1 - between) * left + between * right)
    return np.asarray(np.min([np.linalg.norm(lab - end, axis=-1) for end in ends], axis=0))


def _above_the_flood(channel: Floats) -> Floats:
    """How deep below or high above every path to the edge each pixel lies."""
    inner = (slice(1, -1), slice(1, -1))
    water, air = channel.copy(), channel.copy()
    water[inner], air[inner] = channel.max(), channel.min()
    holes = reconstruction(water, channel, method="erosion") - channel
    hills = channel - reconstruction(air, channel, method="dilation")
    return np.asarray(holes + hills)


def _stands_out(striking: Floats, spot: Spot) -> Mask:
    """The hull of the connected region that stands out most near `spot`; empty if nothing does.

    A label stands out more than the dark bottle that it is on, so the region grows into what is fainter
    around it as long as it does not fill the picture.
    """
    rows, columns = striking.shape
    y, x = np.mgrid[0:rows, 0:columns]
    far = ((x / columns - spot.x) / 0.3) ** 2 + ((y / rows - (spot.top + spot.foot) / 2) / 0.35) ** 2
    weighted = striking * np.exp(-far / 2)
    threshold = max(STRIKING, 0.2 * float(weighted.max()))
    regions, count = ndimage.label(ndimage.binary_closing(striking > threshold))
    if count == 0:
        return np.zeros_like(striking, bool)
    weight = ndimage.sum_labels(weighted, regions, np.arange(1, count + 1))
    region = regions == 1 + int(np.argmax(weight))
    if region.mean() <= SMALLEST:
        return np.zeros_like(striking, bool)
    hull = convex_hull_image(region)
    for share in FAINTER:
        regions, _ = ndimage.label(ndimage.binary_closing(striking > share * threshold))
        region = np.isin(regions, np.setdiff1d(regions[region], 0))
        grown = convex_hull_image(region)
        if grown.mean() > LARGEST:
            break
        hull = grown
    return np.asarray(hull, bool)


def _mask_of(box: Box, whole: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Every pixel of the small copy that the box touches."""
    across, down = size[0] / whole[0], size[1] / whole[1]
    x, y = np.arange(size[0]), np.arange(size[1])
    columns = (x + 1 > box.left * across) & (x < box.right * across)
    rows = (y + 1 > box.top * down) & (y < box.bottom * down)
    return np.asarray(rows[:, None] & columns)


def _small_mask(mask: npt.ArrayLike, size: tuple[int, int]) -> Mask:
    values = np.asarray(mask, np.float32)
    half = 127.5 if values.max(initial=0) > 1 else 0.5
    small = Image.fromarray((values > half).astype(np.float32)).resize(size, Image.Resampling.BOX)
    return np.asarray(small) > 0


def _bounds(mask: Mask, whole: tuple[int, int]) -> Box:
    rows, columns = np.nonzero(mask)
    across, down = whole[0] / mask.shape[1], whole[1] / mask.shape[0]
    left, top = columns.min() * across, rows.min() * down
    return Box(left, top, (columns.max() + 1) * across - left, (rows.max() + 1) * down - top)


def _integral(values: Floats) -> Floats:
    """Sums over every rectangle from the top left corner, (rows + 1, columns + 1)."""
    return np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
