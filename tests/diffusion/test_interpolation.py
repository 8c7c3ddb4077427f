"""Between two noises lies noise."""

from itertools import pairwise

import pytest
import torch

from adfusion.diffusion.interpolation import slerp


def noises(count: int = 65536) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 4, count // 4, generator=generator)
    return a, b


@pytest.mark.parametrize("amount", [0.1, 0.3, 0.5, 0.8])
def test_between_two_noises_lies_standard_normal_noise(amount: float) -> None:
    between = slerp(*noises(), amount)
    assert between.mean().abs() < 0.01
    assert between.std() == pytest.approx(1, abs=0.01)
    kurtosis = (between**4).mean()
    assert kurtosis == pytest.approx(3, abs=0.1)
    assert (between > 1.96).float().mean() == pytest.approx(0.025, abs=0.002)


def test_a_straight_line_would_lose_variance_and_the_arc_does_not() -> None:
    a, b = noises()
    assert torch.lerp(a, b, 0.5).std() == pytest.approx(0.707, abs=0.01)
    assert slerp(a, b, 0.5).norm() == pytest.approx(a.norm().item(), rel=0.01)


def test_equal_steps_are_equal_angles() -> None:
    a, b = noises()
    points = [slerp(a, b, amount).flatten() for amount in (0, 0.25, 0.5, 0.75, 1)]
    cosines = [torch.cosine_similarity(p, q, dim=0).item() for p, q in pairwise(points)]
    assert cosines == pytest.approx([cosines[0]] * 4, abs=3e-3)


def test_the_ends_are_the_noises_themselves_bit_for_bit() -> None:
    a, b = noises()
    assert torch.equal(slerp(a, b, 0), a)
    assert torch.equal(slerp(a, b, 1), b)


def test_from_a_noise_to_itself_nothing_moves() -> None:
    a, _ = noises()
    assert torch.allclose(slerp(a, a, 0.4), a)
