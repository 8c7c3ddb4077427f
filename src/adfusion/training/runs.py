"""Reading what a finished run left behind."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from adfusion.errors import UserError
from adfusion.nets import Autoencoder
from adfusion.training.networks import autoencoder_config
from adfusion.training.recipe import AutoencoderNetwork


def finished_run(run: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The averaged weights and the record of a run. Raises `UserError` if it has not finished."""
    try:
        record = json.loads((run / "record.json").read_text(encoding="utf-8"))
        return load_file(run / "network.safetensors"), record
    except FileNotFoundError as error:
        raise UserError(f"{run}: no finished training run here; `adfusion train` makes one") from error
    except (OSError, ValueError, SafetensorError) as error:
        raise UserError(f"{run}: damaged training run: {error}") from error


def latent_statistics(run: Path) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (c 1 1) of the latents that the denoiser of `run` was trained on."""
    statistics = json.loads((run / "latents.json").read_text())
    return tuple(torch.tensor(statistics[name])[:, None, None] for name in ("mean", "std"))  # type: ignore[return-value]


def lineage(run: Path) -> dict[str, Any]:
    """The record of a run; under `started_from` that of the run it began with or learnt from, and so on."""
    _, record = finished_run(run)
    recipe = record["recipe"]
    if "base" in record:  # it began with a model, whose record is in its own
        return record
    before = earlier_run(recipe)
    return {**record, "started_from": lineage(run.parent / before)} if before else record


def earlier_run(recipe: dict[str, Any]) -> str | None:
    """The run that one with this recipe began with or learnt from."""
    return recipe.get("start_from") or recipe.get("teacher") or recipe.get("latents_of")


def trained_autoencoder(run: Path) -> tuple[Autoencoder, dict[str, Any]]:
    """The frozen autoencoder of a finished run, and the run's record."""
    weights, record = finished_run(run)
    if record["recipe"]["train"] != "autoencoder":
        raise UserError(f"{run}: found a run of the {record['recipe']['train']}, need one of the autoencoder")
    autoencoder = Autoencoder(autoencoder_config(AutoencoderNetwork(**record["recipe"]["network"])))
    autoencoder.load_state_dict(weights)
    return autoencoder.eval().requires_grad_(False), record
