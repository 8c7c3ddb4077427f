"""Adfusion: diffusion models for advertising, from a campaign brief to finished creatives.

import adfusion

model = adfusion.load("mini")
picture = model.generate("a glossy teal bottle on a podium", seed=7).last()
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adfusion.errors import UserError

if TYPE_CHECKING:
    from adfusion.generation.backend import Backend

__all__ = ["UserError", "__version__", "load"]

__version__ = "0.1.0"


def load(
    model: str | Path = "mini",
    device: str | None = None,
    *,
    loras: Sequence[tuple[str | Path, float]] = (),
    memory: str = "auto",
) -> "Backend":
    """The model of that name, ready to generate pictures.

    model: a bundled model's name, a model's folder, `hf:org/name` of the Hugging Face hub, a `.safetensors`
    file, or the address of a service (`docs/models.md`).
    device: `cpu` or `cuda`; by default the CPU for bundled models, for others an accelerator if any.
    loras: of requests that name none: folders that `adfusion finetune` made, or LoRAs of a pretrained model,
    each with its weight.
    memory: number format, such as `bfloat16`; for pretrained models also where they are kept, `offload`.

    Weights are checked first. Raises `UserError` if there is no such model, it has been changed, or does not
    fit into this machine, or if a LoRA is for another model.
    """
    from adfusion.generation.backends import open_generator

    return open_generator(model, device, loras=loras, memory=memory)
