"""Pictures from a model of this package."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from PIL import Image
from torch import Tensor

from adfusion.diffusion.guidance import guided
from adfusion.diffusion.samplers import SAMPLERS
from adfusion.diffusion.streams import Streams
from adfusion.generation.generator import Run
from adfusion.generation.request import Picture, Progress, Request, Size, check
from adfusion.models import Model
from adfusion.pixels import to_pictures


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
        )
        check(request, self.sizes, SAMPLERS)
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
                check(request, self.sizes, SAMPLERS)
        return Run(requests, self._draw_all(requests))

    def _draw_all(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        batches = list(_batches(requests, self.batch_size))
        total = sum(batch[0].steps for batch in batches)
        done = 0
        for batch in batches:
            for event in self._draw(batch):
                if isinstance(event, Picture):
                    yield event
                else:
                    done += 1
                    yield Progress(done, total, tuple(batch), event)

    def _draw(self, batch: Sequence[Request]) -> Iterator[Callable[[], tuple[Image.Image, ...]] | Picture]:
        """A preview for each step, then the pictures. All of `batch` share `_settings`."""
        first, model = batch[0], self.model
        scale = model.upsampler.config.scale
        shape = model.latent_shape(first.width // scale, first.height // scale)
        with torch.no_grad():
            denoise = model.denoiser([request.prompt for request in batch])
            if first.guidance_scale != 1:
                negative = model.denoiser([request.negative_prompt for request in batch])
                denoise = guided(denoise, negative, first.guidance_scale)
        streams = Streams([request.seed for request in batch], model.device)
        steps = SAMPLERS[first.sampler](
            _without_gradients(denoise),
            streams.randn(shape),
            model.times(first.steps),
            model.process,
            streams=streams,
        )
        for step in steps:
            yield partial(self._previews, step.sample)
        for request, image in zip(batch, self._finish(step.sample), strict=True):
            yield Picture(request, image, self.name, self.model_hash)

    @torch.no_grad()
    def _previews(self, latents: Tensor) -> tuple[Image.Image, ...]:
        return _images(self.model.decode(latents))

    @torch.no_grad()
    def _finish(self, latents: Tensor) -> tuple[Image.Image, ...]:
        return _images(self.model.upsample(self.model.decode(latents)))


def _settings(request: Request) -> tuple[object, ...]:
    return request.size, request.steps, request.sampler, request.guidance_scale


def _batches(requests: Sequence[Request], batch_size: int) -> Iterator[list[Request]]:
    """Each distinct request once, those of equal settings together, settings in order of appearance."""
    groups: dict[tuple[object, ...], dict[Request, None]] = {}
    for request in requests:
        groups.setdefault(_settings(request), {})[request] = None
    for group in groups.values():
        members = list(group)
        for start in range(0, len(members), batch_size):
            yield members[start : start + batch_size]


def _without_gradients(denoise: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Only around the network: a mode that spans a `yield` would leak into whoever iterates."""

    def call(x_t: Tensor, t: Tensor) -> Tensor:
        with torch.no_grad():
            return denoise(x_t, t)

    return call


def _images(pixels: Tensor) -> tuple[Image.Image, ...]:
    """Pixels (b 3 h w), clamped to [-1, 1], to RGB images of 8 bits."""
    return tuple(Image.fromarray(picture) for picture in to_pictures(pixels))
