"""The one seam between models and everything above: a request goes in, progress and pictures come out.

Nothing above this floor knows which model draws. `NativeGenerator` runs a model of this package; another
backend needs only to satisfy `Generator`. `NativeGenerator` is imported when it is asked for: it needs torch,
and most of what handles pictures does not.
"""

from typing import TYPE_CHECKING, Any

from adfusion.generation.generator import Generator, Run
from adfusion.generation.inputs import InputImage
from adfusion.generation.lora import LoraUse
from adfusion.generation.picture_file import load_picture, save_picture
from adfusion.generation.request import Picture, Progress, Request, Size, Toward
from adfusion.generation.sheet import contact_sheet, steps_strip

if TYPE_CHECKING:
    from adfusion.generation.native import NativeGenerator

__all__ = [
    "Generator",
    "InputImage",
    "LoraUse",
    "NativeGenerator",
    "Picture",
    "Progress",
    "Request",
    "Run",
    "Size",
    "Toward",
    "contact_sheet",
    "load_picture",
    "save_picture",
    "steps_strip",
]


def __getattr__(name: str) -> Any:
    if name != "NativeGenerator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adfusion.generation.native import NativeGenerator

    return NativeGenerator
