"""The one training loop: optimize, average, log, sample, checkpoint, resume.

Every random choice of step n is drawn from (seed, n) alone, so the state of a run is its weights, their
moving average and the optimizers' moments. On the CPU a resumed run ends at the same bits as an
uninterrupted one.
"""

import json
import math
import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol, cast

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import InitProcessGroupKwargs
from PIL import Image
from torch import Tensor, nn

from adfusion import files
from adfusion.errors import UserError
from adfusion.nets import Autoencoder, DiT
from adfusion.training import checkpoint, compute
from adfusion.training.curve import draw_loss_curve
from adfusion.training.muon import Muon
from adfusion.training.recipe import Optimizer, Recipe

PREPARING = timedelta(days=2)
"""How long other processes wait for the first, which renders and encodes for all of them."""
HIDDEN = re.compile(r"(blocks|body)\.")
"""In the names of weights that Muon may train: those between the first layer and the last."""


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run is. While data is prepared `loss` is None and the counts are scenes."""

    pictures_seen: int
    total: int
    loss: float | None = None
    pictures_per_second: float = 0.0
    teraflops: float = 0.0
    """Of arithmetic a second, in 1e12 operations."""
    share_of_peak: float | None = None
    """That arithmetic, of what the device could do; None where that is unknown."""
    message: str | None = None
    note: str | None = None
    """A line to be read once, such as what is wrong with a picture."""


class Task(Protocol):
    """What the loop needs to know of the network it trains."""

    @property
    def network(self) -> nn.Module: ...

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        """Make the data ready; called once, before the first step."""

    def loss(self, step: int, share: slice) -> Tensor:
        """Mean loss of the pictures `share` of batch number `step`."""

    def samples(self) -> Image.Image:
        """A grid that shows what the network can do now; called while it holds its averaged weights."""


class _Objective(nn.Module):
    """The task's loss as a module, so that distributed training wraps exactly what is differentiated."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network
        self._task = task

    def forward(self, step: int, share: slice) -> Tensor:
        return self._task.loss(step, share)


def generator_of(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The random numbers of one step: they depend on nothing that happened before it."""
    return torch.Generator(device).manual_seed((seed * 1_000_003 + step) * 31 % 2**63)


def learning_rate(optimizer: Optimizer, seen: int, total: int) -> float:
    """Share of the full rate: linear warm-up, constant, linear cool-down to zero over the last pictures.

    Before the cool-down the rate does not depend on `total`: a run can be shortened or prolonged as it goes.
    """
    cool_down = optimizer.cool_down * total
    warm = min(1.0, (seen + 1) / optimizer.warm_up) if optimizer.warm_up else 1.0
    cold = min(1.0, (total - seen) / cool_down) if cool_down else 1.0
    return warm * cold


def compiled_parts(network: nn.Module) -> list[nn.Module]:
    """What is compiled by itself: the blocks of a denoiser, which share one graph and so are compiled once;
    the halves of an autoencoder, which are called by themselves."""
    match network:
        case DiT():
            return list(cast(nn.ModuleList, network.blocks))
        case Autoencoder():
            return [network.encoder, network.decoder]
        case _:
            return [network]


def make_optimizers(network: nn.Module, settings: Optimizer) -> list[torch.optim.Optimizer]:
    """AdamW for all weights that learn, or Muon for the matrices and kernels of the blocks and AdamW for the
    rest."""
    weights = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    matrices = {
        name: weight
        for name, weight in weights.items()
        if settings.muon is not None and HIDDEN.search(name) and name.endswith(".weight") and weight.ndim > 1
    }
    rest = [weight for name, weight in weights.items() if name not in matrices]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            rest,
            lr=settings.learning_rate,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
            fused=True,
        )
    ]
    if settings.muon is not None:
        optimizers.append(Muon(matrices.values(), lr=settings.muon, weight_decay=settings.weight_decay))
    return optimizers


def run_training(task: Task, recipe: Recipe, run: Path, *, resume: bool) -> Iterator[TrainingProgress]:
    """Train `task.network` as `recipe` says, keeping everything under the folder `run`.

    Writes `checkpoint.safetensors`, `log.jsonl`, `loss.png`, `samples/`, and at the end `network.safetensors`
    (the averaged weights) with `record.json`. Raises `UserError` if `run` holds a run and `resume` is false.
    """
    state_file = run / "checkpoint.safetensors"
    if state_file.exists() and not resume:
        raise UserError(f"{run}: holds a training run; continue it with --resume or choose another folder")
    AcceleratorState._reset_state()  # it is global; an earlier run may have had another precision
    patient = InitProcessGroupKwargs(timeout=PREPARING)
    accelerator = Accelerator(mixed_precision=recipe.precision, kwargs_handlers=[patient])
    torch.manual_seed(recipe.seed)
    with accelerator.main_process_first():
        yield from task.prepare(accelerator)

    settings = recipe.optimizer
    objective, *optimizers = accelerator.prepare(_Objective(task), *make_optimizers(task.network, settings))
    full_rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    network = task.network
    average = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    seen, seconds = 0, 0.0
    if state_file.exists():
        seen, seconds = checkpoint.restore(state_file, recipe, network, average, optimizers)
    log = _Log(run / "log.jsonl", seen)

    per_process = recipe.batch // accelerator.num_processes
    share = slice(accelerator.process_index * per_process, (accelerator.process_index + 1) * per_process)
    with accelerator.autocast():
        per_picture = (
            compute.operations(network, lambda: task.loss(seen // recipe.batch, share)) / per_process
        )
    if recipe.compile:
        for part in compiled_parts(network):
            part.compile()
    started, since, recent = time.perf_counter(), seen, []
    while seen < recipe.pictures:
        share_of_rate = learning_rate(settings, seen, recipe.pictures)
        groups = [group for optimizer in optimizers for group in optimizer.param_groups]
        for group, full_rate in zip(groups, full_rates, strict=True):
            group["lr"] = full_rate * share_of_rate
        with accelerator.autocast():
            loss = objective(seen // recipe.batch, share)
        accelerator.backward(loss)
        norm = accelerator.clip_grad_norm_(network.parameters(), settings.clip)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        seen += recipe.batch
        _follow(average, network, decay_of_average(recipe.ema_half_life, seen, recipe.batch))

        recent.append(loss.detach())
        finished = seen >= recipe.pictures
        if _passed(seen, recipe.batch, recipe.log_every) or finished:
            mean = float(accelerator.gather(torch.stack(recent)).mean())
            if not math.isfinite(mean):
                raise UserError(
                    f"{run}: the loss is {mean} after {seen} pictures; lower optimizer.learning_rate"
                )
            speed = (seen - since) / (time.perf_counter() - started)
            rate, peak = speed * per_picture, compute.peak(accelerator.device)
            if accelerator.is_main_process:
                log.write(pictures=seen, loss=mean, gradient_norm=float(norm), learning_rate=groups[0]["lr"],
                          pictures_per_second=speed, teraflops=rate / 1e12)  # fmt: skip
            yield TrainingProgress(
                seen, recipe.pictures, mean, speed, rate / 1e12,
                None if peak is None else rate / (peak * accelerator.num_processes),
            )  # fmt: skip
            recent.clear()
        if not accelerator.is_main_process:
            continue
        if _passed(seen, recipe.batch, recipe.samples_every) or finished:
            # Compiled for training alone: a few pictures are not worth another compilation.
            eager = torch.compiler.set_stance("force_eager") if recipe.compile else nullcontext()
            with _averaged(network, average), eager:
                grid = task.samples()
            with files.replacing(run / "samples" / f"{seen:09d}.png") as temporary:
                grid.save(temporary)
        if _passed(seen, recipe.batch, recipe.checkpoint_every) or finished:
            elapsed = seconds + time.perf_counter() - started
            checkpoint.save(state_file, recipe, network, average, optimizers, seen, elapsed)
            draw_loss_curve(run / "log.jsonl", run / "loss.png", title=recipe.name)
    if accelerator.is_main_process:
        checkpoint.save_result(run, recipe, average, seen, _device_name(accelerator))
    accelerator.end_training()


def decay_of_average(half_life: int, seen: int, batch: int) -> float:
    """Decay of the exponential moving average for one step; the half-life ramps up with the first pictures
    so that the random start is forgotten (Karras et al. 2024, EDM2, appendix)."""
    return float(0.5 ** (batch / max(min(half_life, 0.1 * seen), 1e-8)))


@torch.no_grad()
def _follow(average: dict[str, Tensor], network: nn.Module, decay: float) -> None:
    names = list(average)
    weights = dict(network.named_parameters())
    torch._foreach_lerp_([average[name] for name in names], [weights[name] for name in names], 1 - decay)


class _averaged:
    """Within this block the network holds its averaged weights, in evaluation mode."""

    def __init__(self, network: nn.Module, average: dict[str, Tensor]) -> None:
        self._network, self._average = network, average

    def __enter__(self) -> None:
        self._swap()
        self._network.eval()

    def __exit__(self, *_: object) -> None:
        self._swap()
        self._network.train()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, weight in self._network.named_parameters():
            kept = weight.detach().clone()
            weight.copy_(self._average[name])
            self._average[name].copy_(kept)


class _Log:
    """One JSON line for every `log_every` pictures; a resumed run drops the lines past its checkpoint."""

    def __init__(self, path: Path, seen: int) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if json.loads(line)["pictures"] <= seen]
        files.write_text(path, "".join(line + "\n" for line in kept))

    def write(self, *, pictures: int, **figures: float) -> None:
        row = {"pictures": pictures, **{name: float(f"{value:.6g}") for name, value in figures.items()}}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _passed(seen: int, batch: int, every: int) -> bool:
    return seen // every != (seen - batch) // every


def _device_name(accelerator: Accelerator) -> str:
    if accelerator.device.type == "cuda":
        return f"{accelerator.num_processes} x {torch.cuda.get_device_name()}"
    return f"CPU, {accelerator.num_processes * torch.get_num_threads()} threads"
