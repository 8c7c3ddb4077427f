"""A model: networks, their card, and what the samplers and the layers above need of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256

import torch
from torch import Tensor

from adfusion import diffusion
from adfusion.diffusion import Denoiser, Process
from adfusion.diffusion.samplers import MeanVelocity
from adfusion.errors import UserError
from adfusion.models.card import ModelCard
from adfusion.models.reader import PromptReader
from adfusion.nets import Autoencoder, Context, DiT, TextEncoder, Upsampler


@dataclass(frozen=True, eq=False)
class Model:
    """Text → latents → pixels → larger pixels.

    Latents are normalised: each channel has mean 0 and standard deviation 1 over the training data. Pixels
    are RGB in [-1, 1], channels first.
    """

    card: ModelCard
    denoiser_net: DiT
    autoencoder: Autoencoder
    upsampler: Upsampler
    reader: PromptReader | None = None
    """Tells prompts in the words that the denoiser knows best."""

    @property
    def device(self) -> torch.device:
        return self.denoiser_net.table.device

    @property
    def hash(self) -> str:
        """SHA-256 of `model.json`, which holds the hashes of the weights: it identifies the model."""
        return sha256(self.card.to_json().encode()).hexdigest()

    @cached_property
    def process(self) -> Process:
        return self.card.make_process()

    @cached_property
    def text_encoder(self) -> TextEncoder:
        """Loaded when first needed; all models on a device share it. Raises `UserError` if it is not
        installed or not the expected one."""
        return _text_encoder(self.device)

    def read(self, prompts: Sequence[str], seeds: Sequence[int] | None = None) -> list[str]:
        """The words to draw each prompt from: a plain caption, where the model's reader understands it
        (`adfusion.models.reader`); with `seeds`, one a prompt, also of what it leaves open. A LoRA has words
        of its own, so with one prompts stay as they are."""
        if self.reader is None or self.card.loras:
            return list(prompts)
        return self.reader.plain(prompts, self.text_encoder, seeds)

    def denoiser(self, prompts: Sequence[str]) -> Denoiser:
        """The `Denoiser` for a batch of prompts: x_t (b c h w), t (b,) -> estimate of x_0 (b c h w).

        The prompts are read once, here, and not at every step. Not of a distilled model.
        """
        context = self._context(prompts)

        def predict(x_t: Tensor, t: Tensor) -> Tensor:
            return self.denoiser_net.predict(x_t, t, context)

        return diffusion.denoiser(predict, self.card.prediction, self.process)

    @property
    def distilled(self) -> bool:
        """Whether it jumps in few steps (`mean_velocity`) instead of following a path (`denoiser`)."""
        return self.card.denoiser.distilled

    def mean_velocity(self, prompts: Sequence[str], guidance_scale: float) -> MeanVelocity:
        """What `samplers.mean_flow` asks of a distilled model; the prompts of a batch are read here."""
        context = self._context(prompts)

        def velocity(x_t: Tensor, t: Tensor, span: Tensor) -> Tensor:
            return self.denoiser_net.predict(x_t, t, context, span, torch.full_like(t, guidance_scale))

        return velocity

    def times(self, steps: int) -> Tensor:
        """The time grid for `steps` steps, (steps + 1,), shifted as the card says."""
        return diffusion.times.shifted(diffusion.times.trailing(steps), self.card.defaults.shift)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (b 3 h w) in [-1, 1] to normalised latents (b c h/f w/f)."""
        mean, std = self._statistics(pixels)
        return (self.autoencoder.encode(pixels) - mean) / std

    def decode(self, latents: Tensor) -> Tensor:
        """Normalised latents (b c h w) to pixels (b 3 fh fw) in [-1, 1]."""
        mean, std = self._statistics(latents)
        return self.autoencoder.decode(latents * std + mean).clamp(-1, 1)

    def upsample(self, pixels: Tensor) -> Tensor:
        """Pixels (b 3 h w) in [-1, 1] to (b 3 sh sw) in [-1, 1], s being the upsampler's scale."""
        enlarged: Tensor = self.upsampler(pixels)
        return enlarged.clamp(-1, 1)

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """(channels, height, width) of the latents of a picture of width x height pixels before upsampling.

        Raises `UserError` if the card does not list that size.
        """
        if (width, height) not in self.card.sizes:
            allowed = ", ".join(f"{w}x{h}" for w, h in self.card.sizes)
            raise UserError(f"model {self.card.name}: size: found {width}x{height}, allowed: {allowed}")
        factor = self.autoencoder.config.factor
        return self.autoencoder.config.latent_channels, height // factor, width // factor

    def _context(self, prompts: Sequence[str]) -> Context:
        text = self.text_encoder.recall(prompts)
        return self.denoiser_net.text(text.states, text.mask)

    def _statistics(self, like: Tensor) -> tuple[Tensor, Tensor]:
        latents = self.card.latents
        mean, std = (
            torch.tensor(values, dtype=like.dtype, device=like.device)[:, None, None]
            for values in (latents.mean, latents.std)
        )
        return mean, std


@cache
def _text_encoder(device: torch.device) -> TextEncoder:
    return TextEncoder.load(device)
