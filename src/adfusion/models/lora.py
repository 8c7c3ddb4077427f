"""Low-rank adaptation of a denoiser: `W + weight · (alpha / rank) · B·A` (Hu et al., arXiv:2106.09685).

On disk an adapter is a folder as `peft` writes it, under the names of `diffusers`' PixArt transformer, the
denoiser's twin (`convert`): `PeftModel.from_pretrained(to_pixart(net), folder)` loads it. Beside it lies
`lora.json`: which model it changes, what it was made from, and by what right.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from adfusion import files
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.models.card import AppliedLora, ModelCard, Sha256, TrainingRecord, Words
from adfusion.models.convert import dit_state, pixart_lora, pixart_state
from adfusion.models.model import Model
from adfusion.nets import DiT

ADAPTER, CONFIG, CARD = "adapter_model.safetensors", "adapter_config.json", "lora.json"
PREFIX = "base_model.model."
"""Before every name in a file of `peft`."""
WEIGHTS = (0.0, 2.0)
"""Least and most of an adapter's weight; 1 is as it was trained."""

Factors = Mapping[str, tuple[Tensor, Tensor]]
"""Of each layer: A (rank, inputs) and B (outputs, rank)."""


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Base(_Checked):
    """The model that an adapter was trained on, and works on."""

    name: Words
    hash: Sha256
    denoiser: Sha256
    """Of the denoiser's weight file."""


class LearntPicture(_Checked):
    """One line of the rights ledger."""

    file: Words
    sha256: Sha256
    caption: Words


class LoraCard(_Checked):
    """`lora.json`."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    name: Words
    base: Base
    sha256: Sha256
    """Of `adapter_model.safetensors`."""
    rank: Annotated[int, Field(ge=1)]
    rights: Words
    """By what right the pictures were learnt from, in the words of whoever trained."""
    pictures: Annotated[tuple[LearntPicture, ...], Field(min_length=1)]
    training: TrainingRecord
    adfusion: Words
    """The version that made it."""


@dataclass(frozen=True)
class Lora:
    """An adapter, read and checked."""

    folder: Path
    card: LoraCard
    scale: float
    """alpha / rank."""
    factors: Factors
    """By the names of PixArt's layers."""


def base_of(model: Model) -> Base:
    """Raises `UserError` for a model that was never saved, or has had adapters merged since."""
    card = model.card
    if "denoiser" not in card.parts:
        raise UserError(f"model {card.name}: found one that was never saved, allowed: one from a folder")
    return Base(name=card.name, hash=model.hash, denoiser=card.parts["denoiser"].sha256)


def load_lora(folder: Path) -> Lora:
    """Raises `UserError` if it is not an adapter of `adfusion finetune`, whole and unchanged."""
    folder = Path(folder)
    card, config = _read_card(folder), _read_config(folder / CONFIG)
    path = folder / ADAPTER
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error
    found = sha256(data).hexdigest()
    if found != card.sha256:
        raise UserError(f"{path}: sha256: found {found}, expected {card.sha256}: the file was changed")
    try:
        factors = _factors(safetensors.load(data))
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path}: found {error}, allowed: pairs of lora_A and lora_B") from error
    return Lora(folder, card, config.lora_alpha / config.r, factors)


def fitting_lora(model: Model, folder: Path) -> Lora:
    """The adapter in `folder`. Raises `UserError` as `load_lora`, and for one of another model."""
    lora = load_lora(folder)
    if lora.card.base.denoiser != base_of(model).denoiser:
        raise UserError(
            f"lora {folder}: found one for the model {lora.card.base.name} {lora.card.base.hash[:12]}, "
            f"allowed: one for {model.card.name} {model.hash[:12]}"
        )
    return lora


def with_loras(model: Model, loras: Sequence[tuple[str | Path, float]]) -> Model:
    """`model` with adapters, each a folder and its weight, merged into the denoiser; they add up.

    A weight of 0 leaves the adapter out. The card, and so the model's hash, says what was merged. Raises
    `UserError` for an adapter of another model, or a weight outside [0, 2].
    """
    chosen = []
    for folder, weight in loras:
        least, most = WEIGHTS
        if not least <= weight <= most:
            raise UserError(f"lora {folder}: weight: found {weight:g}, allowed: {least:g} to {most:g}")
        lora = fitting_lora(model, Path(folder))
        if weight:
            chosen.append((lora, weight))
    if not chosen:
        return model
    return replace(model, card=_card(model, chosen), denoiser_net=_merged(model.denoiser_net, chosen))


def merge(model: Model, loras: Sequence[tuple[str | Path, float]], folder: Path) -> Model:
    """Save `model` with LoRAs as a model of its own, named after its folder. Raises as `with_loras`."""
    merged = with_loras(model, loras)
    if merged is model:
        raise UserError("lora: found none with a weight above 0, allowed: at least one")
    card = merged.card.model_copy(update={"name": _slug(folder.resolve().name)})
    return store.save(replace(merged, card=card), folder)


def save_lora(
    folder: Path, net: DiT, factors: Factors, *, base: Base, name: str, rights: str,
    pictures: Sequence[LearntPicture], training: TrainingRecord, version: str,
) -> LoraCard:  # fmt: skip
    """Write an adapter of `net`, its factors by the names of our layers, for a weight of alpha = rank.

    `lora.json` comes last: a folder without it is not whole.
    """
    translated = pixart_lora(factors, net.config)
    tensors = {}
    for layer, pair in translated.items():
        for letter, factor in zip("AB", pair, strict=True):
            tensors[f"{PREFIX}{layer}.lora_{letter}.weight"] = factor.detach().cpu().float().clone()
    data = safetensors.save(tensors, metadata={"format": "pt"})
    rank = len(next(iter(translated.values()))[0])
    config = {
        "peft_type": "LORA", "r": rank, "lora_alpha": rank, "lora_dropout": 0.0, "bias": "none",
        "base_model_name_or_path": base.name, "inference_mode": True,
        "target_modules": sorted({re.sub(r"^transformer_blocks\.\d+\.", "", name) for name in translated}),
    }  # fmt: skip
    card = LoraCard(
        name=name, base=base, sha256=sha256(data).hexdigest(), rank=rank, rights=rights,
        pictures=tuple(pictures), training=training, adfusion=version,
    )  # fmt: skip
    files.write_bytes(folder / ADAPTER, data)
    files.write_text(folder / CONFIG, json.dumps(config, indent=2) + "\n")
    content = json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False)
    files.write_text(folder / CARD, content + "\n")
    return card


class _Config(BaseModel):
    """The fields of `adapter_config.json` that change the numbers; others of `peft` are passed over."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    r: Annotated[int, Field(ge=1)]
    lora_alpha: Annotated[float, Field(gt=0)]


def _read_config(path: Path) -> _Config:
    try:
        return _Config.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error
    except ValidationError as error:
        raise UserError(f"{path}: {_first(error)}") from error


def _read_card(folder: Path) -> LoraCard:
    try:
        return LoraCard.model_validate_json((folder / CARD).read_bytes())
    except OSError:
        raise UserError(
            f"lora {folder}: found no {CARD}, allowed: a folder that `adfusion finetune` made"
        ) from None
    except ValidationError as error:
        raise UserError(f"{folder / CARD}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}"


def _factors(tensors: Mapping[str, Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
    layers = dict.fromkeys(name.removeprefix(PREFIX).split(".lora_")[0] for name in tensors)
    pairs = {
        layer: (tensors[f"{PREFIX}{layer}.lora_A.weight"], tensors[f"{PREFIX}{layer}.lora_B.weight"])
        for layer in layers
    }
    if 2 * len(pairs) != len(tensors):
        raise ValueError("other tensors")
    return pairs


def _merged(net: DiT, loras: Sequence[tuple[Lora, float]]) -> DiT:
    state = pixart_state(net.state_dict(), net.config)
    for lora, weight in loras:
        for layer, (a, b) in lora.factors.items():
            name = f"{layer}.weight"
            if name not in state or state[name].shape != (len(b), a.shape[1]) or len(a) != b.shape[1]:
                raise UserError(f"{lora.folder / ADAPTER}: {layer}: does not fit the model's denoiser")
            change = weight * lora.scale * (b.float() @ a.float())
            state[name] = state[name] + change.to(state[name])
    with torch.device("meta"):
        merged = DiT(net.config)
    merged.load_state_dict(dit_state(state, net.config), assign=True)
    return merged.requires_grad_(False).eval()


def _card(model: Model, loras: Sequence[tuple[Lora, float]]) -> ModelCard:
    """What was measured, and the hashes of the weight files, are the base's: they are left out."""
    card, base = model.card, model.hash
    applied = tuple(
        AppliedLora(
            name=lora.card.name, weight=weight, sha256=lora.card.sha256, base=base, rights=lora.card.rights,
            pictures=len(lora.card.pictures),
        )
        for lora, weight in loras
    )  # fmt: skip
    name = "+".join([card.name, *(_slug(lora.card.name) for lora, _ in loras)])
    said = "".join(f" LoRA {each.name}, {each.pictures} pictures: {each.rights}" for each in applied)
    data = card.data.model_copy(update={"rights": card.data.rights + said})
    changes = {"name": name, "data": data, "loras": (*card.loras, *applied), "parts": {}, "metrics": {}}
    return card.model_copy(update=changes)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "model"
