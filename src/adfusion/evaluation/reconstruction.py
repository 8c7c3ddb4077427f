"""What the autoencoder and the upsampler keep of a picture. Pictures are uint8 (n, height, width, 3)."""

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from skimage.metrics import structural_similarity

from adfusion.models import Model
from adfusion.pixels import to_pictures, to_pixels


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB, the mean over pictures."""
    error = ((a.astype(np.float64) - b) ** 2).reshape(len(a), -1).mean(axis=1)
    return float((10 * np.log10(255**2 / np.maximum(error, 1e-6))).mean())


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Structural similarity in [-1, 1] (Wang et al. 2004), the mean over pictures."""
    values = [structural_similarity(one, other, channel_axis=-1) for one, other in zip(a, b, strict=True)]
    return float(np.mean(values))


def edge_sharpness(pictures: np.ndarray, originals: np.ndarray) -> float:
    """How steep the originals' strong edges still are: 1 as steep, below 1 softer, above 1 overdrawn.

    The mean gradient of luma over the 2 % of pixels at which the original's is largest, as a ratio.
    """
    ratios = []
    for picture, original in zip(pictures, originals, strict=True):
        steep = _gradient(original)
        edges = steep >= np.quantile(steep, 0.98)
        ratios.append(_gradient(picture)[edges].mean() / max(steep[edges].mean(), 1e-6))
    return float(np.mean(ratios))


@torch.no_grad()
def reconstructed(model: Model, originals: np.ndarray) -> np.ndarray:
    """Pictures that went through the latents and back."""
    return np.concatenate([
        to_pictures(model.decode(model.encode(to_pixels(part)))) for part in _parts(originals, 16)
    ])  # fmt: skip


def autoencoder_figures(model: Model, originals: np.ndarray) -> dict[str, float]:
    """PSNR, SSIM and edge sharpness of reconstructed pictures."""
    decoded = reconstructed(model, originals)
    return {
        "PSNR, dB": psnr(decoded, originals),
        "SSIM": ssim(decoded, originals),
        "edge sharpness": edge_sharpness(decoded, originals),
    }


@torch.no_grad()
def upsampler_figures(model: Model, originals: np.ndarray) -> dict[str, float]:
    """Enlargement by the upsampler and by Lanczos, both from pictures averaged down by its scale; and by the
    upsampler from such pictures that went through the latents too, as good as a generated one can be."""
    scale = model.upsampler.config.scale
    size = originals.shape[2], originals.shape[1]
    small = [Image.fromarray(picture).reduce(scale) for picture in originals]
    lanczos = np.stack([np.asarray(picture.resize(size, Image.Resampling.LANCZOS)) for picture in small])
    stacked = np.stack([np.asarray(picture) for picture in small])
    ours = _enlarged(model, stacked)
    decoded = _enlarged(model, reconstructed(model, stacked))
    return {
        "PSNR, dB": psnr(ours, originals),
        "PSNR of Lanczos, dB": psnr(lanczos, originals),
        "SSIM": ssim(ours, originals),
        "SSIM of Lanczos": ssim(lanczos, originals),
        "edge sharpness": edge_sharpness(ours, originals),
        "edge sharpness of Lanczos": edge_sharpness(lanczos, originals),
        "PSNR after the latents, dB": psnr(decoded, originals),
        "SSIM after the latents": ssim(decoded, originals),
        "edge sharpness after the latents": edge_sharpness(decoded, originals),
    }


def _enlarged(model: Model, pictures: np.ndarray) -> np.ndarray:
    return np.concatenate([to_pictures(model.upsample(to_pixels(part))) for part in _parts(pictures, 4)])


def _gradient(picture: np.ndarray) -> np.ndarray:
    luma = picture.astype(np.float64) @ np.array([0.2126, 0.7152, 0.0722])
    down, across = np.gradient(luma)
    return np.asarray(np.hypot(down, across))


def _parts(pictures: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(pictures), size):
        yield pictures[start : start + size]
