"""A run's state on disk, in safetensors: weights, their average, optimizer moments, and where it was."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from adfusion import files
from adfusion.data.scenes.scene import VERSION
from adfusion.errors import UserError
from adfusion.training.muon import Muon
from adfusion.training.origin import origin
from adfusion.training.recipe import Recipe

STATE = {torch.optim.AdamW: ("step", "exp_avg", "exp_avg_sq"), Muon: ("momentum_buffer",)}
"""What an optimizer keeps of a weight, from its first gradient on."""
MAY_CHANGE = {"pictures", "log_every", "checkpoint_every", "samples_every"}
"""Fields of a recipe that may differ when a run is resumed: none of them changes a step already taken."""


def save(
    path: Path, recipe: Recipe, network: nn.Module, average: dict[str, Tensor],
    optimizers: Sequence[torch.optim.Optimizer], seen: int, seconds: float,
) -> None:  # fmt: skip
    """Write the whole state atomically."""
    tensors: dict[str, Tensor] = {}
    for name, weight in network.named_parameters():
        tensors[f"network.{name}"] = weight.detach()
        tensors[f"average.{name}"] = average[name]
        if weight.requires_grad:
            optimizer, kept = _trained_by(weight, optimizers)
            tensors |= {
                f"{key}.{name}": optimizer.state[weight][key] for key in kept if weight in optimizer.state
            }
    metadata = {"pictures": str(seen), "seconds": str(seconds), "recipe": recipe.model_dump_json()}
    with files.replacing(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, metadata)


def restore(
    path: Path, recipe: Recipe, network: nn.Module, average: dict[str, Tensor],
    optimizers: Sequence[torch.optim.Optimizer],
) -> tuple[int, float]:  # fmt: skip
    """Put a saved state back; returns (pictures seen, seconds trained).

    Raises `UserError` if the file is damaged or was made by a recipe that differs in more than its length.
    """
    try:
        with safe_open(path, framework="pt") as file, torch.no_grad():
            metadata = file.metadata()
            _same_recipe(path, metadata["recipe"], recipe)
            seen, saved = int(metadata["pictures"]), set(file.keys())
            for name, weight in network.named_parameters():
                weight.copy_(file.get_tensor(f"network.{name}"))
                average[name].copy_(file.get_tensor(f"average.{name}"))
                if not weight.requires_grad:
                    continue
                optimizer, kept = _trained_by(weight, optimizers)
                if f"{kept[-1]}.{name}" in saved:
                    optimizer.state[weight] = {
                        key: _placed(file.get_tensor(f"{key}.{name}"), weight) for key in kept
                    }
    except (SafetensorError, OSError, KeyError) as error:
        raise UserError(f"{path}: damaged checkpoint ({error}); delete it to start anew") from error
    return seen, float(metadata["seconds"])


def _trained_by(
    weight: Tensor, optimizers: Sequence[torch.optim.Optimizer]
) -> tuple[torch.optim.Optimizer, tuple[str, ...]]:
    """The optimizer that owns a weight, and the names of what it keeps of it."""
    for optimizer in optimizers:
        if any(weight is owned for group in optimizer.param_groups for owned in group["params"]):
            inner = getattr(optimizer, "optimizer", optimizer)  # accelerate wraps it
            return optimizer, STATE[type(inner)]
    raise ValueError("a weight that no optimizer trains")


def _placed(kept: Tensor, weight: Tensor) -> Tensor:
    """On the device of `weight`, with its strides if of its shape: the fused step walks through memory."""
    like = weight if kept.shape == weight.shape else kept
    return torch.empty_like(like, device=weight.device).copy_(kept)


def save_result(run: Path, recipe: Recipe, average: dict[str, Tensor], seen: int, device: str) -> None:
    """Write what the run was for: the averaged weights and the record of how they came about."""
    with safe_open(run / "checkpoint.safetensors", framework="pt") as file:
        seconds = float(file.metadata()["seconds"])
    record = {
        "recipe": recipe.model_dump(mode="json"),
        "pictures_seen": seen,
        "hours": round(seconds / 3600, 3),
        "device": device,
        "torch": torch.__version__,
        "scenes_version": VERSION,
        **origin(run),
    }
    with files.replacing(run / "network.safetensors") as temporary:
        save_file({name: weight.contiguous() for name, weight in average.items()}, temporary)
    files.write_text(run / "record.json", json.dumps(record, indent=2) + "\n")


def _same_recipe(path: Path, begun: str, recipe: Recipe) -> None:
    """A field that the recipe did not have when the run began had its default then."""
    try:
        old = type(recipe).model_validate_json(begun).model_dump()
    except ValidationError as error:
        raise UserError(
            f"{path}: begun by another version or with another kind of recipe; start anew"
        ) from error
    for field, new in recipe.model_dump().items():
        if field not in MAY_CHANGE and old[field] != new:
            raise UserError(f"{path}: {field}: the run began with {old[field]!r}, the recipe says {new!r}")
