"""The renderer on an NVIDIA GPU: one thread a pixel, the same functions as on the CPU."""

import numpy as np
from numba import cuda

from adfusion.data.scenes.pixel import CHANNELS, sample_pixel, smooth_pixel

_THREADS = 128


@cuda.jit(fastmath=True)
def _sample_kernel(vectors: np.ndarray, samples: np.ndarray) -> None:
    index = cuda.grid(1)
    height, width = samples.shape[1], samples.shape[2]
    if index < samples.shape[0] * height * width:
        sample_pixel(vectors, samples, index // (height * width), index // width % height, index % width)


@cuda.jit(fastmath=True)
def _smooth_kernel(vectors: np.ndarray, samples: np.ndarray, rgb: np.ndarray, mask: np.ndarray) -> None:
    index = cuda.grid(1)
    height, width = samples.shape[1], samples.shape[2]
    if index < samples.shape[0] * height * width:
        smooth_pixel(
            vectors, samples, rgb, mask, index // (height * width), index // width % height, index % width
        )


def draw_on_gpu(vectors: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `render.draw_on_cpu`."""
    count = len(vectors)
    blocks = -(-count * width * height // _THREADS)
    on_device = cuda.to_device(vectors)
    samples = cuda.device_array((count, height, width, CHANNELS), np.float32)
    rgb = cuda.device_array((count, height, width, 3), np.uint8)
    mask = cuda.device_array((count, height, width), np.float32)
    _sample_kernel[blocks, _THREADS](on_device, samples)
    _smooth_kernel[blocks, _THREADS](on_device, samples, rgb, mask)
    return samples.copy_to_host(), rgb.copy_to_host(), mask.copy_to_host()
