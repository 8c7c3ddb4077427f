"""Learning latents: pictures to an eighth of their side and back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from einops import rearrange
from PIL import Image
from torch import Tensor, nn

from adfusion.errors import UserError
from adfusion.nets import Autoencoder
from adfusion.pixels import to_pictures, to_pixels
from adfusion.training.loop import TrainingProgress, generator_of
from adfusion.training.networks import autoencoder_config
from adfusion.training.pictures import (
    Order,
    PictureGroups,
    edge_distance,
    random_crops,
    ready_shards,
    step_rng,
)
from adfusion.training.recipe import AutoencoderRecipe
from adfusion.training.runs import trained_autoencoder


class AutoencoderTask:
    """Squared and L1 distance of pixels, L1 distance of their gradients. No adversary: rendered pictures come
    out sharp without one, and a decoder that invents no texture suits product pictures."""

    def __init__(self, recipe: AutoencoderRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        torch.manual_seed(recipe.seed)
        try:
            self.network = Autoencoder(autoencoder_config(recipe.network))
        except ValueError as error:
            raise UserError(f"{recipe.name}: network: {error}") from error
        if recipe.start_from is not None:
            self._go_on_from(run.parent / recipe.start_from)
        if recipe.keep_latents:
            self.network.encoder.requires_grad_(False)
        self.model = None if recipe.latents_of is None else self._model(run.parent / recipe.latents_of)

    def _go_on_from(self, run: Path) -> None:
        """Take over the weights of `run`. Where the decoder has fewer blocks than that one, each level keeps
        its last blocks: without these a picture suffers most."""
        before, _ = trained_autoencoder(run)
        found, allowed = before.config, self.network.config
        fewer = all(
            ours <= theirs for ours, theirs in zip(allowed.decoder_blocks, found.decoder_blocks, strict=False)
        )
        if not fewer or replace(found, decoder_blocks=allowed.decoder_blocks) != allowed:
            raise UserError(f"{run}: found {found}, allowed: the network of the recipe, {allowed}")
        for level, blocks, kept in zip(
            before.decoder.up_blocks, found.decoder_blocks, allowed.decoder_blocks, strict=True
        ):
            assert isinstance(level, nn.Sequential)
            first = len(level) - blocks
            del level[first : first + blocks - kept]
        self.network.load_state_dict(before.state_dict())

    def _model(self, run: Path) -> Autoencoder:
        """The autoencoder whose latents are learnt."""
        model, _ = trained_autoencoder(run)
        found, allowed = model.config, self.network.config
        if found.factor != allowed.factor or found.latent_channels > allowed.latent_channels:
            raise UserError(
                f"{run}: found {found.latent_channels} latent channels {found.factor} times smaller, "
                f"allowed: up to {allowed.latent_channels}, {allowed.factor} times smaller"
            )
        return model

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self.device = accelerator.device
        self.pictures = PictureGroups((yield from ready_shards(self.run, self.recipe.data)))
        self.order = Order(self.pictures.counts(), self.recipe.batch, self.recipe.seed)
        if self.model is not None:
            self.model.to(self.device)
            with torch.no_grad():
                self.deviation = self.model.encode(self._shown(64)).std((0, 2, 3), keepdim=True)

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        group, indices = self.order[step]
        multiple = self.network.config.factor * (2 if recipe.scale_weight else 1)
        crops = random_crops(
            self.pictures.views(group, indices), recipe.crop, step_rng(recipe.seed, step), multiple=multiple
        )
        pixels = to_pixels(crops[share]).to(self.device)
        latents = self.network.encode(pixels)
        loss = self._error(latents + self._noise(latents, step), pixels)
        if recipe.scale_weight:
            loss = loss + recipe.scale_weight * self._error(F.avg_pool2d(latents, 2), F.avg_pool2d(pixels, 2))
        if self.model is not None:
            loss = loss + recipe.latents_weight * self._distance(pixels, latents)
        return loss + recipe.latent_weight * latents.square().mean()

    def _error(self, latents: Tensor, pixels: Tensor) -> Tensor:
        """What the decoder makes of latents, against pixels."""
        recipe, decoded = self.recipe, self.network.decode(latents)
        loss: Tensor = (decoded - pixels).square().mean()
        loss = loss + recipe.absolute_weight * (decoded - pixels).abs().mean()
        return loss + recipe.edge_weight * edge_distance(decoded, pixels).mean()

    def _distance(self, pixels: Tensor, latents: Tensor) -> Tensor:
        """Squared distance of the first channels to the model's latents, in their deviations."""
        assert self.model is not None
        with torch.no_grad():
            allowed = self.model.encode(pixels)
        first = latents[:, : allowed.shape[1]]
        distance: Tensor = ((first - allowed) / self.deviation).square().mean()
        return distance

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
        pixels = self._shown(8)
        pairs = to_pictures(torch.cat([pixels, self.network(pixels)]))
        return Image.fromarray(rearrange(pairs, "(two n) h w c -> (two h) (n w) c", two=2))

    def _shown(self, count: int) -> Tensor:
        """Pixels (b 3 h w) of the first pictures, whole."""
        group = int(np.argmax(self.pictures.counts()))
        shown = np.arange(min(count, self.pictures.counts()[group]))
        return to_pixels(self.pictures.read(group, shown)).to(self.device)
