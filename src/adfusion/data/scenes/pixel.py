"""One pixel of a picture, in two passes; the same functions run on the CPU and on a GPU."""

import numpy as np

from adfusion.data.scenes.layout import SHAPE, single
from adfusion.data.scenes.sdf import compiled
from adfusion.data.scenes.trace import PRODUCT, PROP, sample

CHANNELS = 9
"""Of a sample: red, green, blue, share of product, depth, three of the normal, what was hit."""

_ROTATED_GRID = ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))


@compiled
def sample_pixel(vectors: np.ndarray, samples: np.ndarray, scene: int, row: int, column: int) -> None:
    """First pass: one sample in the middle of a pixel, into samples (n, h, w, CHANNELS)."""
    height, width = samples.shape[1], samples.shape[2]
    p = vectors[scene]
    half = single(0.5 * height)
    u = (column + single(0.5 - 0.5 * width)) / half
    v = (single(0.5 * height - 0.5) - row) / half
    seen = sample(p, p[SHAPE : SHAPE + 8], single(u), single(v), single(width) / single(height))
    out = samples[scene, row, column]
    out[0], out[1], out[2] = seen[0], seen[1], seen[2]
    out[3] = 1.0 if PRODUCT <= seen[3] < PROP else 0.0
    out[4], out[5], out[6], out[7] = seen[4], seen[5], seen[6], seen[7]
    out[8] = seen[3]


@compiled
def differs(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two neighbouring samples lie on different sides of an edge."""
    if a[8] != b[8]:
        return True
    if abs(a[4] - b[4]) > 0.12 and a[8] > 1.5:
        return True
    if a[5] * b[5] + a[6] * b[6] + a[7] * b[7] < 0.8:
        return True
    return bool(abs(a[0] - b[0]) + abs(a[1] - b[1]) + abs(a[2] - b[2]) > 0.14)


@compiled
def smooth_pixel(
    vectors: np.ndarray,
    samples: np.ndarray,
    rgb: np.ndarray,
    mask: np.ndarray,
    scene: int,
    row: int,
    column: int,
) -> None:
    """Second pass: the mean of five samples where a pixel differs from a neighbour; 8 bits a channel."""
    height, width = samples.shape[1], samples.shape[2]
    here = samples[scene, row, column]
    edge = row > 0 and differs(here, samples[scene, row - 1, column])
    edge = edge or (row < height - 1 and differs(here, samples[scene, row + 1, column]))
    edge = edge or (column > 0 and differs(here, samples[scene, row, column - 1]))
    edge = edge or (column < width - 1 and differs(here, samples[scene, row, column + 1]))
    red, green, blue, covered = here[0], here[1], here[2], here[3]
    if edge:
        p = vectors[scene]
        half = single(0.5 * height)
        for right, down in _ROTATED_GRID:
            u = (column + single(right + 0.5 - 0.5 * width)) / half
            v = (single(0.5 * height - 0.5 - down) - row) / half
            seen = sample(p, p[SHAPE : SHAPE + 8], single(u), single(v), single(width) / single(height))
            red += seen[0]
            green += seen[1]
            blue += seen[2]
            if PRODUCT <= seen[3] < PROP:
                covered += 1.0
        red, green, blue, covered = 0.2 * red, 0.2 * green, 0.2 * blue, 0.2 * covered
    out = rgb[scene, row, column]
    out[0], out[1], out[2] = int(255.0 * red + 0.5), int(255.0 * green + 0.5), int(255.0 * blue + 0.5)
    mask[scene, row, column] = covered
