"""Networks whose weights are bfloat16 take and give float32, and say nearly the same."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from adfusion.nets import Autoencoder, AutoencoderConfig, DiT, DiTConfig, Upsampler, UpsamplerConfig


def drawn(net: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    for weight in net.parameters():
        nn.init.normal_(weight, std=0.1 if weight.ndim == 1 else weight[0].numel() ** -0.5)
    return net.eval()


Given = tuple[nn.Module, tuple[Tensor, ...]]


def denoiser(time: float) -> Given:
    net = drawn(DiT(DiTConfig(width=64, heads=2, depth=2, overlap=1, coarse_start=True)))
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    return net, (torch.randn(2, 4, 16, 16), torch.full((2,), time), torch.randn(2, 5, 384), mask)


def autoencoder() -> Given:
    return drawn(Autoencoder(AutoencoderConfig())), (torch.rand(2, 3, 32, 48) * 2 - 1,)


def upsampler() -> Given:
    net = drawn(Upsampler(UpsamplerConfig(channels=8, blocks=2, fine_channels=4, warp=True)))
    return net, (torch.rand(2, 3, 12, 16) * 2 - 1,)


@torch.no_grad()
@pytest.mark.parametrize("make", [partial(denoiser, 1.0), partial(denoiser, 0.5), autoencoder, upsampler])
def test_a_network_in_bfloat16(make: Callable[[], Given]) -> None:
    net, given = make()
    exact = net(*given)
    rough = net.to(torch.bfloat16)(*given)
    assert rough.dtype == torch.float32
    assert exact.std() > 0.05
    assert 0 < (rough - exact).std() < 0.05 * exact.std()
