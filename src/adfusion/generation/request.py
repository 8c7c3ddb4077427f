"""What is asked of a generator, and what comes back."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from PIL.Image import Image

from adfusion.errors import UserError

Size = tuple[int, int]
"""Width and height in pixels."""

MAX_SEED = 2**63 - 1
MAX_STEPS = 1000
MAX_GUIDANCE_SCALE = 30.0


@dataclass(frozen=True)
class Request:
    """One picture. A model draws the same picture from the same request, alone or in any batch."""

    prompt: str
    width: int
    """Of the finished picture, in pixels."""
    height: int
    seed: int
    steps: int
    """Evaluations of the sampler's time grid, from noise to picture."""
    guidance_scale: float
    """Classifier-free guidance (Ho & Salimans 2022): 1 is none, higher follows the prompt more closely."""
    sampler: str
    negative_prompt: str = ""
    """What guidance steers away from; empty means "anything"."""

    @property
    def size(self) -> Size:
        return self.width, self.height


@dataclass(frozen=True)
class Progress:
    """One sampling step of one batch is done."""

    index: int
    """Steps done so far over all batches of the run, 1 to `total`."""
    total: int
    requests: tuple[Request, ...]
    """The pictures of this batch."""
    decode: Callable[[], tuple[Image, ...]] = field(repr=False, compare=False)

    def previews(self) -> tuple[Image, ...]:
        """What each picture of the batch looks like now, small. Decoded when called, so unasked is free."""
        return self.decode()


@dataclass(frozen=True)
class Picture:
    """A finished picture and everything needed to draw it again."""

    request: Request
    image: Image
    """RGB, `request.size`."""
    model: str
    model_hash: str

    @property
    def seed(self) -> int:
        return self.request.seed


def check(request: Request, sizes: Collection[Size], samplers: Collection[str]) -> None:
    """Raises `UserError` with the field, what was found and what is allowed."""

    def refuse(name: str, found: object, allowed: str) -> UserError:
        return UserError(f"{name}: found {found}, allowed: {allowed}")

    if not request.prompt.strip():
        raise refuse("prompt", "an empty text", "some words that say what to draw")
    if request.size not in sizes:
        allowed = ", ".join(f"{width}x{height}" for width, height in sizes)
        raise refuse("size", f"{request.width}x{request.height}", allowed)
    if request.sampler not in samplers:
        raise refuse("sampler", repr(request.sampler), ", ".join(samplers))
    if not 1 <= request.steps <= MAX_STEPS:
        raise refuse("steps", request.steps, f"1 to {MAX_STEPS}")
    if not math.isfinite(request.guidance_scale) or not 0 <= request.guidance_scale <= MAX_GUIDANCE_SCALE:
        raise refuse("guidance_scale", request.guidance_scale, f"0 to {MAX_GUIDANCE_SCALE:g}")
    if not 0 <= request.seed <= MAX_SEED:
        raise refuse("seed", request.seed, f"0 to {MAX_SEED}")
