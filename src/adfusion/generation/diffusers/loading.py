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
from adfusion.generation.diffusers.weights import INDEX, Weights, sizes

SINGLE_FILES = {
    "v1": "StableDiffusionPipeline",
    "v2": "StableDiffusionPipeline",
    "xl_base": "StableDiffusionXLPipeline",
    "playground-v2-5": "StableDiffusionXLPipeline",
    "sd3": "StableDiffusion3Pipeline",
    "sd35_medium": "StableDiffusion3Pipeline",
    "sd35_large": "StableDiffusion3Pipeline",
    "flux-dev": "FluxPipeline",
    "flux-schnell": "FluxPipeline",
    "z-image-turbo": "ZImagePipeline",
}
"""Pipelines of single files, by the kind that `diffusers` tells from the tensors."""
UNETS = ("StableDiffusionPipeline", "StableDiffusionXLPipeline")
"""Their single files hold all parts."""
UNET = "model.diffusion_model.input_blocks.0.0.weight"
"""A tensor of the kinds v1 and v2; `diffusers` takes for v1 whatever it does not know."""
WIDTHS = ("cross_attention_dim", "joint_attention_dim", "caption_channels", "dim")
"""Entries of a denoiser's configuration that are its ControlNets' too."""
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
    for path in rest_of(weights):
        parameters += sum(sizes(path))
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
    return SINGLE_FILES[_kind_of_file(weights.path)]


def _kind_of_file(path: Path) -> str:
    """What `diffusers` calls the model in a single file, told from names and shapes of its tensors.

    Raises `UserError` for none of `SINGLE_FILES`.
    """
    from diffusers.loaders.single_file_utils import infer_diffusers_model_type
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        names = list(file.keys())
        shapes = {name: torch.empty(file.get_slice(name).get_shape(), device="meta") for name in names}
    kind = str(infer_diffusers_model_type(shapes))
    if kind not in SINGLE_FILES or (kind == "v1" and UNET not in names):
        raise UserError(
            f"{path}: found no model that draws from words, allowed: a single file of Stable Diffusion 1, 2 "
            "or 3, SDXL, FLUX or Z-Image, or a folder in the layout of diffusers; a LoRA goes with --lora"
        )
    return kind


def _pipeline(diffusers: Any, weights: Weights, plan: MemoryPlan) -> Any:
    from diffusers.loaders.single_file_utils import SingleFileComponentError

    options: dict[str, Any] = {"dtype": getattr(torch, plan.dtype), "local_files_only": True}
    try:
        if weights.path.is_dir():
            return _of_folder(diffusers, weights, **options)
        folder = Weights(weights.name, _configuration(weights))
        if rest_of(weights):
            kind = json.loads((folder.path / INDEX).read_bytes())["transformer"][1]
            transformer = getattr(diffusers, kind).from_single_file(
                str(weights.path), config=str(folder.path), subfolder="transformer", **options
            )
            return _of_folder(diffusers, folder, transformer=transformer, **options)
        pipeline = getattr(diffusers, pipeline_name(weights))
        return pipeline.from_single_file(str(weights.path), config=str(folder.path), **options)
    except (*LOADING, SingleFileComponentError) as error:
        raise UserError(f"{weights.path}: cannot be loaded: {first_line(error)}") from error


def _of_folder(diffusers: Any, folder: Weights, **options: Any) -> Any:
    return diffusers.AutoPipelineForText2Image.from_pretrained(
        str(folder.path), variant=folder.variant, use_safetensors=True, **options
    )


def rest_of(weights: Weights) -> list[Path]:
    """Tensors of the other parts, in the folder of its configuration, of a single file that has a transformer
    alone, as those of FLUX and Z-Image; empty where there are none.
    """
    if weights.path.is_dir() or pipeline_name(weights) in UNETS:
        return []
    parts = Weights(weights.name, _configuration(weights)).tensors()
    rest = [path for path in parts if path.parent.name != "transformer"]
    return rest if any(path.parent.name.startswith("text_encoder") for path in rest) else []


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
        _ensure_fits(pipe, net)
        try:
            return diffusers.AutoPipelineForText2Image.from_pipe(pipe, controlnet=net)
        except ValueError:  # it does not know all: Sana's
            name = type(pipe).__name__.replace("Pipeline", "ControlNetPipeline")
            return getattr(diffusers, name)(**pipe.components, controlnet=net)
    except LOADING as error:
        raise UserError(f"controlnet {folder}: cannot be loaded: {first_line(error)}") from error


def _ensure_fits(pipe: Any, net: Any) -> None:
    """Raises `ValueError` if a ControlNet was made for another width than that of the denoiser of `pipe`."""
    denoiser = getattr(pipe, "unet", None) or pipe.transformer
    for width in WIDTHS:
        found, allowed = net.config.get(width), denoiser.config.get(width)
        if None not in (found, allowed) and found != allowed:
            raise ValueError(f"{width}: found {found}, allowed: {allowed}, that of the model")


def first_line(error: Exception) -> str:
    """What an error of `LOADING` says, short."""
    return " ".join(str(error).split())[:200] or type(error).__name__
