"""Real `diffusers` pipelines with small random weights: every part is there, and nothing is downloaded."""

import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)
from transformers.utils import logging

logging.set_verbosity_error()  # `diffusers` looks for torchvision on import

import diffusers  # noqa: E402

WIDTH = 32


def _clip_tokenizer() -> CLIPTokenizer:
    letters = [*string.ascii_lowercase, *string.digits, *".,-'"]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: index for index, word in enumerate(words)}, merges=[], model_max_length=77
    )


def _clip(kind: type = CLIPTextModel) -> Any:
    tokens = len(_clip_tokenizer())
    return kind(
        CLIPTextConfig(
            vocab_size=tokens, hidden_size=WIDTH, intermediate_size=37, num_attention_heads=4,
            num_hidden_layers=2, projection_dim=WIDTH, bos_token_id=tokens - 2, eos_token_id=tokens - 1,
        )
    )  # fmt: skip


def _t5() -> dict[str, Any]:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(letter, -3.0) for letter in string.ascii_lowercase]
    tokenizer = T5TokenizerFast(vocab=pieces, extra_ids=0, model_max_length=77)
    config = T5Config(
        vocab_size=len(pieces), d_model=WIDTH, d_ff=37, d_kv=8, num_heads=4, num_layers=2,
        is_encoder_decoder=False,
    )  # fmt: skip
    return {"tokenizer": tokenizer, "text_encoder": T5EncoderModel(config)}


def _vae(channels: int = 4, **more: Any) -> diffusers.AutoencoderKL:
    return diffusers.AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=channels, block_out_channels=(8, 16),
        norm_num_groups=4, down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2, **more,
    )  # fmt: skip


def _unet(**more: Any) -> diffusers.UNet2DConditionModel:
    return diffusers.UNet2DConditionModel(
        block_out_channels=(8, 16), norm_num_groups=4, layers_per_block=1, sample_size=32, in_channels=4,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), **more,
    )  # fmt: skip


def sd() -> diffusers.StableDiffusionPipeline:
    return diffusers.StableDiffusionPipeline(
        unet=_unet(cross_attention_dim=WIDTH, attention_head_dim=2),
        scheduler=diffusers.DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
            clip_sample=False, set_alpha_to_one=False, steps_offset=1,
        ),
        vae=_vae(), text_encoder=_clip(), tokenizer=_clip_tokenizer(), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def sdxl() -> diffusers.StableDiffusionXLPipeline:
    return diffusers.StableDiffusionXLPipeline(
        unet=_unet(
            cross_attention_dim=2 * WIDTH, attention_head_dim=(2, 4), use_linear_projection=True,
            addition_embed_type="text_time", addition_time_embed_dim=8, transformer_layers_per_block=(1, 2),
            projection_class_embeddings_input_dim=6 * 8 + WIDTH,
        ),
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading",
            steps_offset=1,
        ),
        vae=_vae(), text_encoder=_clip(), tokenizer=_clip_tokenizer(),
        text_encoder_2=_clip(CLIPTextModelWithProjection), tokenizer_2=_clip_tokenizer(),
    )  # fmt: skip


def sd3() -> diffusers.StableDiffusion3Pipeline:
    t5 = _t5()
    return diffusers.StableDiffusion3Pipeline(
        transformer=diffusers.SD3Transformer2DModel(  # its last layer takes nothing from a ControlNet
            sample_size=32, patch_size=2, in_channels=16, num_layers=2, attention_head_dim=8,
            num_attention_heads=4, caption_projection_dim=32, joint_attention_dim=WIDTH,
            pooled_projection_dim=2 * WIDTH, out_channels=16,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=_vae(16, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06, scaling_factor=1.5),
        text_encoder=_clip(CLIPTextModelWithProjection), tokenizer=_clip_tokenizer(),
        text_encoder_2=_clip(CLIPTextModelWithProjection), tokenizer_2=_clip_tokenizer(),
        text_encoder_3=t5["text_encoder"], tokenizer_3=t5["tokenizer"],
    )  # fmt: skip


def flux() -> diffusers.FluxPipeline:
    t5 = _t5()
    return diffusers.FluxPipeline(
        transformer=diffusers.FluxTransformer2DModel(
            patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH,
            axes_dims_rope=[4, 4, 8], guidance_embeds=True,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=_vae(use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06, scaling_factor=1.5),
        text_encoder=_clip(), tokenizer=_clip_tokenizer(), text_encoder_2=t5["text_encoder"],
        tokenizer_2=t5["tokenizer"],
    )  # fmt: skip


def pixart() -> diffusers.PixArtAlphaPipeline:
    return diffusers.PixArtAlphaPipeline(
        transformer=diffusers.PixArtTransformer2DModel(
            sample_size=32, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3,
            caption_channels=WIDTH, in_channels=4, cross_attention_dim=24, out_channels=8,
            norm_type="ada_norm_single", use_additional_conditions=False,
        ),
        scheduler=diffusers.DPMSolverMultistepScheduler(), vae=_vae(), **_t5(),
    )  # fmt: skip


TINY: dict[str, Callable[[], Any]] = {"sd": sd, "sdxl": sdxl, "sd3": sd3, "flux": flux, "pixart": pixart}


def _unet_controlnet(**more: Any) -> diffusers.ControlNetModel:
    return diffusers.ControlNetModel(
        block_out_channels=(8, 16), norm_num_groups=4, layers_per_block=1, in_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        conditioning_embedding_out_channels=(16, 32), **more,
    )  # fmt: skip


CONTROLNETS: dict[str, Callable[[], Any]] = {
    "sd": lambda: _unet_controlnet(cross_attention_dim=WIDTH, attention_head_dim=2),
    "sdxl": lambda: _unet_controlnet(
        cross_attention_dim=2 * WIDTH, attention_head_dim=(2, 4), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=8, transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=6 * 8 + WIDTH,
    ),
    "sd3": lambda: diffusers.SD3ControlNetModel(
        sample_size=32, patch_size=2, in_channels=16, num_layers=1, attention_head_dim=8,
        num_attention_heads=4, caption_projection_dim=32, joint_attention_dim=WIDTH,
        pooled_projection_dim=2 * WIDTH, out_channels=16,
    ),
    "flux": lambda: diffusers.FluxControlNetModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH,
        axes_dims_rope=[4, 4, 8], guidance_embeds=True,
    ),
}  # fmt: skip


def save_tiny(name: str, folder: Path, *, license: str = "creativeml-openrail-m") -> Path:
    """The tiny pipeline of that name as a folder with a card."""
    torch.manual_seed(0)
    TINY[name]().save_pretrained(folder)
    (folder / "README.md").write_text(f"---\nlicense: {license}\n---\n# tiny {name}\n")
    return folder


def save_controlnet(name: str, folder: Path) -> Path:
    """A ControlNet for the tiny pipeline of that name. Its last layers, usually zero at first, are random."""
    torch.manual_seed(1)
    net = CONTROLNETS[name]()
    for weight in net.parameters():
        if not weight.any():
            torch.nn.init.normal_(weight)
    net.save_pretrained(folder)
    return folder


def save_lora(pipeline: Path, folder: Path) -> None:
    """A LoRA with random weights for the denoiser of the tiny pipeline in the folder `pipeline`."""
    from peft import LoraConfig, get_peft_model_state_dict

    torch.manual_seed(2)
    pipe = diffusers.DiffusionPipeline.from_pretrained(pipeline)
    part = "unet" if hasattr(pipe, "unet") else "transformer"
    net = getattr(pipe, part)
    net.add_adapter(LoraConfig(r=4, init_lora_weights=False, target_modules=["to_q", "to_v", "to_out.0"]))
    pipe.save_lora_weights(folder, **{f"{part}_lora_layers": get_peft_model_state_dict(net)})
