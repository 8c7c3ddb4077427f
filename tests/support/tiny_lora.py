"""A LoRA with small random weights for a model of ours, written in a moment."""

from pathlib import Path

import torch

from adfusion.models import Model
from adfusion.models.card import TrainingRecord
from adfusion.models.lora import LearntPicture, base_of, save_lora

RIGHTS = "Photographs by our studio."


def save_tiny_lora(folder: Path, model: Model, seed: int = 0, rank: int = 2) -> Path:
    """For a `model` that was loaded from its folder."""
    random = torch.Generator().manual_seed(seed)
    factors = {}
    for name, layer in model.denoiser_net.named_modules():
        if name.startswith("blocks.") and isinstance(layer, torch.nn.Linear) and "table" not in name:
            inputs, outputs = layer.in_features, layer.out_features
            a, b = (torch.randn(*shape, generator=random) for shape in ((rank, inputs), (outputs, rank)))
            factors[name] = (a * inputs**-0.5, b)
    save_lora(
        folder, model.denoiser_net, factors, base=base_of(model), name=folder.name, rights=RIGHTS,
        pictures=[LearntPicture(file="can.png", sha256="0" * 64, caption="a can")],
        training=TrainingRecord(recipe={}, pictures_seen=1, hours=0, device="cpu", torch="2"), version="0",
    )  # fmt: skip
    return folder
