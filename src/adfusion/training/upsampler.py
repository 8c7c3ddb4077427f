"""Learning detail: small pictures to several times their side."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from einops import rearrange
from PIL import Image
from torch import Tensor

from adfusion.nets import Upsampler
from adfusion.pixels import to_pictures, to_pixels
from adfusion.training.loop import TrainingProgress
from adfusion.training.networks import upsampler_config
from adfusion.training.pictures import (
    Order,
    PictureGroups,
    edge_distance,
    random_crops,
    ready_shards,
    step_rng,
)
from adfusion.training.recipe import UpsamplerRecipe
from adfusion.training.runs import trained_autoencoder


class UpsamplerTask:
    """L1 distance of pixels, from pictures that were made small by averaging and, most of them, sent through
    the autoencoder: the pictures that it will meet are decoded ones."""

    def __init__(self, recipe: UpsamplerRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        torch.manual_seed(recipe.seed)
        self.network = Upsampler(upsampler_config(recipe.network))
        self.scale = recipe.network.scale
        self.autoencoder, _ = trained_autoencoder(run.parent / recipe.autoencoder)

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self.device = accelerator.device
        self.autoencoder.to(self.device)
        self.pictures = PictureGroups((yield from ready_shards(self.run, self.recipe.data)))
        self.order = Order(self.pictures.counts(), self.recipe.batch, self.recipe.seed)

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        group, indices = self.order[step]
        rng = step_rng(recipe.seed, step)
        large = self._crops(self.pictures.views(group, indices), self.scale * recipe.crop, rng)
        decoded = torch.from_numpy(rng.random(len(large)) < recipe.decoded_share)
        small = self._shrink(large, decoded.to(self.device))
        enlarged = self.network(small[share])
        loss: Tensor = (enlarged - large[share]).abs().mean()
        return loss + recipe.edge_weight * edge_distance(enlarged, large[share]).mean()

    def _crops(self, pictures: Sequence[np.ndarray], side: int, rng: np.random.Generator) -> Tensor:
        multiple = 8 * self.scale  # the autoencoder takes small sides of whole latent pixels
        return to_pixels(random_crops(pictures, side, rng, multiple=multiple)).to(self.device)

    @torch.no_grad()
    def _shrink(self, large: Tensor, decoded: Tensor) -> Tensor:
        small = F.avg_pool2d(large, self.scale)
        return torch.where(decoded.view(-1, 1, 1, 1), self.autoencoder(small).clamp(-1, 1), small)

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """Bicubic, ours, original: three rows of the same crops, from decoded small pictures."""
        group = int(np.argmax(self.pictures.counts()))
        shown = np.arange(min(4, self.pictures.counts()[group]))
        large = self._crops(self.pictures.views(group, shown), 64 * self.scale, step_rng(0, 0))
        small = self._shrink(large, torch.ones(len(large), dtype=torch.bool, device=self.device))
        bicubic = F.interpolate(small, scale_factor=self.scale, mode="bicubic")
        rows = to_pictures(torch.cat([bicubic, self.network(small), large]))
        return Image.fromarray(rearrange(rows, "(rows n) h w c -> (rows h) (n w) c", rows=3))
