"""Draw scenes: batches of packshots with the product's mask, depth and normals.

One sample a pixel first; pixels on an edge of material, depth, normal or colour then get a rotated grid of
more. Compiled code runs without the interpreter lock, so plain threads use every core; on a GPU the same
functions run as two kernels.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from os import sched_getaffinity

import numba
import numpy as np

from adfusion.data.scenes.layout import SHAPE, single
from adfusion.data.scenes.scene import ASPECTS, Scene
from adfusion.data.scenes.sdf import compiled
from adfusion.data.scenes.trace import PRODUCT, PROP, sample
from adfusion.data.scenes.world import pack_all

CHANNELS = 9
"""Of a sample: red, green, blue, share of product, depth, three of the normal, what was hit."""

_ROTATED_GRID = ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))


@dataclass(frozen=True)
class Renders:
    """Pictures of n scenes, h rows by w columns.

    rgb: (n, h, w, 3) uint8, sRGB. mask: (n, h, w) float32, share of the pixel that shows the product.
    depth: (n, h, w) float32, along the optical axis; a product is about 1 high and 6 away.
    normals: (n, h, w, 3) float32, unit, in camera axes: right, up, towards the camera.
    """

    rgb: np.ndarray
    mask: np.ndarray
    depth: np.ndarray
    normals: np.ndarray

    def __len__(self) -> int:
        return len(self.rgb)


def picture_size(aspect: str, pixels: int = 128 * 128, multiple: int = 16) -> tuple[int, int]:
    """Width and height, each a multiple of `multiple`, of about `pixels` in all in the named aspect."""
    ratio = ASPECTS[aspect]
    width = max(1, round(math.sqrt(pixels * ratio) / multiple)) * multiple
    height = max(1, round(math.sqrt(pixels / ratio) / multiple)) * multiple
    return width, height


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


_driver = numba.njit(nogil=True, cache=True)


@_driver
def sample_rows(vectors: np.ndarray, samples: np.ndarray, first: int, last: int) -> None:
    """First pass over rows `first` to `last`, counted through all pictures."""
    height, width = samples.shape[1], samples.shape[2]
    for index in range(first, last):
        for column in range(width):
            sample_pixel(vectors, samples, index // height, index % height, column)


@_driver
def smooth_rows(
    vectors: np.ndarray, samples: np.ndarray, rgb: np.ndarray, mask: np.ndarray, first: int, last: int
) -> None:
    """Second pass over rows `first` to `last`, counted through all pictures."""
    height, width = samples.shape[1], samples.shape[2]
    for index in range(first, last):
        for column in range(width):
            smooth_pixel(vectors, samples, rgb, mask, index // height, index % height, column)


def render(
    scenes: Sequence[Scene],
    pixels: int = 128 * 128,
    size: tuple[int, int] | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Renders:
    """Draw scenes. A picture depends on its scene and size alone, not on its batch.

    `size` is width and height; without it all scenes must have one aspect, and get about `pixels` in it.
    `device` is "cpu", "cuda", or "auto": the GPU if there is one. `threads` defaults to the cores that this
    process may use.
    Raises ValueError for mixed aspects without `size`, or an unknown device.
    """
    if size is None:
        aspects = {scene.aspect for scene in scenes} or {"1:1"}
        if len(aspects) > 1:
            raise ValueError(
                f"scenes: aspects {', '.join(sorted(aspects))} in one batch; give size=(width, height)"
            )
        size = picture_size(aspects.pop(), pixels)
    width, height = size
    vectors = pack_all(scenes, width / height)
    if device == "auto":
        device = "cuda" if gpu_is_ready() else "cpu"
    if device == "cuda":
        from adfusion.data.scenes.render_cuda import draw_on_gpu

        return _renders(*draw_on_gpu(vectors, width, height))
    if device != "cpu":
        raise ValueError(f"device: {device!r} is not one of auto, cpu, cuda")
    return _renders(*draw_on_cpu(vectors, width, height, threads or len(sched_getaffinity(0))))


@cache
def gpu_is_ready() -> bool:
    """Whether there is an NVIDIA GPU and the extra `adfusion[gpu]`: Numba's own CUDA target is too old."""
    if find_spec("numba_cuda") is None:
        return False
    from numba import cuda

    return bool(cuda.is_available())


def draw_on_cpu(
    vectors: np.ndarray, width: int, height: int, threads: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples (n, h, w, CHANNELS), colours (n, h, w, 3) and masks (n, h, w) of scene vectors."""
    count = len(vectors)
    samples = np.empty((count, height, width, CHANNELS), np.float32)
    rgb = np.empty((count, height, width, 3), np.uint8)
    mask = np.empty((count, height, width), np.float32)
    rows = count * height
    step = max(1, min(64, -(-rows // (4 * threads))))
    bands = [(first, min(first + step, rows)) for first in range(0, rows, step)]
    if threads == 1:
        sample_rows(vectors, samples, 0, rows)
        smooth_rows(vectors, samples, rgb, mask, 0, rows)
        return samples, rgb, mask
    with ThreadPoolExecutor(threads) as pool:
        # The second pass looks at neighbours across bands, so the first has to be over.
        list(pool.map(lambda band: sample_rows(vectors, samples, *band), bands))
        list(pool.map(lambda band: smooth_rows(vectors, samples, rgb, mask, *band), bands))
    return samples, rgb, mask


def _renders(samples: np.ndarray, rgb: np.ndarray, mask: np.ndarray) -> Renders:
    return Renders(rgb, mask, samples[..., 4].copy(), samples[..., 5:8].copy())
