"""What is asked of a generator, and what comes back."""

import dataclasses
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypedDict

from PIL.Image import Image

from adfusion.errors import UserError
from adfusion.generation.inputs import InputImage
from adfusion.generation.lora import LoraUse

Size = tuple[int, int]
"""Width and height in pixels."""

MAX_SEED = 2**63 - 1
MAX_STEPS = 1000
MAX_GUIDANCE_SCALE = 30.0
MAX_NOISE_SCALE = 2.0
SIDES = (16, 16384)
"""Least and most pixels along a side of a picture that is edited in place."""
INVERTIBLE = ("ddim", "euler")
"""Samplers that take the inversion of a picture back to it."""


@dataclass(frozen=True)
class Toward:
    """A step towards another picture: of the noise, of the words, or of both."""

    amount: float
    """How far, in [0, 1]. Noise moves on the sphere, words by mixing the estimates of the denoiser."""
    seed: int | None = None
    """Of the other noise; `None` leaves the noise."""
    prompt: str | None = None
    """The other words, of which `seed` chooses what they leave open; `None` leaves the words."""
    noise_mark: str = ""
    """Of the other noise, as in a `Request`."""


class Edits(TypedDict, total=False):
    """The fields of a `Request` beyond text-to-image, as keywords."""

    initial: InputImage | None
    strength: float
    mask: InputImage | None
    initial_prompt: str | None
    toward: tuple[Toward, ...]
    tile: bool
    control: InputImage | None


EDITS: tuple[str, ...] = tuple(Edits.__annotations__)


@dataclass(frozen=True)
class Request:
    """One picture. A model draws the same picture from the same request, alone or in any batch.

    Fields from `initial` to `control` edit; a backend that cannot do one refuses it (`check`). Together they
    are: image-to-image (`initial`, `strength`), inpainting and outpainting (and `mask`), a change of words
    that keeps the rest (and `initial_prompt`), variations and blends (`toward`), seamless tiles (`tile`), and
    drawing after a picture of shapes (`control`).
    """

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
    initial: InputImage | None = None
    """The picture to start from. Without a mask or its prompt it is cut to `size` around its centre."""
    strength: float = 1.0
    """In (0, 1]: the share of the time grid that is redrawn. At 1 nothing of `initial` is seen, except
    through `mask` or `initial_prompt`."""
    mask: InputImage | None = None
    """Where to redraw `initial`: white. Black pixels stay as they are; of its size."""
    initial_prompt: str | None = None
    """What `initial` shows: it is inverted with these words, and guidance leads from them to `prompt`."""
    toward: tuple[Toward, ...] = ()
    """Taken one after the other."""
    tile: bool = False
    """Whether opposite edges meet seamlessly."""
    control: InputImage | None = None
    """Edges, depth or poses that the result follows, as the ControlNet in use was taught (Zhang et al. 2023,
    arXiv:2302.05543); brought to the result's size."""

    loras: tuple[LoraUse, ...] = ()
    """Changes of the model that it is drawn with; they add up."""
    as_written: bool = False
    """Whether the prompt goes to the model word for word, unread (`adfusion.models.reader`)."""
    noise_mark: str = ""
    """Of the noise whose signs carry a mark (`provenance.marked_noise`), empty for plain noise."""
    noise_scale: float = 1.0
    """Standard deviation of the noise that it is drawn from: below 1 shapes are calmer, and pictures more
    alike (truncation, as in Brock et al. 2019, arXiv:1809.11096). 1 where there is an `initial` picture."""

    @property
    def size(self) -> Size:
        return self.width, self.height

    @property
    def in_place(self) -> bool:
        """Whether the finished picture is `initial`, changed: of any size, and exact where it is not."""
        return self.mask is not None or self.initial_prompt is not None

    def edits(self) -> dict[str, Any]:
        """The fields beyond text-to-image that differ from their defaults."""
        return {
            each.name: value
            for each in dataclasses.fields(self)
            if each.name in EDITS and (value := getattr(self, each.name)) != each.default
        }


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
        """What each picture of the batch looks like now, small. Decoded when called, so unasked is free.

        Of a picture that is edited in place: the part that is being drawn.
        """
        return self.decode()


@dataclass(frozen=True)
class Picture:
    """A finished picture and everything needed to draw it again."""

    request: Request
    image: Image
    """RGB, `request.size`."""
    model: str
    model_hash: str
    read_as: str = ""
    """The words it was drawn from, if the model read the prompt and told it in others."""
    computed_in: str = ""
    """Number format of the arithmetic where it is known and not float32, such as `bfloat16`. In another it
    would be another picture."""

    @property
    def seed(self) -> int:
        return self.request.seed


def check(
    request: Request, sizes: Collection[Size], samplers: Collection[str], edits: Collection[str] = ()
) -> None:
    """Raises `UserError` with the field, what was found and what is allowed.

    `edits` are those of `EDITS` that the generator can do.
    """
    if not request.prompt.strip():
        raise _refusal("prompt", "an empty text", "some words that say what to draw")
    if request.size not in sizes and not request.in_place:
        allowed = ", ".join(f"{width}x{height}" for width, height in sizes)
        raise _refusal("size", f"{request.width}x{request.height}", allowed)
    if request.sampler not in samplers:
        raise _refusal("sampler", repr(request.sampler), ", ".join(samplers))
    if not 1 <= request.steps <= MAX_STEPS:
        raise _refusal("steps", request.steps, f"1 to {MAX_STEPS}")
    if not math.isfinite(request.guidance_scale) or not 0 <= request.guidance_scale <= MAX_GUIDANCE_SCALE:
        raise _refusal("guidance_scale", request.guidance_scale, f"0 to {MAX_GUIDANCE_SCALE:g}")
    if not 0 < request.noise_scale <= MAX_NOISE_SCALE:
        raise _refusal("noise_scale", request.noise_scale, f"above 0, to {MAX_NOISE_SCALE:g}")
    if not 0 <= request.seed <= MAX_SEED:
        raise _refusal("seed", request.seed, f"0 to {MAX_SEED}")
    for name in request.edits():
        if name not in edits:
            raise _refusal(name, "an edit", "none: this model cannot do it")
    if not 0 < request.strength <= 1:
        raise _refusal("strength", request.strength, "above 0, to 1")
    for step in request.toward:
        _check_toward(step)
    for given in filter(None, (request.initial, request.mask, request.control)):
        given.image  # noqa: B018 (raises if the pixels are not at hand)
    if request.initial is not None:
        if request.noise_scale != 1:
            raise _refusal("noise_scale", f"{request.noise_scale:g} beside an initial picture", "1")
        _check_initial(request, request.initial)
    elif needy := {"strength", "mask", "initial_prompt"} & request.edits().keys():
        raise _refusal(min(needy), "no initial picture", "one to edit")


def _check_initial(request: Request, initial: InputImage) -> None:
    if request.in_place:
        low, high = SIDES
        if request.size != initial.size or not all(low <= side <= high for side in request.size):
            found = f"{initial.width}x{initial.height} to make {request.width}x{request.height} of"
            raise _refusal(
                "initial picture", found, f"{low} to {high} pixels a side, of one size with the result"
            )
        if request.tile:
            raise _refusal("tile", "a mask or the words of the initial picture", "neither with a tile")
    if request.mask is not None:
        _check_mask(request.mask, initial)
    if request.initial_prompt is not None:
        if not request.initial_prompt.strip():
            raise _refusal("initial_prompt", "an empty text", "some words that say what the picture shows")
        if request.sampler not in INVERTIBLE:
            raise _refusal(
                "sampler", repr(request.sampler), f"{' or '.join(INVERTIBLE)}, to invert a picture"
            )
        if request.negative_prompt or request.toward:
            name = "negative_prompt" if request.negative_prompt else "toward"
            raise _refusal(name, "one beside initial_prompt", "one of the two")


def _check_mask(mask: InputImage, initial: InputImage) -> None:
    if mask.size != initial.size:
        found = f"{mask.width}x{mask.height}"
        raise _refusal("mask", found, f"{initial.width}x{initial.height}, the size of the picture")
    if mask.image.getbbox() is None:
        raise _refusal("mask", "no white pixel", "white where the picture is to be redrawn, black elsewhere")


def _check_toward(step: Toward) -> None:
    if not 0 <= step.amount <= 1:
        raise _refusal("amount", step.amount, "0 to 1")
    if step.seed is not None and not 0 <= step.seed <= MAX_SEED:
        raise _refusal("seed", step.seed, f"0 to {MAX_SEED}")
    if step.prompt is not None and not step.prompt.strip():
        raise _refusal("prompt", "an empty text", "some words that say what to draw")


def _refusal(name: str, found: object, allowed: str) -> UserError:
    return UserError(f"{name}: found {found}, allowed: {allowed}")
