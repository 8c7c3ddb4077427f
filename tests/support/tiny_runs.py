"""Recipes so small that a whole run takes a second, on scenes that are smooth random pictures."""

from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors.torch import load_file

from adfusion import files
from adfusion.data import shards
from adfusion.training import train

SIZES = ((32, 32), (24, 40))
COMMON = {
    "seed": 3,
    "batch": 4,
    "data": {"scenes": 24, "sizes": [list(size) for size in SIZES]},
    "optimizer": {"learning_rate": 2e-3, "warm_up": 8, "cool_down": 0.25},
    "log_every": 8,
    "checkpoint_every": 16,
    "samples_every": 1000,
}
AUTOENCODER = {
    **COMMON, "name": "tiny autoencoder", "train": "autoencoder", "pictures": 48, "crop": 24,
    "network": {
        "widths": [8, 8, 8, 8], "latent_channels": 4, "encoder_blocks": [0, 1, 1, 1],
        "decoder_blocks": [0, 1, 1, 1],
    },
}  # fmt: skip
DENOISER = {
    **COMMON, "name": "tiny denoiser", "train": "denoiser", "pictures": 48,
    "network": {"width": 32, "heads": 2, "depth": 2, "patch_size": 1},
    "sample_prompts": ["a red lamp"],
}  # fmt: skip
AUTOENCODER_WITH_MUON = {
    **AUTOENCODER, "name": "tiny autoencoder with Muon",
    "optimizer": {**COMMON["optimizer"], "muon": 2e-3},
}  # fmt: skip
DENOISER_WITH_MUON = {
    **DENOISER, "name": "tiny denoiser with Muon", "precision": "bf16",
    "optimizer": {**COMMON["optimizer"], "muon": 2e-3},
}  # fmt: skip
STUDENT = {
    **COMMON, "name": "tiny student", "train": "student", "pictures": 48, "path_steps": 4,
    "guidance_scales": [1.0, 3.0], "steps": [1, 2], "sample_prompts": ["a red lamp"],
}  # fmt: skip
UPSAMPLER = {
    **COMMON, "name": "tiny upsampler", "train": "upsampler", "pictures": 48, "crop": 8,
    "network": {"channels": 8, "blocks": 1}, "data": {"scenes": 24, "sizes": [[32, 32]]},
    "optimizer": {**COMMON["optimizer"], "muon": 2e-3},
}  # fmt: skip


def write_smooth_shards(folder: Path) -> None:
    """What rendering would leave in `folder`, without rendering."""
    rng = np.random.default_rng(0)
    for sizes in (SIZES, ((32, 32),)):
        for shard in shards.plan(folder, 0, 24, sizes):
            width, height = shard.size
            rows, columns = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[:, None]
            low, high = rng.uniform(0, 120, (2, shard.count, 1, 1, 3))
            with files.replacing(shard.path) as temporary:
                np.save(temporary, (low + high * (rows + columns) / 2).astype(np.uint8))


def recipe_file(folder: Path, recipe: dict[str, object], **changes: object) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe, **changes}))
    return path


def run_to_end(recipe: Path, run: Path, *, resume: bool = False) -> dict[str, torch.Tensor]:
    for _ in train(recipe, run, resume=resume):
        pass
    return load_file(run / "network.safetensors")
