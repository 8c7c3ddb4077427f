"""Tiny models as one file in the original layout, which web interfaces exchange."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import diffusers
from safetensors.torch import save_file
from torch import Tensor

Rule = tuple[str, str | Callable[[re.Match[str]], str]]

RESNET: list[Rule] = [
    (r"norm1\.", "in_layers.0."), (r"conv1\.", "in_layers.2."), (r"norm2\.", "out_layers.0."),
    (r"conv2\.", "out_layers.3."), (r"time_emb_proj\.", "emb_layers.1."),
    (r"conv_shortcut\.", "skip_connection."),
]  # fmt: skip
UNET: list[Rule] = [
    (r"^time_embedding\.linear_1", "time_embed.0"), (r"^time_embedding\.linear_2", "time_embed.2"),
    (r"^conv_in", "input_blocks.0.0"), (r"^conv_norm_out", "out.0"), (r"^conv_out", "out.2"),
    (r"^down_blocks\.(\d)\.resnets\.(\d)", lambda m: f"input_blocks.{1 + 2 * int(m[1]) + int(m[2])}.0"),
    (r"^down_blocks\.(\d)\.attentions\.(\d)", lambda m: f"input_blocks.{1 + 2 * int(m[1]) + int(m[2])}.1"),
    (r"^down_blocks\.(\d)\.downsamplers\.0\.conv", lambda m: f"input_blocks.{2 + 2 * int(m[1])}.0.op"),
    (r"^mid_block\.resnets\.(\d)", lambda m: f"middle_block.{2 * int(m[1])}"),
    (r"^mid_block\.attentions\.0", "middle_block.1"),
    (r"^up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"output_blocks.{2 * int(m[1]) + int(m[2])}.0"),
    (r"^up_blocks\.(\d)\.attentions\.(\d)", lambda m: f"output_blocks.{2 * int(m[1]) + int(m[2])}.1"),
    (r"^up_blocks\.(\d)\.upsamplers\.0\.", lambda m: f"output_blocks.{2 * int(m[1]) + 1}.2."),
]  # fmt: skip
VAE: list[Rule] = [
    (r"down_blocks\.(\d)\.resnets", r"down.\1.block"),
    (r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample"),
    (r"up_blocks\.(\d)\.resnets", lambda m: f"up.{1 - int(m[1])}.block"),
    (r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{1 - int(m[1])}.upsample"),
    (r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}"),
    (r"mid_block\.attentions\.0\.group_norm", "mid.attn_1.norm"),
    (r"mid_block\.attentions\.0\.to_([qkv])", r"mid.attn_1.\1"),
    (r"mid_block\.attentions\.0\.to_out\.0", "mid.attn_1.proj_out"),
    (r"conv_shortcut", "nin_shortcut"), (r"conv_norm_out", "norm_out"),
]  # fmt: skip

Z_IMAGE: list[Rule] = [
    (r"^all_(x_embedder|final_layer)\.2-1", r"\1"), (r"\.to_out\.0\.", ".out."),
    (r"\.norm_([qk])\.", r".\1_norm."),
]  # fmt: skip


def save_single_file(pipeline: Path, file: Path) -> Path:
    """Write the tiny Stable Diffusion in the folder `pipeline` to the safetensors file `file`."""
    pipe: Any = diffusers.StableDiffusionPipeline.from_pretrained(pipeline)
    tensors = {
        **_renamed(pipe.unet.state_dict(), "model.diffusion_model.", UNET),
        **_renamed(pipe.vae.state_dict(), "first_stage_model.", VAE),
        **_renamed(
            pipe.text_encoder.state_dict(),
            "cond_stage_model.transformer.",
            [(r"^(?!text_model\.)", "text_model.")],
        ),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file)
    return file


def save_z_image_file(pipeline: Path, file: Path) -> Path:
    """Write the transformer of the tiny Z-Image in the folder `pipeline`: such files have nothing else."""
    transformer = diffusers.ZImageTransformer2DModel.from_pretrained(pipeline, subfolder="transformer")
    tensors = _renamed(transformer.state_dict(), "model.diffusion_model.", Z_IMAGE)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file)
    return file


def _renamed(state: Mapping[str, Tensor], prefix: str, rules: list[Rule]) -> dict[str, Tensor]:
    renamed = {}
    for name, tensor in state.items():
        for pattern, other in [*(RESNET if "resnets" in name and rules is UNET else []), *rules]:
            name = re.sub(pattern, other, name)
        renamed[prefix + name] = tensor
    return renamed
