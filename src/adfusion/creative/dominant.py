"""The main colours among pixels, clustered where distances are what the eye sees: in OKLab."""

from dataclasses import dataclass

import numpy as np

from adfusion.color import oklab
from adfusion.creative.colors import Floats

RADIUS = 0.07
"""Colours nearer than this in OKLab are one: about a third of the way between neighbouring colour words."""

SMALLEST = 0.02
"""Share below which a cluster is an edge or noise."""

GRID = 32
"""Levels of each sRGB channel in which pixels are counted."""


@dataclass(frozen=True)
class Cluster:
    """`lab` is the mean colour, in OKLab; `share` its part of all pixels, in [0, 1]."""

    lab: Floats
    share: float


def dominant(pixels: Floats, weights: Floats | None = None) -> tuple[Cluster, ...]:
    """The main colours of sRGB pixels (n, 3) in [0, 255], the most frequent first; shares add up to 1.

    Pixels are counted in a grid of colours. The fullest cell takes all colours within `RADIUS` of it, then
    the fullest that is left, and so on; then each colour goes to the nearest cluster. The order of pixels
    does not matter. `weights` (n,): how much each pixel counts, by default 1. Empty if nothing counts.
    """
    counts = np.ones(len(pixels)) if weights is None else weights
    pixels, counts = pixels[counts > 0], counts[counts > 0]
    cells = (pixels * (GRID / 256)).astype(int) @ np.array([GRID * GRID, GRID, 1])
    mass = np.bincount(cells, counts, GRID**3)
    used = np.flatnonzero(mass)
    if len(used) == 0:
        return ()
    lab = oklab(pixels)
    sums = np.stack([np.bincount(cells, counts * lab[:, axis], GRID**3)[used] for axis in range(3)], axis=1)
    mass = mass[used]
    colors = sums / mass[:, None]

    centers: list[Floats] = []
    free = np.ones(len(used), bool)
    while free.any():
        center = colors[np.argmax(np.where(free, mass, -1))]
        centers.append(center)
        free &= np.linalg.norm(colors - center, axis=1) > RADIUS
    nearest = np.argmin(np.linalg.norm(colors[:, None] - np.array(centers), axis=2), axis=1)
    share = np.bincount(nearest, mass, len(centers)) / mass.sum()
    kept = [index for index in np.argsort(-share, kind="stable") if share[index] >= SMALLEST]
    total = share[kept].sum()
    return tuple(
        Cluster(
            np.average(colors[nearest == index], axis=0, weights=mass[nearest == index]),
            float(share[index] / total),
        )
        for index in kept
    )
