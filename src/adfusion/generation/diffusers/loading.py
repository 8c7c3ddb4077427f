"""A pipeline from its files: number format and place in memory, ControlNet."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from adfusion.errors import UserError
from adfusion.generation.diffusers.families import Family, family
from adfusion.generation.diffusers.installed import library
from adfusion.generation.diffusers.memory import Machine, MemoryPlan, planned
from adfusion.generation.diffusers.weights import INDEX, Weights

SINGLE_FILES = {"sd3": "StableDiffusion3", "xl": "StableDiffusionXL", "flux": "Flux", "": "StableDiffusion"}
"""Pipelines of single files, by a part of the kind that `diffusers` tells from the tensors."""
LOADING = OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError, StopIteration
"""What a file that does not fit makes `diffusers` raise."""


@dataclass(frozen=True)
class Loaded:
    """A pipeline that is ready, and how it is kept."""

    pipe: Any
    family: Family
    plan: MemoryPlan
    device: str


def load(
    weights: Weights,
    *,
    device: str | None = None,
    memory: str = "auto",
    controlnet: Path | None = None,
) -> Loaded:
    """The text-to-image pipeline of `weights`. Raises `UserError` if it cannot be loaded or does not fit."""
    diffusers = library()
    parameters, largest = weights.parameters()
    machine = Machine.here(device)
    name = pipeline_name(weights)
    plan = planned(parameters, largest, family(name, weights.name).half, machine, memory)
    pipe = _pipeline(diffusers, weights, plan)
    if controlnet is not None:
        pipe = _controlled(diffusers, pipe, controlnet, plan)
    pipe.set_progress_bar_config(disable=True)
    plan.apply(pipe, machine.device)
    options = dict(pipe.transformer.config) if getattr(pipe, "transformer", None) else None
    return Loaded(pipe, family(type(pipe).__name__, weights.name, options), plan, machine.device)


def pipeline_name(weights: Weights) -> str:
    """The class name of the pipeline: from its index, or told from the tensors of a single file."""
    if weights.path.is_dir():
        return str(json.loads((weights.path / INDEX).read_bytes()).get("_class_name"))
    kind = _kind_of_file(weights.path)
    return next(f"{name}Pipeline" for hint, name in SINGLE_FILES.items() if hint in kind)


def _kind_of_file(path: Path) -> str:
    """What `diffusers` calls the model in a single file, told from names and shapes of its tensors."""
    from diffusers.loaders.single_file_utils import infer_diffusers_model_type
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        names = list(file.keys())
        shapes = {name: torch.empty(file.get_slice(name).get_shape(), device="meta") for name in names}
    return str(infer_diffusers_model_type(shapes))


def _pipeline(diffusers: Any, weights: Weights, plan: MemoryPlan) -> Any:
    options: dict[str, Any] = {"dtype": getattr(torch, plan.dtype), "local_files_only": True}
    try:
        if weights.path.is_dir():
            return diffusers.AutoPipelineForText2Image.from_pretrained(
                str(weights.path), variant=weights.variant, use_safetensors=True, **options
            )
        pipeline = getattr(diffusers, pipeline_name(weights))
        return pipeline.from_single_file(str(weights.path), config=str(_configuration(weights)), **options)
    except LOADING as error:
        raise UserError(f"{weights.path}: cannot be loaded: {first_line(error)}") from error


def _configuration(weights: Weights) -> Path:
    """The folder with the configuration of a single file, which holds none: its own, or in the hub's cache.

    Asks for no download. Raises `UserError` if there is none.
    """
    from diffusers.loaders.single_file_utils import DIFFUSERS_DEFAULT_PIPELINE_PATHS
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    if (weights.folder / INDEX).is_file():
        return weights.folder
    repository = DIFFUSERS_DEFAULT_PIPELINE_PATHS[_kind_of_file(weights.path)][
        "pretrained_model_name_or_path"
    ]
    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
    except LocalEntryNotFoundError:
        folder = None
    if folder is None or not (folder / INDEX).is_file():
        raise UserError(
            f"{weights.path}: found no configuration for it, allowed: {INDEX} and its folders beside it, "
            f"or in the cache (adfusion models pull hf:{repository})"
        )
    return folder


def _controlled(diffusers: Any, pipe: Any, folder: Path, plan: MemoryPlan) -> Any:
    """`pipe` with the ControlNet (Zhang et al. 2023) in `folder`."""
    try:
        kind = json.loads((folder / "config.json").read_bytes())["_class_name"]
        if not kind.endswith(("ControlNetModel", "ControlNetUnionModel")):
            raise ValueError(f"found {kind}")
        net = getattr(diffusers, kind).from_pretrained(
            str(folder), dtype=getattr(torch, plan.dtype), use_safetensors=True, local_files_only=True
        )
        return diffusers.AutoPipelineForText2Image.from_pipe(pipe, controlnet=net)
    except LOADING as error:
        raise UserError(f"controlnet {folder}: cannot be loaded: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What an error of `LOADING` says, short."""
    return " ".join(str(error).split())[:200] or type(error).__name__
