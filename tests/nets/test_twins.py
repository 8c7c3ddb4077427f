"""Our networks against an independent implementation: `diffusers` on the same weights and inputs."""

import pytest
import torch
from torch import nn

from adfusion.errors import UserError
from adfusion.models import convert
from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig

diffusers = pytest.importorskip("diffusers")

TOLERANCE = {"atol": 1e-4, "rtol": 1e-4}
DITS = [
    DiTConfig(sample_size=8, patch_size=1, in_channels=4, out_channels=4, width=32, heads=2, depth=2),
    DiTConfig(sample_size=16, patch_size=2, in_channels=3, out_channels=6, width=48, heads=3, depth=3),
    DiTConfig(sample_size=16, width=32, heads=4, depth=1, caption_width=20, interpolation_scale=2.0),
]
HOOKED = [  # what `PixArt` cannot do itself
    DiTConfig(sample_size=8, width=32, heads=2, depth=2, overlap=1),
    DiTConfig(sample_size=8, patch_size=4, width=32, heads=2, depth=1, overlap=2, interpolation_scale=2.0),
    DiTConfig(sample_size=8, width=32, heads=2, depth=2, centred=True),
    DiTConfig(sample_size=8, width=32, heads=2, depth=2, overlap=1, centred=True, interpolation_scale=0.5),
]
AUTOENCODERS = [
    AutoencoderConfig(4, (8, 16, 16, 32), (1, 2, 1, 1), (8, 8, 16, 16), (1, 1, 2, 1)),
    AutoencoderConfig(8, (4, 8, 16), (0, 1, 2), (4, 12, 24), (0, 2, 1)),
    AutoencoderConfig(),
]


def randomize(net: nn.Module, seed: int) -> None:
    """Weights under which every path of the network counts: nothing zero, nothing saturated."""
    generator = torch.Generator().manual_seed(seed)
    for weight in net.parameters():
        fan_in = weight[0].numel() if weight.ndim > 1 else 16
        nn.init.normal_(weight, std=fan_in**-0.5, generator=generator)


def dit_inputs(config: DiTConfig, height: int, width: int) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(3, config.in_channels, height, width, generator=generator)
    text = torch.randn(3, 7, config.caption_width, generator=generator)
    mask = torch.arange(7) < torch.tensor([[7], [4], [1]])
    return x, torch.tensor([0.0, 0.371, 1.0]), text, mask


@pytest.mark.parametrize("config", DITS + HOOKED)
@pytest.mark.parametrize(("height", "width"), [(8, 8), (16, 16), (10, 18)])
@torch.no_grad()
def test_dit_gives_the_numbers_of_diffusers(config: DiTConfig, height: int, width: int) -> None:
    net = DiT(config).eval()
    randomize(net, seed=0)
    x, t, text, mask = dit_inputs(config, height, width)
    theirs = convert.to_pixart(net)(
        x, encoder_hidden_states=text, timestep=1000 * t, encoder_attention_mask=mask
    ).sample
    ours = net(x, t, text, mask)
    assert ours.std() > 0.1
    torch.testing.assert_close(ours, theirs, **TOLERANCE)


@pytest.mark.parametrize("config", DITS)
@torch.no_grad()
def test_a_pixart_transformer_becomes_our_dit(config: DiTConfig) -> None:
    pixart = diffusers.PixArtTransformer2DModel(**convert.pixart_config(config)).eval()
    randomize(pixart, seed=2)
    net = convert.from_pixart(pixart)
    assert net.config == config
    x, t, text, mask = dit_inputs(config, 16, 8)
    theirs = pixart(x, encoder_hidden_states=text, timestep=1000 * t, encoder_attention_mask=mask).sample
    torch.testing.assert_close(net(x, t, text, mask), theirs, **TOLERANCE)


def test_conversion_of_a_dit_there_and_back_changes_no_bit() -> None:
    net = DiT(DITS[1])
    randomize(net, seed=3)
    there = convert.pixart_state(net.state_dict(), net.config)
    back = convert.dit_state(there, net.config)
    assert back.keys() == net.state_dict().keys()
    assert all(torch.equal(back[name], weight) for name, weight in net.state_dict().items())


def test_a_pixart_option_that_we_lack_is_refused_by_name() -> None:
    config = convert.pixart_config(DITS[0]) | {"norm_elementwise_affine": True}
    with pytest.raises(UserError, match="norm_elementwise_affine: found True, allowed: False"):
        convert.dit_config(config)
    config = convert.pixart_config(DITS[0]) | {"sample_size": 128, "use_additional_conditions": None}
    with pytest.raises(UserError, match="use_additional_conditions"):
        convert.dit_config(config)


def test_a_missing_weight_is_named() -> None:
    net = DiT(DITS[0])
    state = convert.pixart_state(net.state_dict(), net.config)
    del state["transformer_blocks.1.attn2.to_v.bias"]
    with pytest.raises(UserError, match=r"transformer_blocks\.1\.attn2\.to_v\.bias is missing"):
        convert.dit_state(state, net.config)


@pytest.mark.parametrize("config", AUTOENCODERS)
@torch.no_grad()
def test_autoencoder_gives_the_numbers_of_diffusers(config: AutoencoderConfig) -> None:
    net = Autoencoder(config).eval()
    randomize(net, seed=4)
    dc = convert.to_dc(net)
    pixels = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(5)) * 2 - 1
    latents = torch.randn(2, config.latent_channels, 4, 6, generator=torch.Generator().manual_seed(6)) * 2
    torch.testing.assert_close(net.encode(pixels), dc.encode(pixels).latent, **TOLERANCE)
    torch.testing.assert_close(net.decode(latents), dc.decode(latents).sample, **TOLERANCE)
    assert net.encode(pixels).shape == (2, config.latent_channels, 32 // config.factor, 48 // config.factor)


@pytest.mark.parametrize("config", AUTOENCODERS)
@torch.no_grad()
def test_an_autoencoder_dc_becomes_our_autoencoder(config: AutoencoderConfig) -> None:
    dc = diffusers.AutoencoderDC(**convert.dc_config(config)).eval()
    randomize(dc, seed=7)
    net = convert.from_dc(dc)
    assert net.config == config
    pixels = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(8)) * 2 - 1
    latents = dc.encode(pixels).latent
    torch.testing.assert_close(net.encode(pixels), latents, **TOLERANCE)
    torch.testing.assert_close(net.decode(latents), dc.decode(latents).sample, **TOLERANCE)


def test_an_autoencoder_option_that_we_lack_is_refused_by_name() -> None:
    config = convert.dc_config(AUTOENCODERS[0]) | {"decoder_block_types": "EfficientViTBlock"}
    with pytest.raises(
        UserError, match="decoder_block_types: found 'EfficientViTBlock', allowed: 'ResBlock'"
    ):
        convert.autoencoder_config(config)
