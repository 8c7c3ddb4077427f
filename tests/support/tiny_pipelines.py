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
    Gemma2Config,
    Gemma2Model,
    GemmaTokenizer,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3Model,
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


LAYERS: dict[str, Any] = {
    "hidden_size": WIDTH,
    "intermediate_size": 37,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "num_hidden_layers": 2,
}


def sana() -> diffusers.SanaPipeline:
    words = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *string.printable.strip(), "\n"]
    tokenizer = GemmaTokenizer(vocab={word: index for index, word in enumerate(dict.fromkeys(words))})
    return diffusers.SanaPipeline(
        tokenizer=tokenizer, text_encoder=Gemma2Model(Gemma2Config(vocab_size=len(words), **LAYERS)),
        vae=diffusers.AutoencoderDC(
            latent_channels=4, attention_head_dim=2, encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8), encoder_layers_per_block=(1, 1),
            decoder_layers_per_block=(1, 1), encoder_qkv_multiscales=((), (5,)),
            decoder_qkv_multiscales=((), (5,)), encoder_block_types=("ResBlock", "EfficientViTBlock"),
            decoder_block_types=("ResBlock", "EfficientViTBlock"), downsample_block_type="conv",
            upsample_block_type="interpolate", decoder_norm_types="rms_norm", decoder_act_fns="silu",
        ),
        transformer=diffusers.SanaTransformer2DModel(  # its first layer takes nothing from a ControlNet
            patch_size=1, in_channels=4, out_channels=4, num_layers=2, num_attention_heads=2,
            attention_head_dim=4, num_cross_attention_heads=2, cross_attention_head_dim=4,
            cross_attention_dim=8, caption_channels=WIDTH, sample_size=32,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=7.0),
    )  # fmt: skip


def _qwen_tokenizer() -> Qwen2Tokenizer:
    words = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ġ", "Ċ", *string.printable.strip()]
    tokenizer = Qwen2Tokenizer(vocab={word: index for index, word in enumerate(words)}, merges=[])
    tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    return tokenizer


def z_image() -> diffusers.ZImagePipeline:
    tokenizer = _qwen_tokenizer()
    return diffusers.ZImagePipeline(
        tokenizer=tokenizer, text_encoder=Qwen3Model(Qwen3Config(vocab_size=len(tokenizer), **LAYERS)),
        vae=_vae(16, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06, scaling_factor=1.5),
        transformer=diffusers.ZImageTransformer2DModel(
            in_channels=16, dim=32, n_layers=1, n_refiner_layers=1, n_heads=2, n_kv_heads=2,
            cap_feat_dim=WIDTH, axes_dims=[8, 4, 4], axes_lens=[256, 64, 64],
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
    )  # fmt: skip


def qwen_image() -> diffusers.QwenImagePipeline:
    tokenizer = _qwen_tokenizer()
    reading = {
        **LAYERS,
        "vocab_size": len(tokenizer),
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
    }
    seeing = {
        "depth": 1,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_heads": 2,
        "out_hidden_size": WIDTH,
    }
    config = Qwen2_5_VLConfig(text_config=reading, vision_config=seeing)
    return diffusers.QwenImagePipeline(
        tokenizer=tokenizer, text_encoder=Qwen2_5_VLForConditionalGeneration(config),
        vae=diffusers.AutoencoderKLQwenImage(
            base_dim=8, z_dim=4, dim_mult=[1, 2], num_res_blocks=1, temperal_downsample=[False],
            latents_mean=[0.0] * 4, latents_std=[3.0] * 4,
        ),
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=WIDTH, axes_dims_rope=(8, 4, 4),
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )  # fmt: skip


TINY: dict[str, Callable[[], Any]] = {
    each.__name__: each for each in (sd, sdxl, sd3, flux, pixart, sana, z_image, qwen_image)
}


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
    "sana": lambda: diffusers.SanaControlNetModel(
        patch_size=1, in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2,
        attention_head_dim=4, num_cross_attention_heads=2, cross_attention_head_dim=4,
        cross_attention_dim=8, caption_channels=WIDTH, sample_size=32,
    ),
    "z_image": lambda: diffusers.ZImageControlNetModel(
        control_layers_places=[0], control_in_dim=16, dim=32, n_refiner_layers=1, n_heads=2, n_kv_heads=2,
    ),
    "qwen_image": lambda: diffusers.QwenImageControlNetModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=WIDTH, axes_dims_rope=(8, 4, 4),
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


def save_lora(pipeline: Path, folder: Path, seed: int = 2) -> None:
    """A LoRA with random weights for the denoiser of the tiny pipeline in the folder `pipeline`."""
    from peft import LoraConfig, get_peft_model_state_dict

    torch.manual_seed(seed)
    pipe = diffusers.DiffusionPipeline.from_pretrained(pipeline)
    part = "unet" if hasattr(pipe, "unet") else "transformer"
    net = getattr(pipe, part)
    net.add_adapter(LoraConfig(r=4, init_lora_weights=False, target_modules=["to_q", "to_v", "to_out.0"]))
    pipe.save_lora_weights(folder, **{f"{part}_lora_layers": get_peft_model_state_dict(net)})
