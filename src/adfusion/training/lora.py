"""Teaching a finished model a brand's own pictures: low-rank adapters on the denoiser (`models.lora`)."""

import copy
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from peft import LoraConfig, inject_adapter_in_model
from PIL import Image, ImageOps
from torch import Tensor, nn

from adfusion import files
from adfusion.data.photo import Photo, Size, nearest_bucket
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.data.shards import nearest_aspect
from adfusion.diffusion import SAMPLERS, Flow, Streams, guided, objectives
from adfusion.errors import UserError
from adfusion.models import Model
from adfusion.models.card import TrainingRecord
from adfusion.models.lora import Factors, LearntPicture, base_of, save_lora
from adfusion.pixels import to_pictures, to_pixels
from adfusion.training.latents import pad
from adfusion.training.loop import TrainingProgress, generator_of, run_training
from adfusion.training.pictures import step_rng
from adfusion.training.recipe import LoraRecipe, Optimizer, SceneData
from adfusion.training.runs import finished_run

LAYERS = r"blocks\.\d+\.(self_attention\.(qkv|out)|cross_attention\.(q|kv|out)|mlp\.[02])"
"""Every matrix of the blocks."""
LEAST_PHOTOS = 5
BATCH = 16
FIRST_SCENE = 4_000_000
"""Of the scenes that remind the network; training and evaluation use lower numbers."""
NEUTRAL = "a red lamp on a round podium, plain blue backdrop"
"""What the last preview shows: it should change little."""


@dataclass(frozen=True)
class Example:
    """A picture and its words, encoded once."""

    latents: Tensor
    """(c h w), normalised."""
    text: Tensor
    """(tokens, 384)."""


def finetune(
    photos: Sequence[Photo],
    model: Model,
    out: Path,
    *,
    rights: str,
    steps: int = 400,
    rank: int = 8,
    learning_rate: float = 1e-3,
    prior_scenes: int = 96,
    resume: bool = False,
) -> Iterator[TrainingProgress]:
    """Train a LoRA of `model` on `photos` and write it to the folder `out`; iterate to drive it.

    rights: by what right the pictures may be learnt from; it goes into every card and manifest.
    steps: of 16 pictures, half of them the brand's, half scenes with true captions (at most `prior_scenes`
    different ones), so that other words keep their meaning.

    The run itself, with log, loss curve and sample pictures, is in `out/training`. Raises `UserError` for
    empty rights, too few pictures, a folder in use, or a resumed run whose pictures have changed.
    """
    if not rights.strip():
        raise UserError("rights: found no statement, allowed: who owns the pictures, or who allows their use")
    if len(photos) < LEAST_PHOTOS:
        raise UserError(f"pictures: found {len(photos)}, allowed: {LEAST_PHOTOS} or more")
    check_out(out, resume)
    base, run = base_of(model), out / "training"
    sizes = tuple(dict.fromkeys(nearest_bucket(each.image, model.card.sizes) for each in photos))
    trained = model.card.training.get("denoiser")
    times = trained.recipe if trained else {}
    pictures = steps * BATCH
    recipe = LoraRecipe(
        name=f"LoRA of {base.name}",
        pictures=pictures,
        batch=BATCH,
        data=SceneData(scenes=min(prior_scenes, pictures // 2), first=FIRST_SCENE, sizes=sizes),
        optimizer=Optimizer(learning_rate=learning_rate, warm_up=10 * BATCH, cool_down=0.3),
        ema_half_life=30 * BATCH,
        log_every=max(BATCH, pictures // 40),
        checkpoint_every=max(BATCH, pictures // 8),
        samples_every=max(BATCH, pictures // 4),
        model_hash=base.hash,
        rank=rank,
        logit_mean=times.get("logit_mean", 0.0),
        logit_std=times.get("logit_std", 1.0),
    )
    task = LoraTask(recipe, model, photos, run)
    yield from run_training(task, recipe, run, resume=resume)
    weights, record = finished_run(run)
    save_lora(
        out, model.denoiser_net, _factors(weights), base=base, name=out.resolve().name, rights=rights.strip(),
        pictures=_ledger(photos), training=TrainingRecord(**record), version=version("adfusion"),
    )  # fmt: skip


def check_out(out: Path, resume: bool) -> None:
    """Raises `UserError` if `out` holds something else than a run to go on with."""
    begun = (out / "training").is_dir()
    if not out.exists() or (resume and begun) or (out.is_dir() and not any(out.iterdir())):
        return
    allowed = "a new or empty folder" + (", or --resume" if begun else "")
    raise UserError(f"{out}: found it in use, allowed: {allowed}")


class LoraTask:
    """What the loop needs: `network` holds the adapters alone, so that nothing else is trained or kept."""

    def __init__(self, recipe: LoraRecipe, model: Model, photos: Sequence[Photo], run: Path) -> None:
        self.recipe, self.photos, self.run = recipe, photos, run
        denoiser = copy.deepcopy(model.denoiser_net)
        torch.manual_seed(recipe.seed)
        adapters = LoraConfig(r=recipe.rank, lora_alpha=recipe.rank, target_modules=LAYERS)
        inject_adapter_in_model(adapters, denoiser)
        self.model = replace(model, denoiser_net=denoiser)
        trained = {
            name.replace(".", "/"): weight
            for name, weight in denoiser.named_parameters()
            if weight.requires_grad
        }
        self.network: nn.Module = nn.ParameterDict(trained)
        self.objective = (
            objectives.FlowMatching(recipe.logit_mean, recipe.logit_std)
            if isinstance(model.process, Flow)
            else objectives.MinSNR()
        )

    @torch.no_grad()
    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self._same_pictures()
        self.device = accelerator.device
        for network in (self.model.denoiser_net, self.model.autoencoder, self.model.upsampler):
            network.to(self.device)
        sizes = self.recipe.data.sizes
        self.brand: dict[Size, list[Example]] = {size: [] for size in sizes}
        self.prior: dict[Size, list[Example]] = {size: [] for size in sizes}
        total = len(self.photos) + self.recipe.data.scenes
        for photo in self.photos:
            size = nearest_bucket(photo.image, sizes)
            fitted = np.asarray(ImageOps.fit(photo.image, size, Image.Resampling.LANCZOS))
            self.brand[size] += self._encode(fitted[None], [photo.caption])
        yield TrainingProgress(len(self.photos), total, message="reading pictures")
        done = len(self.photos)
        for index, numbers in enumerate(np.array_split(np.arange(self.recipe.data.scenes), len(sizes))):
            size = sizes[index]
            scenes = [
                random_scene(self.recipe.data.first + int(number), nearest_aspect(*size))
                for number in numbers
            ]
            if scenes:
                self.prior[size] = self._encode(render(scenes, size=size).rgb, [caption(s) for s in scenes])
            done += len(scenes)
            yield TrainingProgress(done, total, message="rendering scenes")
        self.nothing = self.model.text_encoder.encode([""]).states[0]

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        rng = step_rng(recipe.seed, step)
        examples = self._batch(rng)
        kept = rng.random(len(examples)) >= recipe.drop_caption
        texts = [each.text if keep else self.nothing for each, keep in zip(examples, kept, strict=True)]
        text = pad(texts[share])
        x_0 = torch.stack([each.latents for each in examples])
        random = generator_of(recipe.seed, step)
        t = self.objective.times(len(x_0), random)[share].to(self.device)
        noise = torch.randn(x_0.shape, generator=random)[share].to(self.device)
        states, mask = text.states.to(self.device), text.mask.to(self.device)
        losses = objectives.loss(
            lambda x_t, at: self.model.denoiser_net(x_t, at, states, mask),
            x_0[share].to(self.device), t, noise, self.model.process, self.model.card.prediction,
            self.objective,
        )  # fmt: skip
        return losses.mean()

    def _batch(self, rng: np.random.Generator) -> list[Example]:
        """The brand's pictures, then scenes, all of one size; sizes come as often as pictures have them."""
        counts = np.array([len(examples) for examples in self.brand.values()])
        size = list(self.brand)[rng.choice(len(counts), p=counts / counts.sum())]
        scenes = round(self.recipe.prior * self.recipe.batch) if self.prior[size] else 0
        wanted = ((self.brand[size], self.recipe.batch - scenes), (self.prior[size], scenes))
        return [examples[index] for examples, count in wanted for index in _drawn(rng, len(examples), count)]

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """Above, up to five of the pictures; below, what is drawn for their words; last, a neutral prompt."""
        model, defaults = self.model, self.model.card.defaults
        size = max(self.brand, key=lambda size: len(self.brand[size]))
        photos = [each for each in self.photos if nearest_bucket(each.image, list(self.brand)) == size][:5]
        prompts = [*(each.caption for each in photos), NEUTRAL]
        denoise = model.denoiser(prompts)
        if defaults.guidance_scale != 1:
            denoise = guided(denoise, model.denoiser([""] * len(prompts)), defaults.guidance_scale)
        streams = Streams(range(len(prompts)), self.device)
        noise = streams.randn(model.latent_shape(*size))
        sampler, times = SAMPLERS[defaults.sampler], model.times(defaults.steps)
        *_, last = sampler(denoise, noise, times, model.process, streams=streams)
        sheet = Image.new("RGB", (len(prompts) * size[0], 2 * size[1]), "white")
        for column, photo in enumerate(photos):
            sheet.paste(ImageOps.fit(photo.image, size, Image.Resampling.LANCZOS), (column * size[0], 0))
        for column, picture in enumerate(to_pictures(model.decode(last.x_t))):
            sheet.paste(Image.fromarray(picture), (column * size[0], size[1]))
        return sheet

    def _same_pictures(self) -> None:
        """Write down what the run learns from; a resumed one has to learn from the same."""
        path, now = self.run / "pictures.json", [each.model_dump() for each in _ledger(self.photos)]
        if (self.run / "checkpoint.safetensors").exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            changed = [each["file"] for each in [*now, *before] if each not in before or each not in now]
            if changed:
                raise UserError(f"{path}: {changed[0]}: found it changed since the run began; start anew")
        files.write_text(path, json.dumps(now, indent=2, ensure_ascii=False) + "\n")

    def _encode(self, pictures: np.ndarray, captions: Sequence[str]) -> list[Example]:
        text = self.model.text_encoder.encode(captions)
        latents = torch.cat(
            [
                self.model.encode(to_pixels(part).to(self.device))
                for part in np.array_split(pictures, math.ceil(len(pictures) / 32))
            ]
        )
        return [
            Example(latent.cpu(), states[mask].cpu())
            for latent, states, mask in zip(latents, text.states, text.mask, strict=True)
        ]


def _ledger(photos: Sequence[Photo]) -> list[LearntPicture]:
    return [LearntPicture(file=each.file, sha256=each.sha256, caption=each.caption) for each in photos]


def _drawn(rng: np.random.Generator, count: int, wanted: int) -> np.ndarray:
    """`wanted` indices below `count`, each as often as any other, give or take one."""
    rounds = [rng.permutation(count) for _ in range(-(-wanted // count))] if wanted else [np.empty(0, int)]
    return np.concatenate(rounds)[:wanted]


def _factors(weights: dict[str, Tensor]) -> Factors:
    """peft's names for the factors, taken apart: `…/mlp/0/lora_A/default/weight`."""
    layers = dict.fromkeys(name.split("/lora_")[0] for name in weights)
    return {
        layer.replace("/", "."): (
            weights[f"{layer}/lora_A/default/weight"], weights[f"{layer}/lora_B/default/weight"],
        )
        for layer in layers
    }  # fmt: skip
