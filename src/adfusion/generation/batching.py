"""How many pictures are drawn together."""

import math

import psutil
import torch

from adfusion.generation.request import Size
from adfusion.models import Model
from adfusion.nets import UpsamplerConfig

MOST = 16
"""More in a batch take as long each (`docs/speed.md`), and a run that is stopped loses a batch."""
SHARE = 0.5
"""Of the free memory that pictures may take."""
_FLOAT = 4  # bytes


def largest_batch(model: Model, size: Size, free: int | None = None) -> int:
    """Pictures of `size`, finished, that may be drawn at once; at least one.

    free: bytes; by default what is free now where the model is.
    """
    free = free_memory(model.device) if free is None else free
    return max(1, min(MOST, int(SHARE * free) // picture_memory(model, size)))


def picture_memory(model: Model, size: Size) -> int:
    """Bytes that a picture takes beside the weights in the stage that takes most, by the shapes of what is
    alive at once; rounded up."""
    finished = size[0] * size[1]
    small = finished // model.upsampler.config.scale**2
    tokens = small // (model.autoencoder.config.factor * model.card.denoiser.patches.stride) ** 2
    numbers = (
        2 * tokens * 20 * model.card.denoiser.width,  # a guided pair: MLP, queries, keys, values, residuals
        3 * small * _decoder_channels(model),  # input, hidden and output of a block
        small * 3 * model.upsampler.config.channels + finished * _enlarging(model.upsampler.config),
    )
    return math.ceil(_FLOAT * max(numbers))


def _enlarging(upsampler: UpsamplerConfig) -> float:
    """For each pixel of the finished picture: that picture three times, its features at half of the side, and
    the places to which pixels are moved four times."""
    return 3 * 3 + upsampler.fine_channels / 4 + 4 * 2 * upsampler.warp


def _decoder_channels(model: Model) -> float:
    """Of the decoder's largest level, for each pixel of the small picture."""
    config = model.autoencoder.config
    levels = enumerate(zip(config.decoder_widths, config.decoder_blocks, strict=True))
    return max(width / 4.0**level for level, (width, blocks) in levels if blocks)


def free_memory(device: torch.device) -> int:
    """Bytes."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)
