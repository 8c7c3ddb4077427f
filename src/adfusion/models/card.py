"""`model.json`: what a model is, what it was made from, and how it was measured."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from adfusion.diffusion import process
from adfusion.diffusion.prediction import Prediction
from adfusion.diffusion.process import Process
from adfusion.errors import UserError
from adfusion.nets import AutoencoderConfig, DiTConfig, UpsamplerConfig, text

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, Field(min_length=1)]
Side = Annotated[int, Field(ge=8, le=8192)]

PARTS = ("denoiser", "autoencoder", "upsampler")
READER = "reader"
"""A part that a model may have beside them: it reads prompts (`adfusion.models.reader`)."""
LATER = ("overlap", "centred", "coarse_start", "fine_channels", "warp")
"""Numbers of a network's shape that cards did not have at first; written where they are not zero."""


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Part(_Checked):
    """The weights of one network: a safetensors file in the model's folder."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+\.safetensors$")]
    sha256: Sha256
    parameters: Annotated[int, Field(ge=1)]


class TextEncoderCard(_Checked):
    """The frozen text encoder that the denoiser was trained with."""

    name: Words = text.NAME
    sha256: Sha256 = text.SHA256

    @field_validator("sha256")
    @classmethod
    def _is_the_one_we_have(cls, sha256: str) -> str:
        if sha256 != text.SHA256:
            raise ValueError(f"found {sha256}, allowed: {text.SHA256} ({text.NAME})")
        return sha256


class LatentStatistics(_Checked):
    """Mean and standard deviation of each latent channel over the training data.

    The denoiser works on (latents - mean) / std.
    """

    mean: tuple[float, ...]
    std: tuple[Annotated[float, Field(gt=0)], ...]


class Source(_Checked):
    """One line of the rights ledger: pictures that a part was trained on, and by what right.

    Scene number n of a version of the generator is the same picture on every machine, so a range of numbers
    says exactly which pictures they are.
    """

    part: Words
    generator: Words
    version: Words
    first: Annotated[int, Field(ge=0)]
    last: Annotated[int, Field(ge=0)]
    license: Words
    note: str = ""


class Data(_Checked):
    """What the model learned from, and by what right."""

    description: Words
    rights: Words
    sources: tuple[Source, ...] = ()
    """The rights ledger: every training picture is in one of these ranges."""


class TrainingRecord(BaseModel):
    """How the weights of one part came about. Facts beyond these may be added."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    recipe: dict[str, JsonValue]
    pictures_seen: Annotated[int, Field(ge=0)]
    hours: Annotated[float, Field(ge=0)]
    device: Words
    torch: Words
    started_from: "TrainingRecord | None" = None
    """The run whose weights were the first ones of this run, if there was one."""


class AppliedLora(_Checked):
    """A LoRA that was merged into the denoiser."""

    name: Words
    weight: Annotated[float, Field(gt=0)]
    sha256: Sha256
    """Of its weights."""
    base: Sha256
    """Hash of the model that it was merged into."""
    rights: Words
    """To the pictures that it was made from."""
    pictures: Annotated[int, Field(ge=1)]


class Defaults(_Checked):
    """Settings of a picture for which none were asked."""

    sampler: Words = "dpmpp_2m"
    steps: Annotated[int, Field(ge=1, le=1000)] = 25
    guidance_scale: Annotated[float, Field(ge=0, le=30)] = 4.0
    noise_scale: Annotated[float, Field(gt=0, le=2, exclude_if=lambda scale: scale == 1)] = 1.0
    """Standard deviation of the noise that pictures are drawn from. Written unless 1, as in training."""
    shift: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Of the time grid (`adfusion.diffusion.times.shifted`): above 1 spends more steps near pure noise."""


class ModelCard(_Checked):
    """Everything about a model but its weights."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._+-]*(:teacher)?$")]
    """What it is loaded by if it comes with the package."""
    description: Words
    license: Words = "Apache-2.0"
    denoiser: DiTConfig
    autoencoder: AutoencoderConfig
    upsampler: UpsamplerConfig
    process: dict[str, JsonValue]
    """Name and parameters, as `adfusion.diffusion.process` writes them."""
    prediction: Prediction
    text_encoder: TextEncoderCard = TextEncoderCard()
    latents: LatentStatistics
    sizes: Annotated[tuple[tuple[Side, Side], ...], Field(min_length=1)]
    """(width, height) in pixels before upsampling, one for each aspect ratio, the default first."""
    defaults: Defaults = Defaults()
    data: Data
    loras: tuple[AppliedLora, ...] = Field((), exclude_if=lambda loras: not loras)
    """Merged into the denoiser, after its training."""
    training: dict[str, TrainingRecord] = {}
    """By part."""
    metrics: dict[str, JsonValue] = {}
    """Measured figures, each under a name that says what was measured."""
    parts: dict[str, Part] = {}
    """The weight files; filled in when the model is saved."""

    @field_serializer("denoiser", "upsampler")
    def _shape(self, config: DiTConfig | UpsamplerConfig) -> dict[str, Any]:
        """As models were written before the `LATER` of its numbers: a card's text is in the model's hash."""
        return {name: value for name, value in asdict(config).items() if value or name not in LATER}

    @field_validator("process")
    @classmethod
    def _process_exists(cls, config: dict[str, JsonValue]) -> dict[str, JsonValue]:
        try:
            process.from_config(config)
        except TypeError as error:  # a text where a number is compared
            raise ValueError(str(error)) from error
        return config

    @field_validator("parts", "training")
    @classmethod
    def _only_known_parts(cls, by_part: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(by_part.keys() - {*PARTS, READER}):
            raise ValueError(f"{unknown[0]!r} is no part; allowed: {', '.join((*PARTS, READER))}")
        return by_part

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        channels = self.autoencoder.latent_channels
        same = {
            "denoiser.in_channels": self.denoiser.in_channels,
            "denoiser.out_channels": self.denoiser.out_channels,
            "latents.mean, its length": len(self.latents.mean),
            "latents.std, its length": len(self.latents.std),
        }
        for field, found in same.items():
            if found != channels:
                raise ValueError(
                    f"{field}: found {found}, allowed: {channels}, the autoencoder's latent_channels"
                )
        if self.denoiser.caption_width != text.WIDTH:
            raise ValueError(
                f"denoiser.caption_width: found {self.denoiser.caption_width}, "
                f"allowed: {text.WIDTH}, the text encoder's width"
            )
        multiple = self.autoencoder.factor * self.denoiser.patches.stride
        for width, height in self.sizes:
            if width % multiple or height % multiple:
                raise ValueError(f"sizes: found {width}x{height}, allowed: multiples of {multiple}")
        return self

    def make_process(self) -> Process:
        return process.from_config(self.process)

    def to_json(self) -> str:
        """The text of `model.json`."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read_card(path: Path) -> ModelCard:
    """The card in the file `path`. Raises `UserError` with the field, what was found and what is allowed."""
    try:
        return ModelCard.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error
    except ValidationError as error:
        raise UserError(f"{path}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(step) for step in problem["loc"])
    message = " ".join(problem["msg"].removeprefix("Value error, ").split())
    found = repr(problem["input"])
    if not field or message.startswith(field):
        return message
    if problem["type"] in ("missing", "value_error") or len(found) > 80:
        return f"{field}: {message}"
    return f"{field}: found {found}: {message}"
