"""Learning latents: pictures to an eighth of their side and back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from einops import rearrange
from PIL import Image
from torch import Tensor

from adfusion.errors import UserError
from adfusion.nets import Autoencoder, AutoencoderConfig
from adfusion.pixels import to_pictures, to_pixels
from adfusion.training.loop import TrainingProgress, generator_of
from adfusion.training.pictures import (
    Order,
    PictureGroups,
    edge_distance,
    random_crops,
    ready_shards,
    step_rng,
)
from adfusion.training.recipe import AutoencoderNetwork, AutoencoderRecipe
from adfusion.training.runs import trained_autoencoder


def autoencoder_config(shape: AutoencoderNetwork) -> AutoencoderConfig:
    return AutoencoderConfig(
        latent_channels=shape.latent_channels,
        encoder_width=shape.width,
        decoder_width=shape.width if shape.decoder_width is None else shape.decoder_width,
        encoder_blocks=shape.encoder_blocks,
        decoder_blocks=shape.decoder_blocks,
    )


class AutoencoderTask:
    """Squared and L1 distance of pixels, L1 distance of their gradients. No adversary: rendered pictures come
    out sharp without one, and a decoder that invents no texture suits product pictures."""

    def __init__(self, recipe: AutoencoderRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        torch.manual_seed(recipe.seed)
        self.network = Autoencoder(autoencoder_config(recipe.network))
        if recipe.start_from is not None:
            self._go_on_from(run.parent / recipe.start_from)

    def _go_on_from(self, run: Path) -> None:
        before, _ = trained_autoencoder(run)
        found, allowed = before.config, self.network.config
        if self.recipe.only_decoder:
            found = replace(found, decoder_width=allowed.decoder_width, decoder_blocks=allowed.decoder_blocks)
        if found != allowed:
            raise UserError(f"{run}: found {before.config}, allowed: the network of the recipe, {allowed}")
        self.network.encoder.load_state_dict(before.encoder.state_dict())
        self.network.encoder.requires_grad_(not self.recipe.only_decoder)
        if before.config == allowed:
            self.network.decoder.load_state_dict(before.decoder.state_dict())

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self.device = accelerator.device
        self.pictures = PictureGroups((yield from ready_shards(self.run, self.recipe.data)))
        self.order = Order(self.pictures.counts(), self.recipe.batch, self.recipe.seed)

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        group, indices = self.order[step]
        crops = random_crops(
            self.pictures.views(group, indices), recipe.crop, step_rng(recipe.seed, step), multiple=8
        )
        pixels = to_pixels(crops[share]).to(self.device)
        latents = self.network.encode(pixels)
        decoded = self.network.decode(latents + self._noise(latents, step))
        loss: Tensor = (decoded - pixels).square().mean()
        loss = loss + recipe.absolute_weight * (decoded - pixels).abs().mean()
        loss = loss + recipe.edge_weight * edge_distance(decoded, pixels).mean()
        return loss + recipe.latent_weight * latents.square().mean()

    def _noise(self, latents: Tensor, step: int) -> Tensor:
        """A little for all latents, much for some. Much is counted in the latents' own deviation, and the
        gradient knows it: otherwise the encoder would drown the noise by making latents larger."""
        recipe, random = self.recipe, generator_of(self.recipe.seed, step)
        noise = torch.randn(latents.shape, generator=random).to(latents)
        chance, amount = torch.rand((2, len(latents), 1, 1, 1), generator=random).to(latents)
        much = recipe.corruption * amount * latents.std((0, 2, 3), keepdim=True)
        return noise * torch.where(chance < recipe.corrupted_share, much, recipe.latent_noise)

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """Originals above their reconstructions."""
        group = int(np.argmax(self.pictures.counts()))
        shown = np.arange(min(8, self.pictures.counts()[group]))
        pixels = to_pixels(self.pictures.read(group, shown)).to(self.device)
        pairs = to_pictures(torch.cat([pixels, self.network(pixels)]))
        return Image.fromarray(rearrange(pairs, "(two n) h w c -> (two h) (n w) c", two=2))
