"""How what was drawn goes into a picture: softly inside of a mask, and in the colours around it."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FEATHER = 1 / 48
"""Width of the soft edge inside a mask, as a share of the picture's shorter side."""
REACH = 1 / 16
"""How far around a point the colours are compared, as a share of the picture's shorter side."""

Levels = npt.NDArray[np.float32]


def opacity(mask: npt.NDArray[np.uint8]) -> Levels:
    """How much of what is drawn shows: 0 outside of `mask` (height, width), rising softly inside of it."""
    inside = mask > 0
    if inside.all():
        return np.asarray(mask / 255, np.float32)
    depth = ndimage.distance_transform_edt(inside)
    feather = max(1.0, min(FEATHER * min(mask.shape), depth.max() / 2))
    ramp = np.clip(depth / (feather + 1), 0, 1)
    return np.asarray(mask / 255 * ramp, np.float32)


def composed(picture: npt.NDArray[np.uint8], drawn: Levels, opacity: Levels) -> npt.NDArray[np.uint8]:
    """`drawn` over `picture`, both (height, width, 3) in levels of 0 to 255; all `picture` at opacity 0."""
    mixed = picture + opacity[..., None] * (drawn - picture)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def matched(drawn: Levels, picture: Levels, redraw: npt.NDArray[np.bool_]) -> Levels:
    """`drawn` with its colours moved to those of `picture`, both (height, width, 3), where the two meet.

    Outside of `redraw` (height, width) both show the same, so their difference there is an error of the
    model; it is smoothed and carried on into `redraw` from the nearest point outside. Detail stays: this is
    the membrane of Perez et al. 2003, "Poisson Image Editing", with nearest points in place of its equation.
    """
    if redraw.all():
        return drawn
    nearest = ndimage.distance_transform_edt(redraw, return_distances=False, return_indices=True)
    error = (picture - drawn)[tuple(nearest)]
    smooth: Levels = ndimage.gaussian_filter(error, REACH * min(redraw.shape), axes=(0, 1))
    return drawn + smooth
