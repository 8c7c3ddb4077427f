from typing import Any

import pytest
import torch
import torch.nn.functional as F

from adfusion.nets import Autoencoder, AutoencoderConfig, Upsampler, UpsamplerConfig
from adfusion.nets.upsampler import displaced


@pytest.mark.parametrize("scale", [2, 4])
@torch.no_grad()
def test_an_untrained_upsampler_is_bicubic(scale: int) -> None:
    pixels = torch.rand(2, 3, 12, 20) * 2 - 1
    large = Upsampler(UpsamplerConfig(channels=8, blocks=2, scale=scale))(pixels)
    assert large.shape == (2, 3, 12 * scale, 20 * scale)
    assert torch.equal(large, F.interpolate(pixels, scale_factor=scale, mode="bicubic"))


@pytest.mark.parametrize("kind", [{"warp": True}, {"fine_channels": 4}, {"fine_channels": 4, "warp": True}])
@torch.no_grad()
def test_so_is_one_with_more_to_it(kind: dict[str, Any]) -> None:
    pixels = torch.rand(2, 3, 12, 20) * 2 - 1
    large = Upsampler(UpsamplerConfig(channels=8, blocks=2, **kind))(pixels)
    assert torch.allclose(large, F.interpolate(pixels, scale_factor=4, mode="bicubic"), atol=1e-4)


def test_pixels_are_taken_from_where_offsets_say() -> None:
    pixels = torch.rand(1, 3, 6, 8)
    right = torch.tensor([2.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 6, 8)
    assert torch.allclose(displaced(pixels, right)[..., :6], pixels[..., 2:], atol=1e-5)
    below = torch.tensor([0.0, 0.5]).view(1, 2, 1, 1).expand(1, 2, 6, 8)
    between = (pixels[..., :5, :] + pixels[..., 1:, :]) / 2
    assert torch.allclose(displaced(pixels, below)[..., :5, :], between, atol=1e-5)


def test_offsets_away_from_an_edge_make_it_steep() -> None:
    soft = torch.linspace(-1, 1, 17).expand(1, 3, 4, 17)
    away = (torch.arange(17) - 8.0).expand(1, 1, 4, 17)
    steep = displaced(soft, torch.cat([away, torch.zeros_like(away)], dim=1))
    assert torch.allclose(steep, (2 * soft).clamp(-1, 1), atol=1e-5)


def test_fine_channels_need_an_even_scale() -> None:
    with pytest.raises(ValueError, match="even"):
        UpsamplerConfig(scale=3, fine_channels=4)


@pytest.mark.parametrize("kind", [{}, {"fine_channels": 8}, {"warp": True}])
def test_an_upsampler_learns_what_bicubic_lacks(kind: dict[str, Any]) -> None:
    torch.manual_seed(0)
    net = Upsampler(UpsamplerConfig(channels=16, blocks=1, **kind))
    sharp = (torch.arange(32) // 8 % 2 * 2.0 - 1).expand(1, 3, 32, 32)
    small = F.interpolate(sharp, scale_factor=0.25, mode="area")
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    losses = []
    for _ in range(60):
        loss = F.l1_loss(net(small), sharp)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.25 * losses[0]


def test_the_default_upsampler_is_small() -> None:
    assert 300_000 < sum(p.numel() for p in Upsampler(UpsamplerConfig()).parameters()) < 600_000


def test_an_autoencoder_overfits_a_picture() -> None:
    torch.manual_seed(0)
    net = Autoencoder(AutoencoderConfig(4, (16, 16), (1, 1), (16, 16), (1, 1)))
    ramp = torch.linspace(-0.8, 0.8, 16)
    picture = torch.stack([ramp.expand(16, 16), ramp[:, None].expand(16, 16), torch.zeros(16, 16)])[None]
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(300):
        loss = F.mse_loss(net(picture), picture)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 5e-3


def test_pixels_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="60x64"):
        Autoencoder(AutoencoderConfig()).encode(torch.zeros(1, 3, 60, 64))


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoder_blocks": (1, 1)},
        {"decoder_blocks": (1, 1, 1, 0)},
        {"encoder_blocks": (-1, 1, 1, 1)},
        {"latent_channels": 0},
        {"latent_channels": 7},
        {"decoder_widths": (24, 48, 80, 192)},
        {"encoder_widths": (24, 50, 100, 200)},
    ],
)
def test_an_autoencoder_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        AutoencoderConfig(**wrong)  # type: ignore[arg-type]
