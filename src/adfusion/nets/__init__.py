"""Networks as plain modules: the denoiser, the autoencoder, the upsampler and the frozen text encoder."""

from adfusion.nets.autoencoder import Autoencoder, AutoencoderConfig
from adfusion.nets.dit import Context, DiT, DiTConfig
from adfusion.nets.text import TextEncoder, TextStates
from adfusion.nets.upsampler import Upsampler, UpsamplerConfig

__all__ = [
    "Autoencoder",
    "AutoencoderConfig",
    "Context",
    "DiT",
    "DiTConfig",
    "TextEncoder",
    "TextStates",
    "Upsampler",
    "UpsamplerConfig",
]
