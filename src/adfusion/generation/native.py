"""Pictures from a model of this package."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from adfusion.diffusion.samplers import SAMPLERS
from adfusion.generation.drawing import Drawing, kind, windows_of
from adfusion.generation.editing.editor import Editor
from adfusion.generation.editing.windows import Window
from adfusion.generation.generator import Run
from adfusion.generation.request import EDITS, Edits, Picture, Progress, Request, Size, check
from adfusion.models import Model


class NativeGenerator:
    """Draws with a `Model`: noise → latent → picture → picture at full size.

    `batch_size` pictures of equal size and settings are drawn together. It changes speed and memory, and
    pictures by no more than rounding.
    """

    def __init__(self, model: Model, batch_size: int = 8) -> None:
        self.model = model
        self.batch_size = batch_size

    @property
    def name(self) -> str:
        return self.model.card.name

    @property
    def model_hash(self) -> str:
        return self.model.hash

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Of finished pictures: what the decoder gives, enlarged by the upsampler."""
        scale = self.model.upsampler.config.scale
        return tuple((scale * width, scale * height) for width, height in self.model.card.sizes)

    @property
    def edit(self) -> Editor:
        """Changes of pictures: `edit.inpaint(picture, mask, prompt)` and others."""
        return Editor(self)

    def request(
        self,
        prompt: str,
        *,
        seed: int = 0,
        size: Size | None = None,
        steps: int | None = None,
        guidance_scale: float | None = None,
        sampler: str | None = None,
        negative_prompt: str = "",
        **edits: Unpack[Edits],
    ) -> Request:
        """A checked request; `None` is the model's own default. Raises `UserError`."""
        defaults = self.model.card.defaults
        width, height = size or self.sizes[0]
        request = Request(
            prompt=prompt,
            width=width,
            height=height,
            seed=seed,
            steps=defaults.steps if steps is None else steps,
            guidance_scale=defaults.guidance_scale if guidance_scale is None else guidance_scale,
            sampler=defaults.sampler if sampler is None else sampler,
            negative_prompt=negative_prompt,
            **edits,
        )
        check(request, self.sizes, SAMPLERS, EDITS)
        return request

    def generate(
        self,
        wanted: str | Request | Sequence[Request],
        *,
        n: int = 1,
        seed: int = 0,
        size: Size | None = None,
        steps: int | None = None,
        guidance_scale: float | None = None,
        sampler: str | None = None,
        negative_prompt: str = "",
    ) -> Run:
        """Pictures of a prompt with `n` seeds counting up from `seed`, or of complete requests.

        The settings go with a prompt; a `Request` has its own. Raises `UserError` before any work is done.
        """
        if isinstance(wanted, str):
            requests = [
                self.request(
                    wanted,
                    seed=seed + index,
                    size=size,
                    steps=steps,
                    guidance_scale=guidance_scale,
                    sampler=sampler,
                    negative_prompt=negative_prompt,
                )
                for index in range(n)
            ]
        else:
            requests = [wanted] if isinstance(wanted, Request) else list(wanted)
            for request in requests:
                check(request, self.sizes, SAMPLERS, EDITS)
        return Run(requests, self._draw_all(requests))

    def _draw_all(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        drawings = [Drawing(self.model, batch, windows) for batch, windows in self._batches(requests)]
        total = sum(len(drawing) for drawing in drawings)
        done = 0
        for drawing in drawings:
            for event in drawing:
                if isinstance(event, Picture):
                    yield event
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
            for start in range(0, len(members), self.batch_size):
                yield members[start : start + self.batch_size], windows
