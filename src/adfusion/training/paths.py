"""The teacher's paths: every state between noise and picture, drawn once, for a student to learn from."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file
from torch import Tensor

from adfusion import files
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.plain import THOROUGH, said_of
from adfusion.data.scenes.scene import Scene
from adfusion.data.shards import Shard
from adfusion.diffusion import Process, denoiser, samplers
from adfusion.diffusion.prediction import Prediction
from adfusion.nets import DiT, TextEncoder, TextStates
from adfusion.training.latents import pad
from adfusion.training.loop import TrainingProgress, generator_of
from adfusion.training.pictures import step_rng
from adfusion.training.recipe import StudentRecipe

AT_ONCE = 32
"""Paths drawn in one batch."""


@dataclass(frozen=True)
class Teacher:
    """What draws the paths."""

    network: DiT
    prediction: Prediction
    process: Process
    times: Tensor
    """The grid of its steps, (steps + 1,), from 1 down to 0."""
    factor: int
    """Pixels along one side of a latent pixel."""
    guides: tuple["Guide", ...] = ()


@dataclass(frozen=True)
class Guide:
    """A network that draws worse than the teacher; paths are led away from what it would draw."""

    network: DiT
    scale: float
    start: float = 1.0
    """The time at which it begins."""
    perturbed: int | None = None
    """The block in which it lacks self-attention."""


@dataclass(frozen=True)
class PathShard:
    """Paths that belong to one shard of scenes."""

    states: Tensor
    """(n steps+1 c h w) float16: normalised latents at each time of the grid."""
    guidance_scales: Tensor
    """(n,) float32, one for each path."""
    texts: Tensor
    """(tokens of all captions, 384) float16, one after another."""
    starts: Tensor
    """(n + 1,) int64: path i has the caption `texts[starts[i] : starts[i + 1]]`."""


def draw_paths(
    folder: Path, shards: Sequence[Shard], recipe: StudentRecipe, teacher: Teacher, accelerator: Accelerator
) -> Generator[TrainingProgress, None, list[PathShard]]:
    """Draw what is missing in `folder`; returns all shards, loaded. Scenes give the words, no picture."""
    encoder = TextEncoder.load(accelerator.device)
    paths = [folder / f"{shard.path.stem}.safetensors" for shard in shards]
    total, ready = sum(shard.count for shard in shards), 0
    for shard, path in zip(shards, paths, strict=True):
        if not path.exists():
            drawn = _draw(shard, recipe, teacher, encoder, accelerator)
            with files.replacing(path) as temporary:
                save_file(drawn, temporary)
        ready += shard.count
        yield TrainingProgress(ready, total, message="drawing the teacher's paths")
    return [PathShard(**load_file(path)) for path in paths]


@torch.no_grad()
def _draw(
    shard: Shard, recipe: StudentRecipe, teacher: Teacher, encoder: TextEncoder, accelerator: Accelerator
) -> dict[str, Tensor]:
    rng = step_rng(recipe.seed, shard.first)
    all_scenes = shard.scenes
    scenes = [all_scenes[place] for place, _ in recipe.data.learnt(all_scenes)]

    def say(scene: Scene) -> str:
        if rng.random() < recipe.drop_caption:
            return ""
        plain = recipe.data.plain > 0 and rng.random() < recipe.data.plain
        return said_of(scene, talk=THOROUGH).plain() if plain else caption(scene)

    words = [say(scene) for scene in scenes]
    scales = torch.from_numpy(rng.uniform(*recipe.guidance_scales, size=len(words)).astype(np.float32))
    width, height = (side // teacher.factor for side in shard.size)
    shape = len(words), teacher.network.config.in_channels, height, width
    amount = torch.from_numpy(rng.uniform(*recipe.noise_scales, size=(len(words), 1, 1, 1)))
    noise = amount.float() * torch.randn(shape, generator=generator_of(recipe.seed, shard.first))

    states, texts = [], []
    for start in range(0, len(words), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        encoded = encoder.encode([*words[part], ""])
        *own, nothing = (
            state[mask].half().cpu() for state, mask in zip(encoded.states, encoded.mask, strict=True)
        )
        both = pad([*own, *([nothing] * len(own))])
        states.append(draw_path(teacher, noise[part], both, scales[part], accelerator))
        texts += own
    starts = torch.tensor([0, *(len(text) for text in texts)]).cumsum(0)
    return {
        "states": torch.cat(states),
        "guidance_scales": scales,
        "texts": torch.cat(texts),
        "starts": starts,
    }


def draw_path(
    teacher: Teacher, noise: Tensor, both: TextStates, scales: Tensor, accelerator: Accelerator
) -> Tensor:
    """The states (n steps+1 c h w) of guided paths; `both` holds n captions and n times the empty one."""
    device = accelerator.device
    network = teacher.network
    states, mask = both.states.to(device), both.mask.to(device)
    context = network.text(states, mask)
    own = states[: len(noise)], mask[: len(noise)]
    guides = [(guide, guide.network.text(*own)) for guide in teacher.guides]
    scale = scales.view(-1, 1, 1, 1).to(device)

    def velocity(x_t: Tensor, t: Tensor) -> Tensor:
        with accelerator.autocast():
            output = network.predict(torch.cat([x_t, x_t]), torch.cat([t, t]), context)
        words, nothing = output.float().chunk(2)
        guided = nothing + scale * (words - nothing)
        for guide, read in guides:
            if t[0] <= guide.start:
                with accelerator.autocast():
                    worse = guide.network.predict(x_t, t, read, perturbed=guide.perturbed)
                guided = guided + guide.scale * (words - worse.float())
        return guided

    denoise = denoiser(velocity, teacher.prediction, teacher.process)
    noise = noise.to(device)
    steps = samplers.dpmpp_2m(denoise, noise, teacher.times, teacher.process)
    return torch.stack([noise, *(step.x_t for step in steps)], dim=1).half().cpu()
