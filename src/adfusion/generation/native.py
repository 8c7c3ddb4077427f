"""Pictures from a model of this package."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import torch

from adfusion.diffusion.samplers import SAMPLERS
from adfusion.errors import UserError
from adfusion.generation.backend import Backend
from adfusion.generation.batching import largest_batch
from adfusion.generation.drawing import Drawing, MarkNoise, kind, windows_of
from adfusion.generation.editing.windows import Window
from adfusion.generation.lora import LoraUse
from adfusion.generation.request import EDITS, Picture, Progress, Request
from adfusion.models import Model
from adfusion.models.lora import WEIGHTS, fitting_lora, with_loras

MERGED = 4
"""Sets of LoRAs whose networks are kept."""
CHECKED = 256
"""LoRAs that are known to fit."""


class NativeGenerator(Backend):
    """Draws with a `Model`: noise → latent → picture → picture at full size.

    `batch_size` pictures of equal size and settings are drawn together, by default as many as pay and fit
    into memory. It changes speed and memory, and pictures by no more than rounding. `sizes` are of finished
    pictures: what the decoder gives, enlarged by the upsampler.

    A distilled model has one sampler of its own. With a `teacher`, loaded when first needed, all others work
    too, and are chosen for what needs many steps: edits, negative prompts and LoRAs. Those are merged into a
    copy of its denoiser, once for each set of them.
    """

    edits = tuple(name for name in EDITS if name != "control")
    lora_weights = WEIGHTS

    def __init__(
        self, model: Model, batch_size: int | None = None, teacher: Callable[[], Model] | None = None
    ) -> None:
        self.model = model
        self.batch_size = batch_size
        self._load_teacher = teacher
        self.mark_noise: MarkNoise | None = None
        self._merged = lru_cache(MERGED)(self._merge)
        self._ensure_fits = lru_cache(CHECKED)(self._fit)
        card, scale = model.card, model.upsampler.config.scale
        self.name, self.model_hash, self.license = card.name, model.hash, card.license
        self.sizes = tuple((scale * width, scale * height) for width, height in card.sizes)
        others = () if model.distilled and teacher is None else SAMPLERS
        self.samplers = tuple(dict.fromkeys((card.defaults.sampler, *others)))
        self.steps, self.guidance_scale = card.defaults.steps, card.defaults.guidance_scale
        self.noise_scale = card.defaults.noise_scale

    @cached_property
    def teacher(self) -> Model:
        """The model of many steps: `model` itself, or what a distilled one learnt from."""
        if not self.model.distilled:
            return self.model
        if self._load_teacher is None:
            raise UserError(f"{self.name}: found a model of few steps without its teacher")
        return self._load_teacher()

    def sampling(self, sampler: str | None, request: Request) -> tuple[str, int]:
        own = self.samplers[0]
        if (sampler or own) == own and not (
            sampler is None and self.model.distilled and _many_steps(request)
        ):
            return own, self.steps
        defaults = self.teacher.card.defaults
        return sampler or defaults.sampler, defaults.steps

    def drew(self, picture: Picture) -> bool:
        return super().drew(picture) or (
            self._load_teacher is not None and picture.model_hash == self.teacher.hash
        )

    def check(self, request: Request) -> None:
        super().check(request)
        if request.noise_mark and self.mark_noise is None:
            raise UserError(
                "noise_mark: found a picture drawn from marked noise, allowed: with the key, which "
                "`provenance.marked_noise.lend_key` gives to a model"
            )
        if self._jumps(request) and (unable := _many_steps(request)):
            allowed = ", ".join(self.samplers[1:]) or f"none: {self.name} cannot do this edit"
            raise UserError(
                f"sampler: found {request.sampler!r} for {unable[0]}, which needs many steps, "
                f"allowed: {allowed}"
            )

    def check_lora(self, lora: LoraUse) -> None:
        super().check_lora(lora)
        self._ensure_fits(lora)

    def _fit(self, lora: LoraUse) -> None:
        fitting_lora(self.teacher, self.at_hand(lora).file.parent)

    def _merge(self, loras: tuple[LoraUse, ...]) -> Model:
        found = ((self.at_hand(lora).file.parent, lora.weight) for lora in loras)
        return with_loras(self.teacher, list(found))

    def _jumps(self, request: Request) -> bool:
        return self.model.distilled and request.sampler == self.samplers[0]

    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        batches = [
            (self.model if self._jumps(batch[0]) else self.teacher, batch, windows)
            for batch, windows in self._batches(requests)
        ]
        total = sum(len(Drawing(*batch)) for batch in batches)
        done = 0
        for base, batch, windows in batches:
            model = self._merged(batch[0].loras) if batch[0].loras else base
            drawing = Drawing(model, batch, windows, self.mark_noise)
            for event in drawing:
                if isinstance(event, Picture):
                    yield replace(event, model=base.card.name, model_hash=base.hash)
                else:
                    done += 1
                    yield Progress(done, total, drawing.requests, event)

    def _batches(self, requests: Sequence[Request]) -> Iterator[tuple[list[Request], tuple[Window, ...]]]:
        """Each distinct request once, those of one kind together, kinds in order of appearance."""
        groups: dict[tuple[object, tuple[Window, ...]], dict[Request, None]] = {}
        for request in requests:
            key = kind(request), windows_of(request, self.sizes)
            groups.setdefault(key, {})[request] = None
        for (_, windows), group in groups.items():
            members = list(group)
            most = self.batch_size or largest_batch(self.model, members[0].size)
            for start in range(0, len(members), most):
                yield members[start : start + most], windows


def number_format(memory: str) -> torch.dtype:
    """What `memory` asks for; by default float32, so that every machine draws the same picture. Raises
    `UserError` for other words."""
    formats = {"auto": torch.float32, "float32": torch.float32, "bfloat16": torch.bfloat16}
    if memory not in formats:
        raise UserError(f"memory: found {memory!r}, allowed for models of this package: {', '.join(formats)}")
    return formats[memory]


def _many_steps(request: Request) -> list[str]:
    """What is asked that a distilled model cannot follow; its teacher can."""
    asked = {*request.edits(), *(name for name in ("negative_prompt", "loras") if getattr(request, name))}
    return sorted(asked - {"toward"})
