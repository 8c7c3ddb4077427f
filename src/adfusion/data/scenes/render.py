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

from adfusion.data.scenes.pixel import CHANNELS, sample_pixel, smooth_pixel
from adfusion.data.scenes.scene import ASPECTS, Scene
from adfusion.data.scenes.world import pack_all


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
