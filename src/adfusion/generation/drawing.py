"""One batch of requests through a `Model`: noise → latents → pixels, in place where a picture is edited."""

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cached_property
from typing import ParamSpec

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from einops import rearrange
from PIL import Image, ImageOps
from torch import Tensor

from adfusion.diffusion import SAMPLERS, Denoiser, Step, Streams, guided
from adfusion.diffusion.editing import blended, known, masked, remaining, tiled
from adfusion.diffusion.interpolation import slerp
from adfusion.diffusion.inversion import following, invert, retracing
from adfusion.diffusion.samplers import MeanVelocity, mean_flow
from adfusion.generation.editing.compositing import composed, matched, opacity
from adfusion.generation.editing.windows import Window, windows
from adfusion.generation.request import Picture, Request, Size, Toward
from adfusion.models import Model
from adfusion.pixels import to_pictures, to_pixels

Preview = Callable[[], tuple[Image.Image, ...]]
MarkNoise = Callable[[str, Tensor], Tensor]
"""`(Request.noise_mark, plain noise) -> marked noise`."""
P = ParamSpec("P")

LATENT_WRAP, PIXEL_WRAP = 16, 20
"""Rows and columns of the opposite edge that decoder and upsampler see around a tile."""
ENLARGED = 4
"""Pictures that are enlarged together: the largest arrays of all, and no faster in larger batches."""


def windows_of(request: Request, sizes: Sequence[Size]) -> tuple[Window, ...]:
    """The parts of the picture that are drawn one after the other: one, of all, unless edited in place."""
    if not request.in_place:
        return (Window(0, 0, *request.size, request.size),)
    return windows(_mask(request) > 0, sizes)


def kind(request: Request) -> tuple[object, ...]:
    """What requests of one batch share, beside their windows: the same evaluations on the same shapes."""
    settings = request.size, request.steps, request.sampler, request.guidance_scale, request.strength
    given = request.initial is None, request.mask is None, request.initial_prompt is None
    toward = tuple((step.seed is None, step.prompt is None) for step in request.toward)
    return settings, given, toward, request.tile, request.loras, request.as_written


class Drawing:
    """One batch on its way: requests of one `kind`, with the same windows. Iterated once."""

    def __init__(
        self,
        model: Model,
        requests: Sequence[Request],
        windows: Sequence[Window],
        mark_noise: MarkNoise | None = None,
    ) -> None:
        self.model, self.requests, self.windows = model, tuple(requests), windows
        self._mark_noise = mark_noise
        self._like = requests[0]
        self._times = remaining(model.times(self._like.steps), self._like.strength)

    def __len__(self) -> int:
        """Steps, and so previews."""
        passes = 1 if self._like.initial_prompt is None else 2
        return len(self.windows) * passes * (len(self._times) - 1)

    @cached_property
    def _streams(self) -> Streams:
        return Streams([request.seed for request in self.requests], self.model.device)

    @cached_property
    def _toward(self) -> list[tuple[tuple[Toward, ...], Streams]]:
        """The first step of each request, the second of each, and so on; and the noises they lead to."""
        steps = zip(*(request.toward for request in self.requests), strict=True)
        return [(each, Streams([step.seed or 0 for step in each], self.model.device)) for each in steps]

    def __iter__(self) -> Iterator[Preview | Picture]:
        """A preview for each step, then the pictures."""
        draw = self._edited if self._like.in_place else self._fresh
        images = yield from draw()
        dtype = next(self.model.denoiser_net.parameters()).dtype
        number_format = "" if dtype == torch.float32 else str(dtype).removeprefix("torch.")
        for request, image, words in zip(self.requests, images, self._prompts, strict=True):
            yield Picture(
                request,
                Image.fromarray(image),
                self.model.card.name,
                self.model.hash,
                read_as="" if words == request.prompt else words,
                computed_in=number_format,
            )

    @cached_property
    def _prompts(self) -> list[str]:
        """The words to draw each picture from."""
        prompts = [request.prompt for request in self.requests]
        return self._words(prompts, [request.seed for request in self.requests])

    @cached_property
    def _other_words(self) -> list[tuple[list[str], Tensor]]:
        """For each step towards other words: those, completed by their own seeds, and its amounts."""
        others = []
        for steps, _ in self._toward:
            if steps[0].prompt is not None:
                pairs = zip(steps, self.requests, strict=True)
                seeds = [request.seed if step.seed is None else step.seed for step, request in pairs]
                words = self._words([str(step.prompt) for step in steps], seeds)
                others.append((words, torch.tensor([step.amount for step in steps])))
        return [(words, amounts) for words, amounts in others if words != self._prompts]

    def _fresh(self) -> Generator[Preview, None, npt.NDArray[np.uint8]]:
        """Whole pictures of the model's own size."""
        initial = None
        if self._like.initial is not None:
            fitted = [ImageOps.fit(_initial(request), request.size) for request in self.requests]
            initial = self._encode(self._small(fitted, self._like.size))
        latents = yield from self._sample(self._like.size, initial)
        parts = (latents[start : start + ENLARGED] for start in range(0, len(latents), ENLARGED))
        return np.concatenate([to_pictures(self.decode(part)) for part in parts])

    def _edited(self) -> Generator[Preview, None, list[npt.NDArray[np.uint8]]]:
        """The initial pictures, window after window; each window sees what the earlier ones have drawn."""
        pictures = [np.array(_initial(request)) for request in self.requests]
        masks = [_mask(request) for request in self.requests]
        for window in self.windows:
            parts = [picture[window.part] for picture in pictures]
            redraw = [mask[window.part] for mask in masks]
            small = self._small([Image.fromarray(part) for part in parts], window.size)
            initial = self._encode(small)
            latents = yield from self._sample(window.size, initial, redraw)
            if self._like.initial_prompt is None:
                enlarged = _resized(self._decode_into(small, latents, redraw), parts)
            else:
                # Only the edit: what the autoencoder loses of the picture is no part of it.
                change = self.decode(latents) - self.decode(initial)
                enlarged = _resized(change, parts) + to_pixels(np.stack(parts))
            levels = rearrange((enlarged + 1) * 127.5, "b c h w -> b h w c").numpy()
            for part, mask, new in zip(parts, redraw, levels, strict=True):
                part[:] = composed(part, new, opacity(mask))
                mask[:] = 0
        return pictures

    def _sample(
        self, size: Size, initial: Tensor | None, redraw: Sequence[npt.NDArray[np.uint8]] | None = None
    ) -> Generator[Preview, None, Tensor]:
        """Latents of pictures of `size`; `initial` are those of the initial pictures."""
        if self.model.distilled:
            return (yield from self._jump(size))
        like, process, times = self._like, self.model.process, self._times
        denoise, noise, x_0 = self._denoiser(), self._noise(size), None
        if initial is not None:
            outside = known(initial)
            if like.initial_prompt is not None:
                source = self._denoiser_of(
                    self._words([str(request.initial_prompt) for request in self.requests])
                )
                states = [initial]
                for step in invert(source, initial, times, process):
                    states.insert(0, step.x_t)
                    yield self._preview(step)
                noise = states[0] / process.sigma(times[0]).to(initial)
                outside = following(states, times, process)
                denoise = retracing(denoise, source, states, times, process)
            elif like.strength < 1:
                x_0 = initial
            if redraw is not None:
                denoise = masked(denoise, outside, _shares(redraw, initial))
        sampler = SAMPLERS[like.sampler]
        for step in sampler(denoise, noise, times, process, x_0=x_0, streams=self._streams):
            yield self._preview(step)
        return step.x_t

    def _jump(self, size: Size) -> Generator[Preview, None, Tensor]:
        """Latents of pictures of `size`, by a distilled model, which draws from words and noise alone."""
        velocity = self._velocity_of(self._prompts)
        for words, amounts in self._other_words:
            velocity = blended(velocity, self._velocity_of(words), amounts)
        for step in mean_flow(velocity, self._noise(size), self._times, self.model.process):
            yield self._preview(step)
        return step.x_t

    def _velocity_of(self, prompts: Sequence[str]) -> MeanVelocity:
        with torch.no_grad():
            return _without_gradients(self.model.mean_velocity(prompts, self._like.guidance_scale))

    def _denoiser(self) -> Denoiser:
        """All that words, guidance and tiling say."""
        like = self._like
        prompts = self._prompts
        denoise = self._denoiser_of(prompts)
        for words, amounts in self._other_words:
            denoise = blended(denoise, self._denoiser_of(words), amounts)
        if like.guidance_scale != 1:
            # Guided from the words of the initial picture, equal words change nothing, at any scale.
            away = [
                request.negative_prompt
                if request.initial_prompt is None
                else self._words([request.initial_prompt])[0]
                for request in self.requests
            ]
            both = None if self._other_words else self._denoiser_of([*prompts, *away])
            denoise = guided(denoise, self._denoiser_of(away), like.guidance_scale, both=both)
        return tiled(denoise) if like.tile else denoise

    def _denoiser_of(self, prompts: Sequence[str]) -> Denoiser:
        with torch.no_grad():
            return _without_gradients(self.model.denoiser(prompts))

    def _words(self, prompts: Sequence[str], seeds: Sequence[int] | None = None) -> list[str]:
        """What the model is given for prompts. Negative ones stay as they are: they name no scene.

        What prompts leave open is chosen by `seeds`, unless there is a picture to start from, which shows it.
        """
        if self._like.as_written:
            return list(prompts)
        return self.model.read(prompts, seeds if self._like.initial is None else None)

    def _noise(self, size: Size) -> Tensor:
        shape = self.model.latent_shape(*self._small_size(size))
        noise = self._marked(self._streams.randn(shape), self.requests)
        for steps, streams in self._toward:
            if steps[0].seed is not None:
                ends = zip(noise, self._marked(streams.randn(shape), steps), steps, strict=True)
                noise = torch.stack([slerp(a, b, step.amount) for a, b, step in ends])
        scales = torch.tensor([request.noise_scale for request in self.requests])
        return noise * scales.view(-1, 1, 1, 1).to(noise)

    def _marked(self, noise: Tensor, whose: Sequence[Request | Toward]) -> Tensor:
        if (mark := self._mark_noise) is None:
            return noise
        marks = (each.noise_mark for each in whose)
        return torch.stack([mark(name, one) if name else one for one, name in zip(noise, marks, strict=True)])

    def _small_size(self, size: Size) -> Size:
        """Before the upsampler."""
        scale = self.model.upsampler.config.scale
        return size[0] // scale, size[1] // scale

    def _small(self, images: Sequence[Image.Image], size: Size) -> Tensor:
        """Pixels (b 3 h w) as the autoencoder takes them, for pictures of `size`."""
        small = [image.resize(self._small_size(size), Image.Resampling.LANCZOS) for image in images]
        return to_pixels(np.stack([np.asarray(image) for image in small])).to(self.model.device)

    @torch.no_grad()
    def _encode(self, small: Tensor) -> Tensor:
        return self.model.encode(small)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Pixels (b 3 h w) at full size."""
        if not self._like.tile:
            return self.model.upsample(self.model.decode(latents))
        return _wrapped(self.model.upsample, _wrapped(self.model.decode, latents, LATENT_WRAP), PIXEL_WRAP)

    @torch.no_grad()
    def _decode_into(self, small: Tensor, latents: Tensor, masks: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
        """`decode`, in the colours of the pictures `small` that it is put into."""
        drawn = self.model.decode(latents)
        redraw = _shares(masks, small) > 0
        pictures = [
            matched(new.numpy(), old.numpy(), where.numpy())
            for new, old, where in zip(
                rearrange(drawn, "b c h w -> b h w c").cpu(),
                rearrange(small, "b c h w -> b h w c").cpu(),
                rearrange(redraw, "b 1 h w -> b h w").cpu(),
                strict=True,
            )
        ]
        fitting = rearrange(torch.from_numpy(np.stack(pictures)), "b h w c -> b c h w")
        return self.model.upsample(fitting.to(drawn))

    def _preview(self, step: Step) -> Preview:
        @torch.no_grad()
        def decode() -> tuple[Image.Image, ...]:
            return tuple(Image.fromarray(picture) for picture in to_pictures(self.model.decode(step.sample)))

        return decode


def _initial(request: Request) -> Image.Image:
    assert request.initial is not None
    return request.initial.image


def _mask(request: Request) -> npt.NDArray[np.uint8]:
    """(height, width), 255 where the picture is redrawn; without a mask that is everywhere."""
    if request.mask is None:
        return np.full((request.height, request.width), 255, np.uint8)
    return np.array(request.mask.image)


def _shares(masks: Sequence[npt.NDArray[np.uint8]], like: Tensor) -> Tensor:
    """The share of each point of `like` (b c h w) that is redrawn: (b 1 h w) in [0, 1]."""
    height, width = like.shape[-2:]
    shares = [Image.fromarray(mask).resize((width, height), Image.Resampling.BOX) for mask in masks]
    return torch.from_numpy(np.stack([np.array(share) for share in shares]))[:, None].to(like) / 255


def _resized(pixels: Tensor, parts: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    """`pixels` (b 3 h w) at the size of `parts`, on the CPU."""
    return F.interpolate(pixels, parts[0].shape[:2], mode="bicubic", antialias=True).cpu()


def _wrapped(network: Callable[[Tensor], Tensor], x: Tensor, margin: int) -> Tensor:
    """`network` on a tile: what lies beyond an edge of `x` (b c h w) is what lies inside the opposite one."""
    rows, columns = (torch.arange(-margin, side + margin) % side for side in x.shape[-2:])
    y = network(x[..., rows[:, None], columns])
    scale = y.shape[-1] // (x.shape[-1] + 2 * margin)
    return y[..., scale * margin : -scale * margin, scale * margin : -scale * margin]


def _without_gradients(network: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Only around the network: a mode that spans a `yield` would leak into whoever iterates."""

    def call(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        with torch.no_grad():
            return network(*args, **kwargs)

    return call
