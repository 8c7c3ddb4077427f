"""A training step: our loop against the plain loop of `diffusers`, on one network and batch."""

import copy
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from ours import prompts
from peer import MISSING, installed
from PIL import Image
from rows import Row, compared, missing
from torch import Tensor
from turns import in_turn

from adfusion.diffusion import objectives, process
from adfusion.models import Model, convert
from adfusion.nets import DiT, TextStates
from adfusion.training.loop import TrainingProgress, run_training
from adfusion.training.recipe import Optimizer, load_recipe

SECTION = "Training"
BATCH = 32
RECIPE = Path(__file__).parents[2] / "recipes" / "mini" / "denoiser-1.yaml"


def rows(model: Model, quick: bool) -> Iterator[Row]:
    """`model` is one of many steps."""
    if not installed():
        yield missing(SECTION, "a step", MISSING)
        return
    text = model.text_encoder.encode(prompts(BATCH))
    x_0 = torch.randn(BATCH, *model.latent_shape(*model.card.sizes[0]))
    with tempfile.TemporaryDirectory() as folder:
        for precision in ("no", "bf16"):
            ours = _ours(model, x_0, text, precision, Path(folder, precision))
            theirs = _theirs(model, x_0, text, precision)
            seconds = in_turn({"ours": ours, "theirs": theirs}, rounds=2 if quick else 10)
            name = "float32" if precision == "no" else "bfloat16 autocast"
            note = "AdamW on both sides, a moving average on both"
            yield compared(
                SECTION, f"a picture, batch {BATCH}, {name}", seconds["ours"], seconds["theirs"],
                of=BATCH, note=note,
            )  # fmt: skip


class _Task:
    """What our loop needs to train on one batch again and again."""

    def __init__(self, model: Model, x_0: Tensor, text: TextStates) -> None:
        self.network = _fresh(model.denoiser_net)
        self._x_0, self._text = x_0, text
        self._prediction = model.card.prediction
        self._process, self._objective = process.Flow(), objectives.FlowMatching()

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        return iter(())

    def loss(self, step: int, share: slice) -> Tensor:
        random = torch.Generator().manual_seed(step)
        t = self._objective.times(len(self._x_0), random)
        noise = torch.randn(self._x_0.shape, generator=random)

        def predict(x_t: Tensor, at: Tensor) -> Tensor:
            return self.network(x_t, at, self._text.states, self._text.mask)

        return objectives.loss(
            predict, self._x_0, t, noise, self._process, self._prediction, self._objective
        ).mean()

    def samples(self) -> Image.Image:
        return Image.new("RGB", (8, 8))


def _ours(model: Model, x_0: Tensor, text: TextStates, precision: str, run: Path) -> Callable[[], object]:
    never = 10**9
    recipe = load_recipe(RECIPE).model_copy(
        update={
            "precision": precision,
            "batch": BATCH,
            "pictures": never,
            "optimizer": Optimizer(learning_rate=1e-4, warm_up=0, cool_down=0.0),
            "log_every": BATCH,
            "samples_every": never,
            "checkpoint_every": never,
        }
    )
    run.mkdir()
    steps = run_training(_Task(model, x_0, text), recipe, run, resume=False)
    next(steps)  # accelerate has one state a process, which this loop sets anew and the other shares
    return lambda: next(steps)


def _theirs(model: Model, x_0: Tensor, text: TextStates, precision: str) -> Callable[[], object]:
    """The loop of `examples/text_to_image/train_text_to_image.py` of diffusers, for flow matching."""
    from diffusers import FlowMatchEulerDiscreteScheduler
    from diffusers.optimization import get_scheduler
    from diffusers.training_utils import EMAModel

    accelerator = Accelerator(mixed_precision=precision)
    network = convert.to_pixart(_fresh(model.denoiser_net)).train().requires_grad_(True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    schedule = get_scheduler("constant", optimizer)
    average = EMAModel(network.parameters())
    noise_scheduler = FlowMatchEulerDiscreteScheduler()
    network, optimizer, schedule = accelerator.prepare(network, optimizer, schedule)
    mask = text.mask.long()

    def step() -> None:
        noise = torch.randn_like(x_0)
        index = torch.randint(0, noise_scheduler.config.num_train_timesteps, (len(x_0),))
        t, sigmas = noise_scheduler.timesteps[index], noise_scheduler.sigmas[index].view(-1, 1, 1, 1)
        x_t = (1 - sigmas) * x_0 + sigmas * noise
        with accelerator.autocast():
            velocity = network(
                x_t, text.states, timestep=t, encoder_attention_mask=mask,
                added_cond_kwargs={"resolution": None, "aspect_ratio": None},
            ).sample  # fmt: skip
            loss = F.mse_loss(velocity.float(), (noise - x_0).float(), reduction="mean")
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        average.step(network.parameters())
        loss.item()

    return step


def _fresh(network: DiT) -> DiT:
    return copy.deepcopy(network).requires_grad_(True).train()
