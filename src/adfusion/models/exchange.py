"""Our models in the folder layout of `diffusers`, and back, bit for bit.

    OUT/transformer/   PixArtTransformer2DModel
    OUT/vae/           AutoencoderDC
    OUT/scheduler/     FlowMatchEulerDiscreteScheduler, for a model of the flow process
    OUT/adfusion/      the card, and the upsampler and the reader, which `diffusers` has no classes for
    OUT/README.md      the card for people

There is no `model_index.json`: no pipeline of `diffusers` puts these parts together. `docs/models.md` shows
how to run them. Weights are float16, as in our own folders.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor, nn

from adfusion import files
from adfusion.errors import UserError
from adfusion.models import convert, store
from adfusion.models.card import READER, ModelCard, read_card
from adfusion.models.model import Model
from adfusion.models.reader import PromptReader
from adfusion.models.readme import readme
from adfusion.nets import Autoencoder, DiT, Upsampler

Net = TypeVar("Net", bound=nn.Module)

WEIGHTS = "diffusion_pytorch_model.safetensors"
OWN = "adfusion"
READING = f"{READER}.safetensors"


def export_model(name_or_path: str | Path, folder: Path) -> Path:
    """Write a model in the layout of `diffusers`; the folder takes its name only when all of it is written.

    Raises `UserError` for an unknown or changed model, and if `folder` exists or cannot be written.
    """
    model = store.load(name_or_path)
    if model.distilled:
        raise UserError(
            f"model {model.card.name}: `diffusers` has no network for few steps, allowed: its teacher, "
            f"{name_or_path}:{store.TEACHER}"
        )
    folder = Path(folder)
    if folder.exists():
        raise UserError(f"{folder}: already exists, allowed: a folder that does not exist yet")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
            _write(model, Path(temporary, "new"))
            Path(temporary, "new").rename(folder)
    except OSError as error:
        raise UserError(f"{folder}: cannot write: {error.strerror or error}") from error
    return folder


def import_model(folder: Path, out: Path) -> Model:
    """The model of an exported folder, saved in `out`.

    Parts that were not changed in between have their old hashes. Raises `UserError` for a folder that
    `export_model` did not write, and if `out` exists or cannot be written.
    """
    folder = Path(folder)
    card = read_card(folder / OWN / store.CARD)
    transformer, vae = _config(folder / "transformer"), _config(folder / "vae")
    dit, autoencoder = card.denoiser, card.autoencoder
    written = convert.dit_config(convert.pixart_config(dit))  # without what `diffusers` cannot say
    for part, found, allowed in (
        ("transformer", convert.dit_config(transformer), written),
        ("vae", convert.autoencoder_config(vae), autoencoder),
    ):
        if found != allowed:
            raise UserError(f"{folder / part / 'config.json'}: found {found}, allowed: {allowed}")
    networks = (
        _loaded(DiT(dit), convert.dit_state(_weights(folder / "transformer"), dit), folder / "transformer"),
        _loaded(Autoencoder(autoencoder), _weights(folder / "vae"), folder / "vae"),
        _loaded(Upsampler(card.upsampler), _weights(folder / OWN), folder / OWN),
    )
    return store.save(Model(card, *networks, reader=_reader(folder / OWN, card)), out)


def _write(model: Model, folder: Path) -> None:
    card = model.card
    files.write_text(folder / "README.md", readme(card))
    files.write_text(folder / OWN / store.CARD, card.to_json())
    _save(folder / "transformer", convert.pixart_state(model.denoiser_net.state_dict(), card.denoiser))
    _save(folder / "vae", model.autoencoder.state_dict())
    _save(folder / OWN, model.upsampler.state_dict())
    if model.reader is not None:
        files.write_bytes(folder / OWN / READING, model.reader.to_bytes())
    _configure(folder / "transformer", "PixArtTransformer2DModel", convert.pixart_config(card.denoiser))
    _configure(folder / "vae", "AutoencoderDC", convert.dc_config(card.autoencoder))
    if card.process["name"] == "flow":
        scheduler = {"num_train_timesteps": 1000, "shift": card.defaults.shift}
        name = "scheduler_config.json"
        _configure(folder / "scheduler", "FlowMatchEulerDiscreteScheduler", scheduler, name)


def _save(folder: Path, state: Mapping[str, Tensor]) -> None:
    half = {name: weight.detach().to("cpu", torch.float16).contiguous() for name, weight in state.items()}
    files.write_bytes(folder / WEIGHTS, safetensors.save(half, metadata={"format": "pt"}))


def _configure(folder: Path, kind: str, options: Mapping[str, Any], name: str = "config.json") -> None:
    files.write_text(folder / name, json.dumps({"_class_name": kind, **options}, indent=2) + "\n")


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise UserError(f"{path}: found {type(config).__name__}, allowed: an object")
    return config


def _weights(folder: Path) -> dict[str, Tensor]:
    path = folder / WEIGHTS
    try:
        return {name: weight.float() for name, weight in safetensors.load(path.read_bytes()).items()}
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path}: not a safetensors file: {error}") from error


def _reader(folder: Path, card: ModelCard) -> PromptReader | None:
    if READER not in card.parts:
        return None
    path = folder / READING
    try:
        return PromptReader.from_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error


def _loaded(net: Net, state: Mapping[str, Tensor], folder: Path) -> Net:
    try:
        net.load_state_dict(dict(state))
    except RuntimeError as error:
        said = " ".join(str(error).split())[:200]
        raise UserError(f"{folder / WEIGHTS}: does not fit to the configuration: {said}") from error
    return net.requires_grad_(False).eval()
