"""Turning a guided teacher of many steps into a student of few.

The student is the mean velocity of Geng et al. 2025, "Mean Flows for One-step Generative Modeling"
(arXiv:2505.13447, eq. 3): u(x_t, r, t) is the integral of the velocity from r to t, divided by t - r. They
learn it from data, through a derivative of the network along the path (eq. 6). Here the teacher's own paths
are at hand, so the integral is known: u = (x_t - x_r) / (t - r) for any two states of a path. It takes one
pass of one network a step, and the student learns on what it will meet: states that began as noise. The
teacher's guidance scale is an input (Meng et al. 2023, arXiv:2210.03142, section 3.1), so no step needs a
second, unguided evaluation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor

from adfusion.data import shards
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.diffusion import Streams, process, samplers, times
from adfusion.errors import UserError
from adfusion.nets import DiT, DiTConfig, TextEncoder, TextStates
from adfusion.pixels import to_pictures
from adfusion.training.latents import Texts
from adfusion.training.loop import TrainingProgress
from adfusion.training.networks import denoiser_config
from adfusion.training.paths import Guide, PathShard, Teacher, draw_paths
from adfusion.training.pictures import Order, step_rng
from adfusion.training.recipe import DenoiserRecipe, StudentRecipe
from adfusion.training.runs import finished_run, latent_statistics, trained_autoencoder

PRACTISED = 0.6
"""Share of examples that are steps of the grids in use; the rest are any two states of a path."""


class StudentTask:
    def __init__(self, recipe: StudentRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        folder = run.parent / recipe.teacher
        weights, record = finished_run(folder)
        taught = DenoiserRecipe(**record["recipe"])
        self.autoencoder, _ = trained_autoencoder(run.parent / taught.autoencoder)
        self.mean, self.std = latent_statistics(folder)
        config = denoiser_config(taught, self.autoencoder.config)
        grid = times.shifted(times.trailing(recipe.path_steps), recipe.shift)
        network = _frozen(config, weights)
        self.teacher = Teacher(
            network,
            taught.prediction,
            process.by_name(taught.process),
            grid,
            self.autoencoder.config.factor,
            tuple(self._guides(taught, network)),
        )
        torch.manual_seed(recipe.seed)
        self.network = DiT(replace(config, distilled=True, coarse_start=recipe.coarse_start))
        start = weights
        if recipe.start_from is not None:
            student, before = finished_run(run.parent / recipe.start_from)
            first, _ = finished_run(run.parent / before["recipe"]["teacher"])
            start = _of_another_teacher(student, first, weights)
        self.network.load_state_dict(self.network.state_dict() | start)
        if recipe.coarse_start and "coarse_out.weight" not in start:
            self.network.start_coarse_out()

    def _guides(self, taught: DenoiserRecipe, teacher: DiT) -> Iterator[Guide]:
        """Raises `UserError` for what this teacher cannot be led away from."""
        name, config = self.recipe.name, teacher.config
        if (lacking := self.recipe.perturbed_attention) is not None:
            if lacking.block >= config.depth:
                raise UserError(
                    f"{name}: perturbed_attention: block: found {lacking.block}, "
                    f"allowed 0 to {config.depth - 1}"
                )
            yield Guide(teacher, lacking.scale, lacking.start, lacking.block)
        if (weaker := self.recipe.autoguidance) is not None:
            weights, record = finished_run(self.run.parent / weaker.teacher)
            earlier = DenoiserRecipe(**record["recipe"])
            found = denoiser_config(earlier, self.autoencoder.config)
            if (earlier.autoencoder, found) != (taught.autoencoder, config):
                raise UserError(
                    f"{name}: autoguidance: teacher: found latents of {earlier.autoencoder} and {found}, "
                    f"allowed those of the teacher, {taught.autoencoder} and {config}"
                )
            yield Guide(_frozen(found, weights), weaker.scale, weaker.start)

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        recipe, self.device = self.recipe, accelerator.device
        self.autoencoder.to(self.device)
        for network in (self.teacher.network, *(guide.network for guide in self.teacher.guides)):
            network.to(self.device)
        data = recipe.data
        planned = shards.plan(self.run.parent / "scenes", data.first, data.scenes, data.sizes)
        drawn = yield from draw_paths(self.run / "paths", planned, recipe, self.teacher, accelerator)
        self.paths = PathGroups(drawn, self.device)
        self.order = Order(self.paths.counts(), recipe.batch, recipe.seed)
        encoder = TextEncoder.load()
        self.sample_texts = encoder.encode(recipe.sample_prompts) if recipe.sample_prompts else None

    def loss(self, step: int, share: slice) -> Tensor:
        group, indices = self.order[step]
        rng = step_rng(self.recipe.seed, step)
        later, earlier = self._pairs(rng, len(indices))
        indices, later, earlier = indices[share], later[share], earlier[share]
        x_t, x_r, scales, text = self.paths.read(group, indices, later, earlier, self.recipe.tokens_multiple)
        t = self.teacher.times[later].to(self.device)
        span = t - self.teacher.times[earlier].to(self.device)
        velocity = (x_t - x_r) / span.view(-1, 1, 1, 1)
        error = torch.zeros((), device=self.device)
        for part in self._apart(t):
            given = (each[part] for each in (x_t, t, text.states, text.mask, span, scales))
            error = error + (self.network(*given) - velocity[part]).square().sum()
        return error / velocity.numel()

    def _apart(self, t: Tensor) -> list[Tensor]:
        """The places of those pictures that the network can take together."""
        if not self.network.config.coarse_start:
            return [torch.arange(len(t), device=t.device)]
        first = t >= 1
        return [part for part in (first.nonzero()[:, 0], (~first).nonzero()[:, 0]) if len(part)]

    def _pairs(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Places on the grid of the states that are left, and of those that are reached."""
        total = self.recipe.path_steps
        first = rng.integers(total, size=count)
        last = rng.integers(first + 1, total + 1)
        strides = total // rng.choice(self.recipe.steps, size=count)
        start = rng.integers(total // strides) * strides
        practised = rng.random(count) < PRACTISED
        return np.where(practised, start, first), np.where(practised, start + strides, last)

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """The recipe's prompts, each with its own fixed noise: for each number of steps a row of pictures."""
        if self.sample_texts is None:
            return Image.new("RGB", (8, 8))
        config, count = self.network.config, len(self.sample_texts.states)
        context = self.network.text(
            self.sample_texts.states.to(self.device), self.sample_texts.mask.to(self.device)
        )
        scales = torch.full((count,), 4.0, device=self.device)
        noise = Streams(range(count), self.device).randn((config.in_channels,) + (config.sample_size,) * 2)
        rows = []
        for steps in dict.fromkeys(self.recipe.steps):
            grid = times.shifted(times.trailing(steps), self.recipe.shift)
            *_, last = samplers.mean_flow(
                lambda x, t, span: self.network.predict(x, t, context, span, scales),
                noise,
                grid,
                self.teacher.process,
            )
            rows.append(self.autoencoder.decode(last.sample * self.std.to(noise) + self.mean.to(noise)))
        return contact_sheet(list(to_pictures(torch.cat(rows))), count)


def _frozen(config: DiTConfig, weights: dict[str, Tensor]) -> DiT:
    network = DiT(config)
    network.load_state_dict(weights)
    return network.eval().requires_grad_(False)


def _of_another_teacher(
    student: Mapping[str, Tensor], old: Mapping[str, Tensor], new: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """A student of `old` with what `new` has learnt since: differences of weights add up (Ilharco et al.
    2023, "Editing Models with Task Arithmetic", arXiv:2212.04089, section 2).
    """
    return {name: w + (new[name] - old[name]) if name in new else w for name, w in student.items()}


class PathGroups:
    """Paths grouped by latent size, addressed as one array a group, on `device`."""

    def __init__(self, drawn: Sequence[PathShard], device: torch.device) -> None:
        shapes = sorted({tuple(shard.states.shape[2:]) for shard in drawn})
        groups = [[shard for shard in drawn if tuple(shard.states.shape[2:]) == shape] for shape in shapes]
        self._states = [torch.cat([shard.states for shard in group]).to(device) for group in groups]
        self._scales = [torch.cat([shard.guidance_scales for shard in group]).to(device) for group in groups]
        self._texts = [Texts([(shard.texts, shard.starts) for shard in group], device) for group in groups]

    def counts(self) -> list[int]:
        return [len(states) for states in self._states]

    def read(
        self, group: int, indices: np.ndarray, later: np.ndarray, earlier: np.ndarray, multiple: int = 1
    ) -> tuple[Tensor, Tensor, Tensor, TextStates]:
        """Two states of each path, (n c h w) float32; guidance scales (n,); captions."""
        states, scales = self._states[group], self._scales[group]
        path, t, r = (torch.from_numpy(each).to(states.device) for each in (indices, later, earlier))
        text = self._texts[group].read(indices, multiple)
        return states[path, t].float(), states[path, r].float(), scales[path], text
