"""Our networks <-> their `diffusers` twins: configurations, state dicts and whole modules, both ways.

The numbers do not change: the tests hold both sides to 1e-4. Only `to_pixart` and `to_dc` import
`diffusers`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from einops import rearrange
from torch import Tensor

from adfusion.errors import UserError
from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig
from adfusion.nets.patches import Patches

State = Mapping[str, Tensor]

_DIT = {
    "patch": ["pos_embed.proj"],
    "time.0": ["adaln_single.emb.timestep_embedder.linear_1"],
    "time.2": ["adaln_single.emb.timestep_embedder.linear_2"],
    "modulation": ["adaln_single.linear"],
    "caption.0": ["caption_projection.linear_1"],
    "caption.2": ["caption_projection.linear_2"],
    "out": ["proj_out"],
}
_BLOCK = {
    "self_attention.qkv": ["attn1.to_q", "attn1.to_k", "attn1.to_v"],
    "self_attention.out": ["attn1.to_out.0"],
    "cross_attention.q": ["attn2.to_q"],
    "cross_attention.kv": ["attn2.to_k", "attn2.to_v"],
    "cross_attention.out": ["attn2.to_out.0"],
    "mlp.0": ["ff.net.0.proj"],
    "mlp.2": ["ff.net.2"],
}
_PIXART_ALWAYS = {
    "norm_type": "ada_norm_single",
    "norm_elementwise_affine": False,
    "norm_eps": 1e-6,
    "activation_fn": "gelu-approximate",
    "attention_bias": True,
    "attention_type": "default",
    "use_additional_conditions": False,
}
_DC_ALWAYS = {
    "in_channels": 3,
    "encoder_block_types": "ResBlock",
    "decoder_block_types": "ResBlock",
    "upsample_block_type": "pixel_shuffle",
    "downsample_block_type": "pixel_unshuffle",
    "decoder_norm_types": "rms_norm",
    "decoder_act_fns": "silu",
    "encoder_out_shortcut": True,
    "decoder_in_shortcut": True,
    "decoder_conv_act_fn": "relu",
}


def pixart_config(config: DiTConfig) -> dict[str, Any]:
    """Arguments of `PixArtTransformer2DModel` for our configuration.

    There are no patches that overlap there: it sees them laid side by side, on a larger square.
    """
    rows, _ = config.patches.grid(config.sample_size, config.sample_size)
    return {
        **_PIXART_ALWAYS,
        "sample_size": rows * config.patch_size,
        "patch_size": config.patch_size,
        "in_channels": config.in_channels,
        "out_channels": config.out_channels,
        "num_attention_heads": config.heads,
        "attention_head_dim": config.width // config.heads,
        "cross_attention_dim": config.width,
        "num_layers": config.depth,
        "caption_channels": config.caption_width,
        "interpolation_scale": config.spacing(config.patches),
    }


def dit_config(pixart: Mapping[str, Any]) -> DiTConfig:
    """Our configuration for that of a `PixArtTransformer2DModel`.

    Raises `UserError` for an option that our network does not have, such as PixArt's size conditioning.
    """
    width = pixart["num_attention_heads"] * pixart["attention_head_dim"]
    # What is left to `None` there depends on the size (see the constructor of PixArtTransformer2DModel).
    size_conditioned = pixart.get("use_additional_conditions")
    scale = pixart.get("interpolation_scale")
    found = {
        **pixart,
        "use_additional_conditions": (
            pixart["sample_size"] == 128 if size_conditioned is None else size_conditioned
        ),
    }
    _require("PixArtTransformer2DModel", found, {**_PIXART_ALWAYS, "cross_attention_dim": width})
    return DiTConfig(
        sample_size=pixart["sample_size"],
        patch_size=pixart["patch_size"],
        in_channels=pixart["in_channels"],
        out_channels=pixart["out_channels"] or pixart["in_channels"],
        width=width,
        heads=pixart["num_attention_heads"],
        depth=pixart["num_layers"],
        caption_width=pixart["caption_channels"],
        interpolation_scale=max(pixart["sample_size"] // 64, 1) if scale is None else scale,
    )


def pixart_state(state: State, config: DiTConfig) -> dict[str, Tensor]:
    """Our state dict under the names of `PixArtTransformer2DModel`."""
    pixart: dict[str, Tensor] = {}
    for ours, theirs in _dit_names(config.depth).items():
        pieces = _take(state, ours).chunk(len(theirs))
        pixart |= {name: piece.contiguous() for name, piece in zip(theirs, pieces, strict=True)}
    p = config.patch_size
    patch = pixart["pos_embed.proj.weight"]
    pixart["pos_embed.proj.weight"] = rearrange(patch, "d (c p q) -> d c p q", p=p, q=p)
    return pixart


def dit_state(pixart: State, config: DiTConfig) -> dict[str, Tensor]:
    """The state dict of a `PixArtTransformer2DModel` under our names. `UserError` if a weight is missing."""
    state = {
        ours: torch.cat([_take(pixart, name) for name in theirs])
        for ours, theirs in _dit_names(config.depth).items()
    }
    state["patch.weight"] = rearrange(state["patch.weight"], "d c p q -> d (c p q)")
    return state


def pixart_lora(
    factors: Mapping[str, tuple[Tensor, Tensor]], config: DiTConfig
) -> dict[str, tuple[Tensor, Tensor]]:
    """Low-rank factors A and B of our layers under the names of `PixArtTransformer2DModel`'s.

    Layers that are one here and several there share A; B is cut like the weight.
    """
    names = {
        ours.removesuffix(".weight"): [name.removesuffix(".weight") for name in theirs]
        for ours, theirs in _dit_names(config.depth).items()
    }
    return {
        name: (a, part)
        for ours, (a, b) in factors.items()
        for name, part in zip(names[ours], b.chunk(len(names[ours])), strict=True)
    }


def dc_config(config: AutoencoderConfig) -> dict[str, Any]:
    """Arguments of `AutoencoderDC` for our configuration; the state dicts are the same."""
    without_attention = ((),) * len(config.encoder_blocks)
    return {
        **_DC_ALWAYS,
        "latent_channels": config.latent_channels,
        "encoder_block_out_channels": config.encoder_widths,
        "encoder_layers_per_block": config.encoder_blocks,
        "encoder_qkv_multiscales": without_attention,
        "decoder_block_out_channels": config.decoder_widths,
        "decoder_layers_per_block": config.decoder_blocks,
        "decoder_qkv_multiscales": without_attention,
    }


def autoencoder_config(dc: Mapping[str, Any]) -> AutoencoderConfig:
    """Our configuration for that of an `AutoencoderDC`. `UserError` for options that ours does not have."""
    _require("AutoencoderDC", dc, _DC_ALWAYS)
    return AutoencoderConfig(
        latent_channels=dc["latent_channels"],
        encoder_widths=tuple(dc["encoder_block_out_channels"]),
        encoder_blocks=tuple(dc["encoder_layers_per_block"]),
        decoder_widths=tuple(dc["decoder_block_out_channels"]),
        decoder_blocks=tuple(dc["decoder_layers_per_block"]),
    )


def to_pixart(net: DiT) -> Any:
    """The `diffusers.PixArtTransformer2DModel` with the same weights; its timestep is 1000 * t.

    Patches that overlap are laid side by side before it and averaged after it, and positions that are centred
    take the place of its own, by hooks.
    """
    from diffusers import PixArtTransformer2DModel

    pixart = PixArtTransformer2DModel(**pixart_config(net.config))
    pixart.load_state_dict(pixart_state(net.state_dict(), net.config))
    if net.config.overlap:
        patches = net.config.patches
        pixart.register_forward_pre_hook(
            lambda _, args, kwargs: ((patches.side_by_side(args[0]), *args[1:]), kwargs), with_kwargs=True
        )
        pixart.register_forward_hook(partial(_together, patches))
    if net.config.centred:
        pixart.pos_embed.register_forward_hook(partial(_with_positions, net))
    return pixart.eval()


def _together(patches: Patches, _: Any, args: Any, answer: Any) -> Any:
    if isinstance(answer, tuple):
        return (patches.together(answer[0]), *answer[1:])
    answer.sample = patches.together(answer.sample)
    return answer


def _with_positions(net: DiT, embed: Any, args: tuple[Tensor], _: Tensor) -> Tensor:
    patches: Tensor = embed.proj(args[0])
    rows, columns = patches.shape[-2:]
    positions = net.positions(net.config.patches, rows, columns, patches)
    return rearrange(patches, "b d h w -> b (h w) d") + positions


def from_pixart(pixart: Any) -> DiT:
    """Our twin of a `diffusers.PixArtTransformer2DModel`."""
    config = dit_config(pixart.config)
    net = DiT(config)
    net.load_state_dict(dit_state(pixart.state_dict(), config))
    return net.eval()


def to_dc(autoencoder: Autoencoder) -> Any:
    """The `diffusers.AutoencoderDC` with the same weights."""
    from diffusers import AutoencoderDC

    dc = AutoencoderDC(**dc_config(autoencoder.config))
    dc.load_state_dict(autoencoder.state_dict())
    return dc.eval()


def from_dc(dc: Any) -> Autoencoder:
    """Our twin of a `diffusers.AutoencoderDC`."""
    autoencoder = Autoencoder(autoencoder_config(dc.config))
    autoencoder.load_state_dict(dc.state_dict())
    return autoencoder.eval()


def _dit_names(depth: int) -> dict[str, list[str]]:
    """Our parameter names, each with those of the twin's parameters that it stacks along its first axis."""
    names = {"table": ["scale_shift_table"]}
    layers = dict(_DIT)
    for i in range(depth):
        names[f"blocks.{i}.table"] = [f"transformer_blocks.{i}.scale_shift_table"]
        for ours, theirs in _BLOCK.items():
            layers[f"blocks.{i}.{ours}"] = [f"transformer_blocks.{i}.{name}" for name in theirs]
    for ours, theirs in layers.items():
        for kind in ("weight", "bias"):
            names[f"{ours}.{kind}"] = [f"{name}.{kind}" for name in theirs]
    return names


def _take(state: State, name: str) -> Tensor:
    if name not in state:
        raise UserError(f"weights: {name} is missing")
    return state[name]


def _require(model: str, found: Mapping[str, Any], allowed: Mapping[str, Any]) -> None:
    for field, value in allowed.items():
        if found.get(field, value) != value:
            raise UserError(f"{model}: {field}: found {found[field]!r}, allowed: {value!r}")
