"""Whether a model generates or copies: how near its pictures come to those that it learnt from.

Two pictures of the same kind of scene are alike without being copies. So the distance of each generated
picture to its nearest training picture is held against what renders that the model never saw have: they
cannot be copies, and a model that copies lies nearer than they do.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from adfusion.evaluation.statistics import Share, share_of

SIDE = 32
"""Pictures are compared pixel by pixel as thumbnails of SIDE × SIDE."""
RARE = 0.01
"""A near copy lies nearer to a training picture than this share of held-out renders does."""


@dataclass(frozen=True)
class Nearness:
    """Distances to the nearest training picture, in one space."""

    median: float
    median_of_renders: float
    near_copies: Share
    """Share of generated pictures below the limit; `RARE` is what a model without any copies has."""


def nearness(generated: np.ndarray, renders: np.ndarray, training: np.ndarray) -> Nearness:
    """Compare generated pictures and held-out renders by their distance to training pictures.

    All three are points, (n, d): features, or `thumbnails`.
    """
    of_generated, of_renders = (_nearest(points, training) for points in (generated, renders))
    limit = np.quantile(of_renders, RARE)
    return Nearness(
        float(np.median(of_generated)), float(np.median(of_renders)), share_of(of_generated < limit)
    )


def thumbnails(pictures: np.ndarray) -> np.ndarray:
    """uint8 (n h w 3) to points (n, d) whose distance is the root mean square difference in [0, 1]."""
    small = [
        np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX))
        for picture in pictures
    ]
    points = np.stack(small).reshape(len(small), -1).astype(np.float32) / 255
    scaled: np.ndarray = points / np.sqrt(points.shape[1])
    return scaled


def _nearest(points: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Distance (n,) of each point to the nearest; |a - b|² = |a|² + |b|² - 2 a·b is one matrix product."""
    near, far = points.astype(np.float64), training.astype(np.float64)
    squares = ((far**2).sum(axis=1) - 2 * near @ far.T).min(axis=1) + (near**2).sum(axis=1)
    distances: np.ndarray = np.sqrt(np.maximum(squares, 0))
    return distances
