"""Each edit in words: what it asks of a generator."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from PIL import Image

from adfusion.errors import UserError
from adfusion.generation.editing.canvas import extended
from adfusion.generation.inputs import InputImage
from adfusion.generation.lora import LoraUse
from adfusion.generation.request import Picture, Request, Size, Toward
from adfusion.generation.size import nearest_size

if TYPE_CHECKING:
    from adfusion.generation.generator import Generator, Run

AMOUNTS = {"subtle": 0.15, "strong": 0.45}
"""How far variations go on the way to another noise."""
RECOLOR_STRENGTH = 0.75
OUTPAINT_STRENGTH = 0.5


class Settings(TypedDict, total=False):
    """Of a picture; what is left out is the model's own default."""

    seed: int
    steps: int | None
    guidance_scale: float | None
    sampler: str | None
    negative_prompt: str
    control: InputImage | None
    loras: Sequence[LoraUse] | None


class Editor:
    """Edits with any `Generator`. Each call checks its input, raises `UserError`, and gives a `Run`.

    Pictures are PIL images, or `Picture`s where their own request matters. Several results (`n`) have seeds
    that count up from `seed`.
    """

    def __init__(self, generator: "Generator") -> None:
        self.generator = generator

    def image(
        self,
        picture: Image.Image,
        prompt: str,
        *,
        strength: float = 0.6,
        size: Size | None = None,
        n: int = 1,
        **settings: Unpack[Settings],
    ) -> "Run":
        """Redraw `picture` after `prompt`: a little at a `strength` near 0, all of it at 1.

        `size` is the model's nearest in aspect; `picture` is cut to it around its centre.
        """
        size = size or nearest_size(picture.width / picture.height, self.generator.sizes)
        initial = InputImage.of(picture)
        return self._run(n, prompt, settings, size=size, initial=initial, strength=strength)

    def inpaint(
        self,
        picture: Image.Image,
        mask: Image.Image,
        prompt: str,
        *,
        strength: float = 1.0,
        n: int = 1,
        **settings: Unpack[Settings],
    ) -> "Run":
        """Redraw `picture` where `mask`, of its size, is white. Black pixels stay exactly as they are.

        Greys redraw in part. The result has the size of `picture`, whatever the model's sizes are.
        """
        return self._run(
            n, prompt, settings, size=picture.size, initial=InputImage.of(picture),
            mask=InputImage.of(mask, "L"), strength=strength,
        )  # fmt: skip

    def outpaint(
        self,
        picture: Image.Image,
        size: Size,
        prompt: str,
        *,
        place: str = "center",
        strength: float = OUTPAINT_STRENGTH,
        n: int = 1,
        **settings: Unpack[Settings],
    ) -> "Run":
        """Draw more around `picture`, whose pixels stay exactly as they are, on a canvas of `size`.

        place: where the picture lies on the canvas: center, left, right, top or bottom.
        strength: at 1 the surroundings are free; below, they begin as a blur of the picture's edges.
        """
        canvas, mask = extended(InputImage.of(picture).image, size, place)
        return self.inpaint(canvas, mask, prompt, strength=strength, n=n, **settings)

    def recolor(
        self,
        picture: Image.Image,
        before: str,
        after: str,
        *,
        mask: Image.Image | None = None,
        strength: float = RECOLOR_STRENGTH,
        **settings: Unpack[Settings],
    ) -> "Run":
        """Change what `before` says of `picture` into what `after` says; the rest stays.

        The picture is inverted with `before`; equal words give it back. `mask` confines the change.
        """
        settings = {"sampler": "ddim", **settings}
        return self._run(
            1, after, settings, size=picture.size, initial=InputImage.of(picture), initial_prompt=before,
            mask=None if mask is None else InputImage.of(mask, "L"), strength=strength,
        )  # fmt: skip

    def vary(
        self,
        picture: Picture,
        amount: Literal["subtle", "strong"] | float = "subtle",
        *,
        n: int = 4,
        seed: int | None = None,
    ) -> "Run":
        """More pictures like `picture`: its own words and settings, its noise moved a little or much.

        amount: in [0, 1], or a word of `AMOUNTS`; 1 is a new picture of the same words.
        seed: of the first variation; by default the one after the picture's.
        """
        self._check_ours(picture)
        if isinstance(amount, str):
            amount = AMOUNTS[amount]
        first = picture.seed + 1 if seed is None else seed
        own = picture.request
        return self.generator.generate(
            [self._again(own, toward=(*own.toward, Toward(amount, seed=first + index))) for index in range(n)]
        )

    def blend(self, picture: Picture, other: Picture, amounts: Sequence[float] = (0.5,)) -> "Run":
        """Pictures between two: noise and words each at `amounts` of the way, in the first one's settings."""
        for each in (picture, other):
            self._check_ours(each)
        own, its = picture.request, other.request
        if its.edits() or its.size != own.size:
            raise UserError(
                f"other picture: found {its.width}x{its.height} with {', '.join(its.edits()) or 'no edits'}, "
                f"allowed: {own.width}x{own.height}, drawn from words alone"
            )
        steps = [Toward(amount, its.seed, its.prompt, its.noise_mark) for amount in amounts]
        return self.generator.generate([self._again(own, toward=(*own.toward, step)) for step in steps])

    def tile(
        self, prompt: str, *, size: Size | None = None, n: int = 1, **settings: Unpack[Settings]
    ) -> "Run":
        """A background that repeats without seams: its opposite edges meet."""
        return self._run(n, prompt, settings, size=size, tile=True)

    def film(
        self,
        prompt: str,
        seeds: Sequence[int],
        *,
        frames: int = 12,
        size: Size | None = None,
        **settings: Unpack[Settings],
    ) -> "Run":
        """Pictures that lead from seed to seed, `frames` from each to the next, and the last one."""
        if len(seeds) < 2:
            raise UserError(f"seeds: found {len(seeds)}, allowed: 2 or more")
        requests = []
        for seed, following in pairwise(seeds):
            for frame in range(frames):
                toward = (Toward(frame / frames, following, prompt),) if frame else ()
                requests.append(self._request(prompt, {**settings, "seed": seed}, size=size, toward=toward))
        requests.append(self._request(prompt, {**settings, "seed": seeds[-1]}, size=size))
        return self.generator.generate(requests)

    def _run(self, n: int, prompt: str, settings: Settings, **fields: Any) -> "Run":
        first = settings.get("seed", 0)
        return self.generator.generate(
            [self._request(prompt, {**settings, "seed": first + index}, **fields) for index in range(n)]
        )

    def _request(self, prompt: str, settings: Settings, **fields: Any) -> Request:
        return self.generator.request(prompt, **settings, **fields)

    def _again(self, request: Request, toward: tuple[Toward, ...]) -> Request:
        again = self.generator.request(
            request.prompt, seed=request.seed, size=request.size, steps=request.steps,
            guidance_scale=request.guidance_scale, sampler=request.sampler,
            negative_prompt=request.negative_prompt, noise_scale=request.noise_scale, loras=request.loras,
            **{**request.edits(), "toward": toward},
        )  # fmt: skip
        return replace(again, noise_mark=request.noise_mark, as_written=request.as_written)

    def _check_ours(self, picture: Picture) -> None:
        if not self.generator.drew(picture):
            raise UserError(
                f"picture: found one drawn by {picture.model} {picture.model_hash[:12]}, "
                f"allowed: one by {self.generator.name} {self.generator.model_hash[:12]}, the model in use"
            )
