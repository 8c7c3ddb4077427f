"""Jumps by the true mean velocity land on the path, however many they are."""

import pytest
import torch
from torch import Tensor

from adfusion.diffusion import Cosine, Flow, samplers, times

SIGMA = 0.3
"""Standard deviation of the data, which is normal: its paths are known in closed form."""


def deviation(t: Tensor) -> Tensor:
    """Of x_t. The flow keeps each point at the same number of deviations from the mean."""
    return torch.sqrt((1 - t) ** 2 * SIGMA**2 + t**2)


def velocity(x_t: Tensor, t: Tensor, span: Tensor) -> Tensor:
    t, span = t[:, None], span[:, None]
    return (x_t - x_t * deviation(t - span) / deviation(t)) / span


@pytest.mark.parametrize("steps", [1, 2, 4, 7])
def test_any_number_of_jumps_ends_at_the_same_sample(steps: int) -> None:
    noise = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    grid = times.shifted(times.trailing(steps), 3.0)
    reached = list(samplers.mean_flow(velocity, noise, grid, Flow()))
    assert [step.index for step in reached] == list(range(steps))
    torch.testing.assert_close(reached[-1].x_t, noise * SIGMA, rtol=1e-5, atol=1e-6)
    assert torch.equal(reached[-1].sample, reached[-1].x_t), "the last estimate is the result"


def test_every_stop_lies_on_the_path() -> None:
    noise = torch.randn(3, 8, generator=torch.Generator().manual_seed(1))
    for step in samplers.mean_flow(velocity, noise, times.trailing(4), Flow()):
        expected = noise * deviation(torch.tensor(step.t, dtype=noise.dtype))
        torch.testing.assert_close(step.x_t, expected, rtol=1e-5, atol=1e-6)


def test_other_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="process: found cosine, allowed flow"):
        next(samplers.mean_flow(velocity, torch.zeros(1, 2), times.trailing(2), Cosine()))
