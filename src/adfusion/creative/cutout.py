"""Cut-outs: a product photo with transparency as it is, or one on a plain ground freed of it.

The ground is a smooth surface of colour, fitted to the picture's frame. What no shadow of that ground can be
(another hue, lighter, or darker than a soft shadow) marks the product; the line between both is where the
picture changes most, found by watershed on the gradient, so that a soft shadow on the ground stays with the
ground (Serge Beucher and Fernand Meyer 1993, "The morphological approach to segmentation"). Along that line
the opacity follows from the compositing equation `C = alpha F + (1 - alpha) B` (Porter and Duff 1984) with
the nearest sure colours of product and ground for `F` and `B`. Opaque pixels keep the photo's values.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.measure import perimeter
from skimage.morphology import isotropic_dilation, isotropic_erosion, isotropic_opening
from skimage.segmentation import watershed

from adfusion.color import oklab
from adfusion.creative.images import open_image
from adfusion.errors import UserError

LONG_SIDE = 2048
"""Pixels to which larger photos on a ground are reduced: more than any placement shows."""
SMALLEST_SIDE = 48
WORKING_SIDE = 640
"""Pixels of the copy on which ground and product are told apart."""

FRAME = 0.02
"""Width of the frame in which the ground is seen, as a share of the shorter side."""
PLAIN = 0.03
"""Distance in OKLab from the fitted surface, or a shadow of it, up to which a colour is the ground's."""
OTHER = 0.07
"""Distance in OKLab from every shadow of the ground from which a colour is the product's."""
SHADOW = 0.6
"""Least lightness of a soft shadow, as a share of its ground's."""
SOFT = 0.014
"""Steepest change of a soft shadow, in OKLab from one pixel of the working copy to the next."""
UNEVEN = 0.2
"""Share of the frame that may be something else than plain ground, such as a shadow that runs out."""

TINY = 0.01
"""Least share of the picture that a product has."""
PART = 0.02
"""Least share of the largest part that a further part has; smaller ones are dust."""
SCATTERED = 0.06
"""Greatest share of what stands out that is dust and rims of shadows."""
RAGGED = 1.25
"""Greatest length of an outline, against that of the same shape smoothed."""
CONTACT = 0.15
"""Least lightness of a contact shadow, as a share of its ground's."""
AT_FOOT = 0.25
"""Share of a product's height in which a contact shadow may lie beside it."""
DEEP = 0.03
"""Width of a contact shadow, as a share of the longer side."""
THIN = 0.012
"""Width of the rim of a shadow, as a share of the longer side."""
OPENING = 0.004
"""Least share of a product that an opening in it has."""
SAME = 0.012
"""Distance in OKLab up to which what is seen inside a product is the ground."""
CLIPPED = 0.985
"""Lightness from which a white ground has no colour of its own any more."""
SEE_THROUGH = 0.4
"""Greatest share of a product's pixels that may be semi-transparent."""

FAINT = 24.0
"""Difference of product and ground, in sRGB steps, at which an edge is half by colour, half by shape."""

ALLOWED = (
    "a PNG or WebP of the product cut out, with transparency, or a photo of the whole product, clear of the "
    "edges, on a plain and even ground"
)

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class _PoorCutOutError(ValueError):
    """What is wrong with a photo, in words that follow "found"."""


def open_cutout(path: Path, where: str) -> Image.Image:
    """The product on a photo, straight RGBA, cropped to what can be seen of it.

    Transparency in the file is kept as it is. Raises `UserError`, naming `path` and the field `where`, if
    the file is no picture, or if the product cannot be told from its ground well.
    """
    image = open_image(path, where)
    try:
        return cut_out(image)
    except _PoorCutOutError as found:
        raise UserError(f"{path}: {where}: found {found}; allowed: {ALLOWED}") from None


def cut_out(image: Image.Image) -> Image.Image:
    """The product on an RGB or RGBA picture, straight RGBA, cropped to it.

    Raises `ValueError`, saying what was found, where that would be a poor cut-out.
    """
    if image.mode == "RGBA" and not _is_opaque(image):
        return _seen(image)
    photo = image.convert("RGB")
    photo.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    if min(photo.size) < SMALLEST_SIDE:
        raise _PoorCutOutError(f"a photo of only {photo.width}×{photo.height} pixels")
    return _seen(_with_edge(np.asarray(photo), _refined(photo, _product(photo))))


def _is_opaque(image: Image.Image) -> bool:
    return bool((np.asarray(image.getchannel("A")) == 255).all())


def _seen(image: Image.Image) -> Image.Image:
    """Cropped to what is not transparent, once that is a product."""
    alpha = np.asarray(image.getchannel("A"))
    opaque, soft = int((alpha == 255).sum()), int(((alpha > 0) & (alpha < 255)).sum())
    if opaque == 0:
        raise _PoorCutOutError("a picture without an opaque pixel")
    if soft > SEE_THROUGH * (opaque + soft):
        raise _PoorCutOutError(f"a product of which {soft / (opaque + soft):.0%} is semi-transparent")
    return image.crop(image.getchannel("A").getbbox())


def _product(photo: Image.Image) -> Mask:
    """Where the product is, on the working copy (rows, columns)."""
    small = photo.copy()
    small.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    lab = ndimage.gaussian_filter(oklab(np.asarray(small)), (0.7, 0.7, 0))
    frame = _frame(lab.shape[:2])
    ground = _ground(lab, frame)
    unlike = _from_shadows(lab, ground)
    steep = _steepness(lab)
    calm = (steep < SOFT) & (unlike < PLAIN)
    outside = _reached(calm, frame)
    inside = _surely_inside(~outside, unlike, _from_shadows(lab, ground, CONTACT))
    found = np.asarray(watershed(steep, outside + 2 * inside) == 2)
    rims = ~isotropic_opening(found, THIN * max(found.shape)) & (unlike < PLAIN)
    mask = _whole(found & ~rims)
    scattered = 1 - (mask & found).sum() / found.sum()
    if scattered > SCATTERED:
        raise _PoorCutOutError(f"a product in fragments: {scattered:.0%} of what stands out is scattered")
    openings = _openings(mask, lab, ground, calm)
    if openings.any():
        inside = isotropic_erosion(mask & ~isotropic_dilation(openings, 4), 1)
        mask &= watershed(steep, (~mask | openings) + 2 * inside) == 2
    return mask


def _frame(shape: tuple[int, ...]) -> Mask:
    width = max(2, round(FRAME * min(shape)))
    frame = np.ones(shape, bool)
    frame[width:-width, width:-width] = False
    return frame


def _ground(lab: Floats, frame: Mask) -> Floats:
    """The colour of the ground everywhere: a quadratic surface through the plain part of the frame."""
    rows, columns = lab.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    seen, colors = terms[frame], lab[frame]
    plain = np.linalg.norm(colors - np.median(colors, axis=0), axis=1) < 5 * PLAIN
    for _ in range(4):
        if plain.mean() < 1 - UNEVEN:
            raise _PoorCutOutError(f"a ground that is not plain: {1 - plain.mean():.0%} of the frame differs")
        surface = np.linalg.lstsq(seen[plain], colors[plain], rcond=None)[0]
        plain = np.linalg.norm(colors - seen @ surface, axis=1) < PLAIN
    return np.asarray(terms @ surface)


def _from_shadows(lab: Floats, ground: Floats, darkest: float = SHADOW) -> Floats:
    """Distance in OKLab to the ground or the nearest shadow on it. A shadow scales linear light by one factor
    and so OKLab, whose coordinates are cube roots, by another: at least `darkest`.
    """
    scale = (lab * ground).sum(axis=-1) / (ground**2).sum(axis=-1)
    shadow = np.clip(scale, darkest, 1)[..., None] * ground
    return np.asarray(np.linalg.norm(lab - shadow, axis=-1))


def _steepness(lab: Floats) -> Floats:
    """Change in OKLab from one pixel to the next."""
    down, across = np.gradient(lab, axis=(0, 1))
    return np.asarray(np.sqrt((down**2 + across**2).sum(axis=-1)))


def _surely_inside(found: Mask, unlike: Floats, unlike_any: Floats) -> Mask:
    """What can only be product. At its foot dark contact shadows may lie beside it, so there a colour must be
    unlike those too (`unlike_any`), or the place deep inside.
    """
    inside: Mask = isotropic_erosion(found, 1.5) | (isotropic_erosion(unlike > OTHER, 1) & found)
    rows = np.flatnonzero(isotropic_erosion(found, 1.5).any(axis=1))
    if len(rows) == 0:
        return inside
    foot = round(rows[-1] - AT_FOOT * (rows[-1] - rows[0]))
    deep = isotropic_erosion(found, DEEP * max(found.shape)) | isotropic_erosion(unlike_any > OTHER, 1)
    inside[foot:] &= deep[foot:]
    return inside


def _reached(calm: Mask, frame: Mask) -> Mask:
    """What of a mask is connected to the frame."""
    regions, _ = ndimage.label(calm)
    return np.asarray(calm & np.isin(regions, np.unique(regions[calm & frame])))


def _whole(mask: Mask) -> Mask:
    """The parts of a product without dust and pinholes. Raises if it is no good cut-out."""
    regions, count = ndimage.label(mask)
    areas = ndimage.sum_labels(mask, regions, np.arange(1, count + 1))
    if count == 0 or areas.max() < TINY * mask.size:
        raise _PoorCutOutError("nothing that stands out from its ground and is large enough")
    mask = np.isin(regions, 1 + np.flatnonzero(areas >= PART * areas.max()))
    sides = {"top": mask[0], "bottom": mask[-1], "left": mask[:, 0], "right": mask[:, -1]}
    touched = [side for side, edge in sides.items() if edge.any()]
    if touched:
        raise _PoorCutOutError(f"a product that touches the {' and '.join(touched)} edge")
    mask = ndimage.binary_fill_holes(mask)
    smooth = ndimage.gaussian_filter(mask.astype(float), 0.01 * max(mask.shape)) > 0.5
    roughness = perimeter(mask) / max(1.0, perimeter(smooth))
    if roughness > RAGGED:
        raise _PoorCutOutError(f"a ragged outline, {roughness:.1f} times as long as a smooth one")
    return np.asarray(mask)


def _openings(mask: Mask, lab: Floats, ground: Floats, calm: Mask) -> Mask:
    """The ground seen through a product, as through a handle. Raises where it may as well be a white part."""
    like = np.linalg.norm(lab - ground, axis=-1)
    regions, count = ndimage.label(calm & mask)
    numbers = np.arange(1, count + 1)
    areas = ndimage.sum_labels(mask, regions, numbers)
    through = (areas > OPENING * mask.sum()) & (ndimage.median(like, regions, numbers) < SAME)
    if through.any() and ground[..., 0].mean() > CLIPPED:
        raise _PoorCutOutError("a white ground, and inside the product an area just as white")
    return np.asarray(np.isin(regions, 1 + np.flatnonzero(through)))


def _refined(photo: Image.Image, mask: Mask) -> Mask:
    """The same at the photo's size: the line is searched again near where the working copy had it."""
    whole = np.asarray(Image.fromarray(mask).resize(photo.size, Image.Resampling.NEAREST))
    if whole.shape == mask.shape:
        return whole
    near = 2 * photo.width / mask.shape[1]
    inside, outside = isotropic_erosion(whole, near), ~isotropic_dilation(whole, near)
    steep = _steepness(ndimage.gaussian_filter(oklab(np.asarray(photo)), (0.7, 0.7, 0)))
    return np.asarray(watershed(steep, outside + 2 * inside) == 2)


def _with_edge(pixels: npt.NDArray[np.uint8], mask: Mask) -> Image.Image:
    """RGBA with a soft edge `reach` pixels wide, whose colours are free of the ground's."""
    reach = max(2.0, 0.002 * max(mask.shape))
    sure, ground = isotropic_erosion(mask, reach), ~isotropic_dilation(mask, reach)
    edge = ~sure & ~ground
    product, backdrop = (_nearest(pixels, known)[edge].astype(float) for known in (sure, ground))
    seen, apart = pixels[edge].astype(float), product - backdrop
    contrast = (apart**2).sum(axis=1)
    share = ((seen - backdrop) * apart).sum(axis=1) / np.maximum(contrast, 1)
    by_shape = ndimage.gaussian_filter(mask.astype(float), 0.7)[edge]
    trust = contrast / (contrast + FAINT**2)
    share = trust * share + (1 - trust) * by_shape
    opacity = np.where(mask, 255, 0).astype(np.uint8)
    opacity[edge] = np.rint(255 * np.clip((share - 0.05) / 0.9, 0, 1))
    colors = pixels.copy()
    colors[edge] = np.where(opacity[edge, None] == 255, pixels[edge], np.rint(product))
    return Image.fromarray(np.dstack([colors, opacity]))


def _nearest(pixels: npt.NDArray[np.uint8], known: Mask) -> npt.NDArray[np.uint8]:
    """Each pixel's nearest known one."""
    rows, columns = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return np.asarray(pixels[rows, columns])
