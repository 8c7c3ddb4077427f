"""The quick way of a layer gives what PyTorch's own gives, and stands aside where it must."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from adfusion.nets import DiT, DiTConfig
from adfusion.nets.linear import Approximate, Linear, Mlp

X = torch.randn(3, 5, 48, generator=torch.Generator().manual_seed(0))


def layer(out: int = 32) -> Linear:
    torch.manual_seed(1)
    return Linear(48, out)


@torch.no_grad()
@pytest.mark.parametrize("rows", [1, 64, 1000])
def test_results_are_those_of_pytorch(rows: int) -> None:
    x, linear = torch.randn(rows, 48), layer()
    torch.testing.assert_close(linear(x), F.linear(x, linear.weight, linear.bias), atol=1e-5, rtol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_an_mlp_is_linear_gelu_linear(approximate: Approximate) -> None:
    torch.manual_seed(2)
    mlp = Mlp(48, 96, 24, approximate)
    plain = nn.Sequential(nn.Linear(48, 96), nn.GELU(approximate), nn.Linear(96, 24))
    plain.load_state_dict(mlp.state_dict())
    torch.testing.assert_close(mlp(X), plain(X), atol=1e-5, rtol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_bfloat16_is_that_of_pytorch(approximate: Approximate) -> None:
    torch.manual_seed(2)
    mlp = Mlp(48, 96, 24, approximate)
    exact = mlp(X)
    rough = mlp.bfloat16()(X.bfloat16())
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, atol=0.02, rtol=0.02)


@torch.no_grad()
def test_any_layout_in_memory_gives_the_same() -> None:
    linear, turned = layer(), X.transpose(0, 1)
    torch.testing.assert_close(linear(turned), linear(turned.contiguous()))


def test_gradients_flow() -> None:
    linear, x = layer(), X.clone().requires_grad_()
    mlp = Mlp(32, 64, 8, "tanh")
    mlp(linear(x)).sum().backward()
    assert x.grad is not None and linear.weight.grad is not None and mlp[0].weight.grad is not None
    assert x.grad.abs().sum() > 0


@torch.no_grad()
def test_autocast_is_obeyed() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        assert layer()(X).dtype == torch.bfloat16
        assert Mlp(48, 96, 24, "tanh")(X).dtype == torch.bfloat16
    assert layer().double()(X.double()).dtype == torch.float64


@torch.no_grad()
def test_a_layer_put_in_place_of_the_first_is_used() -> None:
    class Zero(nn.Module):
        def __init__(self, base: Any) -> None:
            super().__init__()
            self.weight = base.weight

        def forward(self, x: Tensor) -> Tensor:
            return torch.zeros(*x.shape[:-1], len(self.weight))

    mlp = Mlp(48, 96, 24, "tanh")
    mlp[0] = Zero(mlp[0])
    assert torch.equal(mlp(X), mlp[2].bias.expand(3, 5, 24))


def test_a_whole_denoiser_gives_the_same_either_way() -> None:
    torch.manual_seed(3)
    net = DiT(DiTConfig(width=64, heads=2, depth=3))
    for weights in net.parameters():
        nn.init.normal_(weights, std=0.3 if weights.ndim == 1 else weights[0].numel() ** -0.5)
    given = (
        torch.randn(3, 4, 16, 16),
        torch.rand(3),
        torch.randn(3, 7, 384),
        torch.ones(3, 7, dtype=torch.bool),
    )
    pytorchs = net(*given).detach()
    with torch.no_grad():
        onednns = net(*given)
    assert pytorchs.std() > 0.1
    torch.testing.assert_close(onednns, pytorchs, atol=1e-5, rtol=1e-5)
