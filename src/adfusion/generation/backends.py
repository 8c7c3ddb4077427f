"""One way to any model: the bundled ones, pretrained ones, and remote services."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adfusion.errors import UserError
from adfusion.generation.backend import Backend
from adfusion.generation.generator import Generator
from adfusion.generation.lora import LoraUse

if TYPE_CHECKING:
    from adfusion.generation.diffusers.weights import Weights

REMOTE = ("openai+", "a1111+")
OTHERS = "with model_index.json, a .safetensors file, hf:ORGANISATION/NAME, openai+URL or a1111+URL"


def open_generator(
    model: str | Path = "mini",
    device: str | None = None,
    *,
    memory: str = "auto",
    loras: Sequence[tuple[str | Path, float]] = (),
    controlnet: Path | None = None,
    spend_limit: float | None = None,
    spent: Path | None = None,
) -> Backend:
    """The generator that `model` names, ready to draw.

    model: a bundled model's name or its folder; a `diffusers` folder; a single `.safetensors` file;
    `hf:org/name`, from the hub's cache or pulled into it; `openai+https://…` or `a1111+http://…`, a service.
    device: `cpu` or `cuda`; by default the CPU for bundled models, for others the accelerator if there is one
    loras: of requests that name none: paths, each with its weight; for our models of `adfusion finetune`, for
    pretrained ones of safetensors.
    memory: number format of our models, `float32` or `bfloat16`; of pretrained ones also where they are kept
    controlnet: for pretrained models; for both see `docs/models.md`.
    spend_limit: for services, in the currency of the price in their address.
    spent: file in which a service's cost is kept, so that the limit holds over several runs.

    Raises `UserError` for whatever is not there, does not fit, or cannot be had.
    """
    found = tuple(LoraUse.of(path, weight) for path, weight in loras)
    generator = _opened(model, device, memory, controlnet, spend_limit, spent)
    generator.loras = found
    for lora in found:
        generator.check_lora(lora)
    return generator


def license_of(generator: Generator) -> str:
    """The licence of the model behind `generator`, as its card states it; empty where there is no card."""
    return getattr(generator, "license", "")


def _opened(
    model: str | Path, device: str | None, memory: str, controlnet: Path | None,
    spend_limit: float | None, spent: Path | None,
) -> Backend:  # fmt: skip
    name = str(model)
    if name.startswith(REMOTE):
        from adfusion.generation.remote import RemoteGenerator, Spending

        _refuse(name, "pretrained models on this machine", {"controlnet": controlnet})
        _refuse(name, "models on this machine", {"memory": memory != "auto", "device": device})
        return RemoteGenerator(name, spending=Spending(spend_limit, spent))
    _refuse(name, "services", {"spend_limit": spend_limit is not None})
    if (pretrained := _pretrained(name, device, memory)) is None:
        from adfusion.generation.native import NativeGenerator, number_format
        from adfusion.models import store

        _refuse(name, "pretrained models", {"controlnet": controlnet})
        device, dtype = device or "cpu", number_format(memory)
        try:
            store.find(model)
        except UserError as error:
            raise UserError(f"{error}, {OTHERS}") from None
        teacher = store.many_steps(model)
        return NativeGenerator(
            store.load(model, device, dtype), teacher=lambda: store.load(teacher, device, dtype)
        )

    from adfusion.generation.diffusers import DiffusersGenerator

    return DiffusersGenerator.open(pretrained, device=device, memory=memory, controlnet=controlnet)


def _refuse(name: str, kind: str, options: Mapping[str, object]) -> None:
    if wrong := next((option for option, value in options.items() if value), None):
        raise UserError(f"{wrong}: found one for {name.partition('?')[0]}, allowed: for {kind} only")


def _pretrained(name: str, device: str | None, memory: str) -> "Weights | None":
    from adfusion.generation.diffusers import hub, weights
    from adfusion.generation.diffusers.installed import library

    path = Path(name)
    if name.startswith(hub.SCHEME):
        library()
        from adfusion.generation.diffusers.memory import ensure_room

        return hub.cached(name) or hub.pull(name, lambda offer: ensure_room(offer.tensors, device, memory))
    if path.is_file():
        weights.refuse_pickle(path)
    elif not (path / weights.INDEX).is_file():
        return None
    library()
    return weights.at(path)
