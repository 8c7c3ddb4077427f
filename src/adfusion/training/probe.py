"""Learning to read pictures: from renders to the attributes of their scenes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from PIL import Image
from torch import Tensor

from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Scene, random_scene
from adfusion.evaluation.attributes import ATTRIBUTES, label
from adfusion.evaluation.probe import ProbeCard, ProbeReader, probe_config, save_probe
from adfusion.evaluation.statistics import Share, share_of
from adfusion.nets.probe import Probe
from adfusion.pixels import to_pictures, to_pixels
from adfusion.training.loop import TrainingProgress, generator_of
from adfusion.training.pictures import Order, PictureGroups, ready_shards, step_rng
from adfusion.training.recipe import ProbeRecipe
from adfusion.training.runs import finished_run

UNKNOWN = -100
"""The label of what a picture does not show; the loss passes over it."""
HELD_OUT = 4_000_000
"""First of the scenes on which a probe is tested; used for nothing else."""


class ProbeTask:
    """Cross-entropy of every attribute. Pictures are mirrored, softened and noised at random, so that the
    probe reads what is shown and not how crisply."""

    def __init__(self, recipe: ProbeRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        torch.manual_seed(recipe.seed)
        self.network = Probe(probe_config(recipe.network.width, recipe.network.blocks, ATTRIBUTES))

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self.device = accelerator.device
        self.pictures = PictureGroups((yield from ready_shards(self.run, self.recipe.data)))
        self.labels = [
            {name: np.array([_labels(scene, name) for scene in scenes]) for name in ATTRIBUTES}
            for scenes in map(self.pictures.scenes, range(len(self.pictures.sizes)))
        ]
        self.order = Order(self.pictures.counts(), self.recipe.batch, self.recipe.seed)

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        group, indices = self.order[step]
        rng, random = step_rng(recipe.seed, step), generator_of(recipe.seed, step)
        soft = torch.from_numpy(rng.random(len(indices)) < recipe.blur)
        strength = torch.from_numpy(rng.uniform(0, recipe.noise, len(indices))).float().view(-1, 1, 1, 1)
        mirrored = rng.random(len(indices)) < 0.5
        pixels = to_pixels(self.pictures.read(group, indices))
        pixels = torch.where(torch.from_numpy(mirrored).view(-1, 1, 1, 1), pixels.flip(3), pixels)
        pixels = torch.where(soft.view(-1, 1, 1, 1), _softened(pixels), pixels)
        pixels = pixels + strength * torch.randn(pixels.shape, generator=random)
        read = self.network(pixels[share].to(self.device))
        losses = []
        for name, labels in self.labels[group].items():
            wanted = torch.from_numpy(labels[indices, mirrored.astype(int)][share]).to(self.device)
            losses.append(F.cross_entropy(read[name].float(), wanted, ignore_index=UNKNOWN))
        return torch.stack(losses).mean()

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """Pictures as the probe gets them."""
        group = int(np.argmax(self.pictures.counts()))
        pixels = _softened(to_pixels(self.pictures.read(group, np.arange(8))))
        return Image.fromarray(np.concatenate(list(to_pictures(pixels)), axis=1))


def _labels(scene: Scene, attribute: str) -> list[int]:
    """Of the picture and of its mirror image."""
    found = (label(scene, attribute, mirrored=mirrored) for mirrored in (False, True))
    return [UNKNOWN if each is None else each for each in found]


def _softened(pixels: Tensor) -> Tensor:
    """Halved and enlarged again."""
    half = F.avg_pool2d(pixels, 2)
    return F.interpolate(half, size=pixels.shape[-2:], mode="bilinear")


def pack_probe(run: Path, folder: Path, scenes: int = 3000) -> ProbeCard:
    """Write the probe of a finished run into `folder`, tested on `scenes` renders that it has never seen.

    Raises `UserError` if the run has not finished.
    """
    weights, record = finished_run(run)
    recipe = ProbeRecipe(**record["recipe"])
    network = Probe(probe_config(recipe.network.width, recipe.network.blocks, ATTRIBUTES))
    network.load_state_dict({name: weight.half().float() for name, weight in weights.items()})
    card = save_probe(network, {name: Share(right=0, count=1) for name in ATTRIBUTES}, record, folder)
    reader = ProbeReader(card, network.eval())
    return save_probe(network, accuracy(reader, recipe.data.sizes[0], scenes), record, folder)


def accuracy(reader: ProbeReader, size: tuple[int, int], scenes: int) -> dict[str, Share]:
    """How often the probe is right about each attribute of held-out renders."""
    shown = [random_scene(HELD_OUT + number) for number in range(scenes)]
    right: dict[str, list[bool]] = {name: [] for name in ATTRIBUTES}
    for start in range(0, scenes, 50):
        part = shown[start : start + 50]
        read = reader.read(render(part, size=size).rgb)
        for name in ATTRIBUTES:
            for scene, found in zip(part, read[name], strict=True):
                wanted = label(scene, name)
                if wanted is not None:
                    right[name].append(bool(found == wanted))
    return {name: share_of(hits) for name, hits in right.items()}
