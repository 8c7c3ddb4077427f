"""Pictures from pretrained models, through the pipelines of `diffusers`."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Self

import torch
from PIL import Image, ImageOps

from adfusion import files
from adfusion.errors import UserError
from adfusion.generation.backend import Backend
from adfusion.generation.diffusers import loading, weights
from adfusion.generation.diffusers.adapters import Adapters
from adfusion.generation.diffusers.license import license_of
from adfusion.generation.diffusers.noise import movable, moved
from adfusion.generation.diffusers.pipelines import (
    Kind,
    call_arguments,
    edits_of,
    new_scheduler,
    pipelines_of,
    samplers_of,
    sizes_of,
)
from adfusion.generation.diffusers.previews import decoded, estimate
from adfusion.generation.diffusers.running import iterated, watched
from adfusion.generation.editing.in_place import InPlace
from adfusion.generation.lora import LoraUse
from adfusion.generation.request import Picture, Progress, Request, Size

Preview = Callable[[], tuple[Image.Image, ...]]

MAX_LORA_WEIGHT = 10.0
OUT_OF_MEMORY = "not enough memory: ask for smaller or fewer pictures, or --memory offload or sequential"


class DiffusersGenerator(Backend):
    """Draws with a `diffusers` text-to-image pipeline, and those for image-to-image and inpainting beside it.

    With a ControlNet every request needs a `control` picture. `side` is that of a native square picture,
    where it differs from the family's.
    """

    def __init__(
        self,
        loaded: loading.Loaded,
        *,
        name: str,
        model_hash: str,
        license: str = "not stated",
        side: int | None = None,
    ) -> None:
        self._loaded = loaded
        self._pipes = pipelines_of(loaded.pipe)
        self._adapters = Adapters(loaded.pipe)
        self._own_scheduler = loaded.pipe.scheduler
        self.family = loaded.family
        self.name, self.model_hash, self.license = name, model_hash, license
        self.steps, self.guidance_scale = self.family.steps, self.family.guidance_scale
        self.sizes = sizes_of(loaded.pipe, side or self.family.side)
        self.samplers = samplers_of(self._own_scheduler)
        if self._adapters.able:
            self.lora_weights = (-MAX_LORA_WEIGHT, MAX_LORA_WEIGHT)
        self._follows = getattr(loaded.pipe, "controlnet", None) is not None
        able = {"control": self._follows, "toward": movable(loaded.pipe)}
        self.edits = (*edits_of(self._pipes), *(name for name in able if able[name]))
        self.notes = (f"{name}: licence {license}", f"{self.family.name} on {loaded.device}: {loaded.plan}")

    @classmethod
    def open(
        cls,
        found: weights.Weights,
        *,
        device: str | None = None,
        memory: str = "auto",
        controlnet: Path | None = None,
        side: int | None = None,
    ) -> Self:
        """The model in `found`; see `adfusion.generation.backends.open_generator`. Raises `UserError`."""
        loaded = loading.load(found, device=device, memory=memory, controlnet=controlnet)
        others = [*loading.rest_of(found), *(sorted(controlnet.glob("*.safetensors")) if controlnet else ())]
        parts = [found.hash(), *map(files.sha256, others)]
        model_hash = parts[0] if len(parts) == 1 else sha256("\n".join(parts).encode()).hexdigest()
        license = str(license_of(found.folder))
        return cls(loaded, name=found.name, model_hash=model_hash, license=license, side=side)

    def check(self, request: Request) -> None:
        super().check(request)
        if request.control is None and self._follows:
            raise UserError("control: found no picture, allowed: one that the ControlNet follows")
        if request.initial is not None and request.mask is None and "image" not in self._pipes:
            raise UserError(f"mask: found none, allowed: one, as {self.name} has no image-to-image")
        if request.toward and request.initial is not None:
            raise UserError(f"toward: {self.name} varies what is drawn from words alone, allowed: no picture")
        if any(step.prompt not in (None, request.prompt) for step in request.toward):
            raise UserError(f"toward: {self.name} cannot blend words, allowed: pictures of equal words")
        if request.negative_prompt and self.family.guidance in ("embedded", "none"):
            raise UserError(
                f"negative_prompt: found {request.negative_prompt[:40]!r}, allowed: none: "
                f"{self.family.name} is distilled without it"
            )
        if round(request.steps * request.strength, 6) < 1:
            least = 1 / request.steps
            raise UserError(
                f"strength: found {request.strength:g} of {request.steps} steps, "
                f"allowed: {least:.2g} or more, a whole step"
            )

    def check_lora(self, lora: LoraUse) -> None:
        super().check_lora(lora)
        self._adapters.hold([self.at_hand(lora)])

    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        batches = self._batches(requests)
        evaluations = [self._evaluations(batch[0]) for batch in batches]
        done, total = 0, sum(evaluations)
        for batch, steps in zip(batches, evaluations, strict=True):
            for index, event in enumerate(self._drawing(batch), done + 1):
                if isinstance(event, Picture):
                    yield event
                else:
                    yield Progress(index, total, batch, event)
            done += steps

    def _batches(self, requests: Sequence[Request]) -> list[tuple[Request, ...]]:
        """Requests of one size, settings and LoRAs together; each with a picture to start from alone."""
        groups: dict[object, list[Request]] = {}
        for request in requests:
            settings = request.size, request.steps, request.sampler, request.guidance_scale, request.loras
            groups.setdefault(request if request.edits() else settings, []).append(request)
        size = self._loaded.plan.batch_size
        return [
            tuple(group[start : start + size])
            for group in groups.values()
            for start in range(0, len(group), size)
        ]

    def _evaluations(self, request: Request) -> int:
        parts = len(InPlace(request, self.sizes)) if request.in_place else 1
        return parts * _steps(request)

    def _drawing(self, requests: tuple[Request, ...]) -> Iterator[Preview | Picture]:
        """A preview for each step, then the pictures."""
        draw = self._in_place if requests[0].in_place else self._whole
        images = yield from draw(requests)
        dtype = self._loaded.plan.dtype
        number_format = "" if dtype == "float32" else dtype
        for request, image in zip(requests, images, strict=True):
            yield Picture(request, image, self.name, self.model_hash, computed_in=number_format)

    def _whole(self, requests: tuple[Request, ...]) -> Generator[Preview, None, list[Image.Image]]:
        like = requests[0]
        control = None if like.control is None else like.control.image
        if like.initial is None:
            return (yield from self._call("text", requests, like.size, control))
        initial = ImageOps.fit(like.initial.image, like.size)
        return (yield from self._call("image", requests, like.size, control, image=initial))

    def _in_place(self, requests: tuple[Request, ...]) -> Generator[Preview, None, list[Image.Image]]:
        redrawing = InPlace(requests[0], self.sizes)
        for part in redrawing:
            images = {"image": part.image, "mask_image": part.mask}
            (drawn,) = yield from self._call("inpaint", requests, part.size, part.control, **images)
            redrawing.put(drawn)
        return [redrawing.picture]

    def _call(
        self,
        kind: Kind,
        requests: tuple[Request, ...],
        size: Size,
        control: Image.Image | None,
        **images: Image.Image,
    ) -> Generator[Preview, None, list[Image.Image]]:
        pipe, like = self._pipes[kind], requests[0]
        arguments = call_arguments(pipe, self.family, requests, size, images, control)
        self._adapters.use([self.at_hand(lora) for lora in like.loras])

        def work(tell: Callable[[Any], None]) -> Any:
            def seen(model_output: Any, x_t: Any, output: Any) -> None:
                tell(estimate(scheduler, model_output, x_t, output))

            scheduler = watched(new_scheduler(self._own_scheduler, like.sampler), seen)
            pipe.scheduler = scheduler
            try:
                with moved(pipe, requests) if like.toward else nullcontext():
                    if control is None:
                        return pipe(**arguments)
                    with torch.random.fork_rng():
                        torch.manual_seed(like.seed)  # SD 3 and FLUX encode control pictures with it
                        return pipe(**arguments)
            finally:
                pipe.maybe_free_model_hooks()

        running = iterated(work)
        try:
            for index in count():
                latents = next(running)
                if index < _steps(like):  # some samplers take a step more than they were asked for
                    yield partial(decoded, pipe, latents, size)
        except StopIteration as end:
            result = end.value
        except torch.OutOfMemoryError as error:
            raise UserError(OUT_OF_MEMORY) from error
        except ValueError as error:  # how pipelines refuse their input
            raise UserError(f"{self.name}: {' '.join(str(error).split())[:200]}") from error
        finally:
            running.close()
        if any(getattr(result, "nsfw_content_detected", None) or ()):
            raise UserError(
                f"seed {like.seed}: the safety checker of {self.name} refused the picture, "
                "allowed: other words or another seed"
            )
        return list(result.images)


def _steps(request: Request) -> int:
    return max(1, round(request.steps * request.strength))
