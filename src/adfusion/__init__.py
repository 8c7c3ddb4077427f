"""Adfusion: diffusion models for advertising, from a campaign brief to finished creatives.

import adfusion

model = adfusion.load("mini")
picture = model.generate("a glossy teal bottle on a podium", seed=7).last()
"""

from pathlib import Path
from typing import TYPE_CHECKING

from adfusion.errors import UserError

if TYPE_CHECKING:
    from adfusion.generation import NativeGenerator

__all__ = ["UserError", "__version__", "load"]

__version__ = "0.1.0"


def load(model: str | Path = "mini", device: str = "cpu") -> "NativeGenerator":
    """The bundled model of that name, or the model in that folder, ready to generate pictures.

    Its weights are checked against their hashes first. Raises `UserError` if there is no such model or it
    has been changed.
    """
    from adfusion.generation import NativeGenerator
    from adfusion.models import store

    return NativeGenerator(store.load(model, device))
