"""What is customary for each family of pretrained models: steps, guidance, native size, number format.

The figures are those of the model cards and of the pipelines' own examples (`docs/models.md` names them).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adfusion.generation.request import Size

ASPECTS = ((1, 1), (4, 5), (3, 4), (2, 3), (9, 16), (1, 2), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1))
"""Width to height of the sizes that a pretrained model is asked for; the first is the default."""

Guidance = Literal["cfg", "true_cfg", "extrapolated", "embedded", "none"]
"""How a pipeline takes the guidance scale (1 is none in a `Request`):

cfg           `guidance_scale`, classifier-free guidance as in Ho & Salimans 2022: 1 is none
true_cfg      the same under the name `true_cfg_scale`
extrapolated  `guidance_scale`, which is one less: 0 is none
embedded      `guidance_scale`, a number that the network was distilled with; no negative prompt
none          distilled without guidance; no negative prompt
"""
Half = Literal["float16", "bfloat16"]


@dataclass(frozen=True)
class Family:
    name: str
    pipelines: str
    """Regular expression of the pipeline's class name."""
    steps: int
    guidance_scale: float
    half: Half
    """The 16-bit number format that the weights were made for."""
    side: int | None = None
    """Of a native square picture, in pixels; `None` is what the pipeline's configuration says."""
    guidance: Guidance = "cfg"
    words: str = ""
    """Regular expression in the model's name, in lower case; empty is any name."""
    embedded: bool | None = None
    """Whether the transformer takes guidance as an input; `None` is either."""


FAMILIES = (
    Family("SD Turbo", r"StableDiffusion(?!XL|3)", 1, 1.0, "float16", 512, "none", r"sd-turbo"),
    Family("Stable Diffusion 1/2", r"StableDiffusion(?!XL|3)", 50, 7.5, "float16"),
    Family("SDXL Turbo", r"StableDiffusionXL", 1, 1.0, "float16", 512, "none", r"turbo"),
    Family("SDXL Lightning", r"StableDiffusionXL", 4, 1.0, "float16", 1024, "none", r"lightning|hyper"),
    Family("SDXL", r"StableDiffusionXL", 50, 5.0, "float16"),
    Family("SD 3.5 Turbo", r"StableDiffusion3", 4, 1.0, "bfloat16", None, "none", r"turbo"),
    Family("SD 3.5", r"StableDiffusion3", 28, 3.5, "bfloat16", None, "cfg", r"3\.5"),
    Family("SD 3", r"StableDiffusion3", 28, 7.0, "bfloat16"),
    Family("FLUX schnell", r"Flux(?!2|Kontext)", 4, 1.0, "bfloat16", None, "none", embedded=False),
    Family("FLUX dev", r"Flux(?!2|Kontext)", 28, 3.5, "bfloat16", None, "embedded"),
    Family("PixArt", r"PixArt", 20, 4.5, "float16"),
    Family("Sana Sprint", r"SanaSprint", 2, 4.5, "bfloat16", 1024, "embedded"),
    Family("Sana", r"Sana", 20, 4.5, "bfloat16"),
    Family("Z-Image Turbo", r"ZImage", 9, 1.0, "bfloat16", 1024, "extrapolated", r"turbo"),
    Family("Z-Image", r"ZImage", 50, 5.0, "bfloat16", 1024, "extrapolated"),
    Family("Qwen-Image", r"QwenImage", 50, 4.0, "bfloat16", 1328, "true_cfg"),
)
OTHER = Family("other", "", 30, 5.0, "bfloat16")
"""For what else `AutoPipeline` loads."""


def family(pipeline: str, name: str, transformer: Mapping[str, Any] | None = None) -> Family:
    """The family of a model, from its pipeline's class name, its own name and its transformer's options."""
    embedded = (transformer or {}).get("guidance_embeds")
    for each in FAMILIES:
        if (
            re.match(each.pipelines, pipeline)
            and re.search(each.words, name.lower())
            and (each.embedded is None or each.embedded == embedded)
        ):
            return each
    return OTHER


def native_sizes(side: int, multiple: int) -> tuple[Size, ...]:
    """Sizes of at most about `side`² pixels, one for each aspect.

    Their sides are multiples of `multiple`, and of its doubles as far as those divide `side` 16 times: 1024
    gives multiples of 64, as the buckets of SDXL are (Podell et al. 2023, appendix I).
    """
    step = multiple
    while side % (2 * step) == 0 and 32 * step <= side:
        step *= 2

    sizes = []
    for wide, high in ASPECTS:
        short = max(step, round(side * math.sqrt(min(wide, high) / max(wide, high)) / step) * step)
        long = max(step, side * side // short // step * step)
        sizes.append((long, short) if wide > high else (short, long))
    return tuple(dict.fromkeys(sizes))
