"""What a `diffusers` pipeline can do, and how it is called."""

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from PIL import Image

from adfusion.generation.diffusers.families import Family, native_sizes
from adfusion.generation.diffusers.installed import library
from adfusion.generation.request import Request, Size

Kind = Literal["text", "image", "inpaint"]

OWN = "own"
"""The sampler that a model came with."""
SCHEDULERS = {
    "ddpm": "DDPMScheduler",
    "ddim": "DDIMScheduler",
    "euler": "EulerDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
}
"""Our samplers under their names in `diffusers`."""
SIDE = 1024
"""Of a native square picture, where nothing says it."""


def pipelines_of(pipe: Any) -> dict[Kind, Any]:
    """`pipe` and its siblings of the same parts, as far as its family has them.

    Some siblings are other things by that name: they redraw without a strength, or inpaint with a ControlNet
    of their own. They do not count.
    """
    diffusers = library()
    found: dict[Kind, Any] = {"text": pipe}
    siblings: tuple[tuple[Kind, str, set[str]], ...] = (
        ("image", "Image2Image", {"image", "strength"}),
        ("inpaint", "Inpainting", {"image", "strength", "mask_image"}),
    )
    for kind, task, needed in siblings:
        try:
            sibling = getattr(diffusers, f"AutoPipelineFor{task}").from_pipe(pipe)
        except ValueError:  # the family has none
            continue
        if needed <= inspect.signature(sibling.__call__).parameters.keys():
            sibling.set_progress_bar_config(disable=True)
            found[kind] = sibling
    return found


def edits_of(pipelines: Mapping[Kind, Any]) -> tuple[str, ...]:
    """Fields of a `Request` beyond text-to-image that these can do."""
    edits = {"image": ("initial", "strength"), "inpaint": ("initial", "strength", "mask")}
    return tuple(dict.fromkeys(field for kind, able in edits.items() if kind in pipelines for field in able))


def sizes_of(pipe: Any, side: int | None) -> tuple[Size, ...]:
    """Those that `pipe` was made for; `side` of a native square picture overrides what it says."""
    factor = getattr(pipe, "vae_scale_factor", 8)
    network: Any = getattr(pipe, "unet", None) or getattr(pipe, "transformer", None)
    points = getattr(pipe, "default_sample_size", None) or network.config.get("sample_size")
    if side is None:
        side = points * factor if isinstance(points, int) else SIDE
    return native_sizes(side, math.lcm(8, 2 * factor))


def samplers_of(scheduler: Any) -> tuple[str, ...]:
    """The model's own first, then ours that `diffusers` has for the same noise."""
    config, name = scheduler.config, type(scheduler).__name__
    if "FlowMatch" in name or config.get("use_flow_sigmas") or "flow" in str(config.get("prediction_type")):
        return (OWN,)
    compatible = {each.__name__ for each in scheduler.compatibles}
    return (OWN, *(ours for ours, theirs in SCHEDULERS.items() if theirs in compatible))


def new_scheduler(own: Any, sampler: str) -> Any:
    """A scheduler for one run; schedulers keep state."""
    kind = type(own) if sampler == OWN else getattr(library(), SCHEDULERS[sampler])
    return kind.from_config(own.config)


def call_arguments(
    pipe: Any,
    family: Family,
    requests: Sequence[Request],
    size: Size,
    images: Mapping[str, Image.Image],
    control: Image.Image | None,
) -> dict[str, Any]:
    """Arguments for `pipe` to draw `requests` of one batch, as far as it takes them.

    images: `image` and `mask_image` that it starts from, of `size`.
    control: what a ControlNet follows, of any size.
    """
    like = requests[0]
    takes = inspect.signature(pipe.__call__).parameters
    wanted: dict[str, Any] = {
        "prompt": [request.prompt for request in requests],
        "num_inference_steps": like.steps,
        "generator": [torch.Generator().manual_seed(request.seed) for request in requests],
        "width": size[0],
        "height": size[1],
        "clean_caption": False,
        "use_resolution_binning": False,
        **_guidance(family, requests),
        **images,
    }
    if images:
        wanted["strength"] = like.strength
    if control is not None:
        name = "control_image" if "control_image" in takes else "image"
        wanted[name] = control.resize(size, Image.Resampling.LANCZOS)
    return {name: value for name, value in wanted.items() if name in takes}


def _guidance(family: Family, requests: Sequence[Request]) -> dict[str, Any]:
    """The guidance scale and the words to steer away from, under the family's names."""
    scale = requests[0].guidance_scale
    negatives = [request.negative_prompt for request in requests]
    away = {"negative_prompt": negatives} if any(negatives) else {}
    match family.guidance:
        case "cfg":
            return {"guidance_scale": scale, **away}
        case "extrapolated":
            return {"guidance_scale": max(scale - 1, 0.0), **away}
        case "true_cfg":
            return {"true_cfg_scale": scale, "negative_prompt": [words or " " for words in negatives]}
        case "embedded":
            return {"guidance_scale": scale}
        case "none":
            return {"guidance_scale": 0.0}
