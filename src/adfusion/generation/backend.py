"""What all backends have in common: checked requests, and runs of words or requests."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from typing import Unpack

from adfusion.errors import UserError
from adfusion.generation.editing.editor import Editor
from adfusion.generation.generator import Run
from adfusion.generation.lora import LoraUse
from adfusion.generation.request import Edits, Picture, Progress, Request, Size, check


class Backend(ABC):
    """A `Generator`; what is left to each is the drawing."""

    name: str
    model_hash: str
    sizes: tuple[Size, ...]
    samplers: tuple[str, ...]
    """The first is the default."""
    edits: Collection[str]
    """Those of `EDITS` that it can do."""
    steps: int
    guidance_scale: float
    noise_scale: float | None = None
    """Of the noise that pictures are drawn from; `None` where it cannot be chosen."""
    license: str
    notes: tuple[str, ...] = ()
    """What a person should read once: licence, memory."""
    loras: tuple[LoraUse, ...] = ()
    """Of requests that name none; and at hand for those that were read back from a file."""
    lora_weights: tuple[float, float] | None = None
    """Least and most weight of a LoRA; `None` where it takes none."""

    @property
    def edit(self) -> Editor:
        """Changes of pictures: `edit.inpaint(picture, mask, prompt)` and others, as far as the model can."""
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
        noise_scale: float | None = None,
        loras: Sequence[LoraUse] | None = None,
        as_written: bool = False,
        **edits: Unpack[Edits],
    ) -> Request:
        """A checked request; `None` is the model's own default. Raises `UserError`."""
        width, height = size or self.sizes[0]
        if noise_scale is None:
            noise_scale = 1.0 if edits.get("initial") or self.noise_scale is None else self.noise_scale
        request = Request(
            prompt=prompt,
            width=width,
            height=height,
            seed=seed,
            steps=0,
            guidance_scale=self.guidance_scale if guidance_scale is None else guidance_scale,
            sampler="",
            negative_prompt=negative_prompt,
            loras=tuple(each for each in (self.loras if loras is None else loras) if each.weight),
            as_written=as_written,
            noise_scale=noise_scale,
            **edits,
        )
        chosen, usual_steps = self.sampling(sampler, request)
        request = dataclasses.replace(request, sampler=chosen, steps=usual_steps if steps is None else steps)
        self.check(request)
        return request

    def sampling(self, sampler: str | None, request: Request) -> tuple[str, int]:
        """The sampler for `request`, unless one is asked for, and its usual number of steps."""
        return sampler or self.samplers[0], self.steps

    def drew(self, picture: Picture) -> bool:
        """Whether it can draw `picture` again."""
        return picture.model_hash == self.model_hash

    def check(self, request: Request) -> None:
        """Raises `UserError` for what the backend cannot draw."""
        if unable := sorted(request.edits().keys() - set(self.edits)):
            able = ", ".join(sorted(self.edits)) or "none"
            raise UserError(f"{unable[0]}: {self.name} cannot do this edit, allowed: {able}")
        if request.noise_scale != 1 and self.noise_scale is None:
            raise UserError(f"noise_scale: found {request.noise_scale:g}, allowed by {self.name}: 1")
        check(request, self.sizes, self.samplers, self.edits)
        for lora in request.loras:
            self.check_lora(lora)

    def check_lora(self, lora: LoraUse) -> None:
        """Raises `UserError` for a LoRA that the backend cannot draw with."""
        if self.lora_weights is None:
            raise UserError(f"lora {lora.name}: {self.name} takes none")
        least, most = self.lora_weights
        if not least <= lora.weight <= most:
            raise UserError(
                f"lora {lora.name}: weight: found {lora.weight:g}, allowed: {least:g} to {most:g}"
            )

    def at_hand(self, lora: LoraUse) -> LoraUse:
        """The same with its file, where the backend was opened with it."""
        known = (each for each in self.loras if each.sha256 == lora.sha256)
        return lora if lora.path is not None else next(known, lora)

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
        noise_scale: float | None = None,
        loras: Sequence[LoraUse] | None = None,
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
                    noise_scale=noise_scale,
                    loras=loras,
                )
                for index in range(n)
            ]
        else:
            requests = [wanted] if isinstance(wanted, Request) else list(wanted)
            for request in requests:
                self.check(request)
        return Run(requests, self._draw(tuple(dict.fromkeys(requests))))

    @abstractmethod
    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        """The pictures of distinct, checked requests."""
