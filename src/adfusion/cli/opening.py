"""The model that a verb draws with: its options, and opening it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from adfusion.generation.backend import Backend
    from adfusion.generation.diffusers.weights import Weights

Model = Annotated[
    str,
    typer.Option(
        help="A bundled model's name, a model's folder or .safetensors file, hf:ORG/NAME, or a service's URL."
    ),
]
Memory = Annotated[
    str,
    typer.Option(
        help="Number format, such as bfloat16; for pretrained models also offload, tiling and more."
    ),
]
ControlNet = Annotated[Path | None, typer.Option(help="Folder of a ControlNet for a pretrained model.")]
Control = Annotated[Path | None, typer.Option(help="Picture that the ControlNet follows.")]
SpendLimit = Annotated[
    float | None, typer.Option(min=0, help="Most that a paid service may cost, over all runs of a campaign.")
]


def open_model(
    model: str,
    lora: list[str] | None = None,
    memory: str = "auto",
    *,
    controlnet: Path | None = None,
    spend_limit: float | None = None,
    spent: Path | None = None,
) -> "Backend":
    """The generator; what a person should know of a pretrained model (licence, memory) goes to stderr."""
    from adfusion.generation.backends import open_generator
    from adfusion.generation.diffusers.hub import SCHEME
    from adfusion.generation.lora import parse_loras
    from adfusion.provenance.marked_noise import lend_key

    if model.startswith(SCHEME):
        fetch(model, memory)
    generator = open_generator(
        model,
        loras=parse_loras(lora),
        memory=memory,
        controlnet=controlnet,
        spend_limit=spend_limit,
        spent=spent,
    )
    lend_key(generator)
    for note in getattr(generator, "notes", ()):
        print(f"adfusion: {note}", file=sys.stderr)
    return generator


def fetch(model: str, memory: str | None = None) -> "Weights":
    """A model of the hub, from the cache or into it; size and licence are said before a download.

    memory: how it is to be used here: what cannot fit is not downloaded.
    """
    from adfusion.generation.diffusers import hub
    from adfusion.generation.diffusers.memory import ensure_room

    def announce(offer: hub.Offer) -> None:
        size = f"{offer.size / 1e9:.2f} GB in {len(offer.files)} files"
        print(f"adfusion: {model}: {size}, licence {offer.license}", file=sys.stderr)
        if memory is not None:
            ensure_room(offer.tensors, None, memory)

    if not sys.stderr.isatty():
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
    return hub.cached(model) or hub.pull(model, announce)
