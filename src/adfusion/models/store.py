"""Models on disk: a folder with `model.json`, one safetensors file for each part, and a README."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor, nn

from adfusion import files
from adfusion.errors import UserError
from adfusion.models.card import PARTS, READER, ModelCard, Part, read_card
from adfusion.models.model import Model
from adfusion.models.reader import PromptReader
from adfusion.models.readme import readme
from adfusion.nets import Autoencoder, DiT, Upsampler
from adfusion.nets.unfilled import unfilled

BUNDLED = Path(__file__).parent / "bundled"
CARD = "model.json"
TEACHER = "teacher"
"""Folder in a few-step model's own, with the model that it learnt from."""


@dataclass(frozen=True)
class Check:
    """What `verify` found out about one part; `problem` is None if all is well."""

    part: str
    file: str
    expected: str
    found: str | None
    problem: str | None


@dataclass(frozen=True)
class Report:
    """The result of `verify`: the card, and a check for each part."""

    folder: Path
    card: ModelCard
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.problem is None for check in self.checks)


def bundled() -> list[str]:
    """Names of the models that come with the package, each followed by its teacher, if it has one."""
    folders = sorted(path.parent for path in BUNDLED.glob(f"*/{CARD}"))
    teachers = {
        folder: [f"{folder.name}:{TEACHER}"] * (folder / TEACHER / CARD).is_file() for folder in folders
    }
    return [name for folder in folders for name in (folder.name, *teachers[folder])]


def find(name_or_path: str | Path) -> Path:
    """The folder of a bundled model, by name, or of any model, by path. `UserError` if there is none.

    A model of few steps has its teacher in a folder inside its own: `mini:teacher`.
    """
    student, _, variant = str(name_or_path).rpartition(":")
    if student and variant == TEACHER:
        teacher = find(student) / TEACHER
        if not (teacher / CARD).is_file():
            raise UserError(f"model: found {str(name_or_path)!r}, but {student} has no teacher")
        return teacher
    if str(name_or_path) in bundled():
        return BUNDLED / name_or_path
    folder = Path(name_or_path)
    with suppress(OSError):  # a name too long for a path
        if str(name_or_path) and (folder / CARD).is_file():
            return folder
    names = ", ".join(bundled())
    allowed = f"{names} or a folder with {CARD}" if names else f"a folder with {CARD}"
    raise UserError(f"model: found {str(name_or_path)!r}, allowed: {allowed}")


def load_card(name_or_path: str | Path) -> ModelCard:
    """The card of a model. Raises `UserError`."""
    return read_card(find(name_or_path) / CARD)


def load(
    name_or_path: str | Path, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> Model:
    """A model ready for use: frozen, in evaluation mode, on `device`.

    dtype: of the networks' weights and of what they compute; what goes in and comes out is float32, and so is
    all that reads prompts.

    Every weight file is checked against the SHA-256 in the card before it is used. Raises `UserError` for an
    unknown model, a missing, changed or damaged file, weights of another shape, or a device that is not
    there.
    """
    device = _device(device)
    folder = find(name_or_path)
    card = read_card(folder / CARD)
    networks = _networks(card)
    for name, network in zip(PARTS, networks, strict=True):
        weights = _checked_weights(folder, card, name, network)
        network.load_state_dict({key: weight.to(dtype) for key, weight in weights.items()}, assign=True)
        # Channels last: convolutions run up to twice as fast on the CPU.
        network.requires_grad_(False).eval().to(device)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Model(card, *networks, reader=_checked_reader(folder, card, device))


def save(model: Model, folder: Path, *, overwrite: bool = False) -> Model:
    """Write a model's folder; it takes its name only when all of it is written. Weights are kept in float16.

    Returns the model with the card that was written, which holds the hashes of the weight files. With
    `overwrite` an older model in `folder` is replaced, and other files beside it are kept. Raises `UserError`
    if `folder` is in use or cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and not (overwrite and (folder / CARD).is_file()):
        allowed = "a folder with a model in it" if overwrite else "a folder that does not exist yet"
        raise UserError(f"{folder}: already exists, allowed: {allowed}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
            new = Path(temporary, "new")
            if folder.exists():
                shutil.copytree(folder, new)
            card = _write(model, new)
            _take_place(new, folder, Path(temporary, "old"))
    except OSError as error:
        raise UserError(f"{folder}: cannot write: {error.strerror or error}") from error
    return replace(model, card=card)


def many_steps(name_or_path: str | Path) -> Path:
    """The folder of the model itself, or of its teacher if it is a model of few steps: what can be edited and
    trained with. Raises `UserError`."""
    folder = find(name_or_path)
    return find(f"{folder}:{TEACHER}") if read_card(folder / CARD).denoiser.distilled else folder


def verify(name_or_path: str | Path) -> Report:
    """Check every weight file of a model against its card: presence, hash, format and shapes.

    What is wrong with a file is in the report; a missing model and an invalid card raise `UserError`.
    """
    folder = find(name_or_path)
    card = read_card(folder / CARD)
    checks = []
    ways: dict[str, Callable[[], object]] = {
        name: partial(_checked_weights, folder, card, name, network)
        for name, network in zip(PARTS, _networks(card), strict=True)
    }
    if READER in card.parts:
        ways[READER] = partial(_checked_reader, folder, card, torch.device("cpu"))
    for name, checked in ways.items():
        part, problem = card.parts.get(name), None
        try:
            checked()
        except UserError as error:
            problem = str(error)
        path = folder / part.file if part else None
        found = files.sha256(path) if path and path.is_file() else None
        checks.append(Check(name, part.file if part else "", part.sha256 if part else "", found, problem))
    return Report(folder, card, tuple(checks))


def _take_place(new: Path, folder: Path, old: Path) -> None:
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)


def _write(model: Model, folder: Path) -> ModelCard:
    parts = {}
    networks = (model.denoiser_net, model.autoencoder, model.upsampler)
    for name, network in zip(PARTS, networks, strict=True):
        weights = {
            key: weight.detach().to("cpu", torch.float16).contiguous()
            for key, weight in network.state_dict().items()
        }
        data = safetensors.save(weights, metadata={"format": "pt"})
        parts[name] = _write_part(folder, name, data, network)
    if model.reader is not None:
        parts[READER] = _write_part(folder, READER, model.reader.to_bytes(), model.reader.network)
    card = model.card.model_copy(update={"parts": parts})
    files.write_text(folder / CARD, card.to_json())
    files.write_text(folder / "README.md", readme(card))
    return card


def _write_part(folder: Path, name: str, data: bytes, network: nn.Module) -> Part:
    file = f"{name}.safetensors"
    files.write_bytes(folder / file, data)
    count = sum(weight.numel() for weight in network.state_dict().values())
    return Part(file=file, sha256=sha256(data).hexdigest(), parameters=count)


def _networks(card: ModelCard) -> tuple[DiT, Autoencoder, Upsampler]:
    """The parts without memory for weights, so that shapes are compared before anything is allocated."""
    with unfilled():
        return DiT(card.denoiser), Autoencoder(card.autoencoder), Upsampler(card.upsampler)


def _checked_weights(folder: Path, card: ModelCard, name: str, network: nn.Module) -> dict[str, Tensor]:
    """The weights of a part."""
    path, data = _checked_bytes(folder, card, name)
    try:
        weights: dict[str, Tensor] = safetensors.load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path}: not a safetensors file: {error}") from error
    expected_shapes = {key: tuple(weight.shape) for key, weight in network.state_dict().items()}
    for key in sorted(expected_shapes.keys() | weights.keys()):
        shape = tuple(weights[key].shape) if key in weights else "nothing"
        allowed = expected_shapes.get(key, "nothing")
        if shape != allowed:
            raise UserError(f"{path}: {key}: found {shape}, allowed: {allowed}")
    return weights


def _checked_reader(folder: Path, card: ModelCard, device: torch.device) -> PromptReader | None:
    if READER not in card.parts:
        return None
    path, data = _checked_bytes(folder, card, READER)
    try:
        return PromptReader.from_bytes(data, device)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def _checked_bytes(folder: Path, card: ModelCard, name: str) -> tuple[Path, bytes]:
    """A part's file and what is in it. It is read once: the bytes checked are the bytes used."""
    if name not in card.parts:
        raise UserError(f"{folder / CARD}: parts.{name} is missing, allowed: {', '.join(PARTS)}")
    path = folder / card.parts[name].file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error
    found, expected = sha256(data).hexdigest(), card.parts[name].sha256
    if found != expected:
        raise UserError(f"{path}: sha256: found {found}, expected {expected}: the file was changed")
    return path, data


def _device(device: str | torch.device) -> torch.device:
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        allowed = "cpu, cuda" if torch.cuda.is_available() else "cpu"
        raise UserError(f"device: found {str(device)!r}, allowed: {allowed}") from error
    return found
