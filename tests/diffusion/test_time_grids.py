import math

import numpy as np
import pytest
import torch
from closed_form import PROCESSES
from diffusers import DDIMScheduler, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler
from hypothesis import given
from hypothesis import strategies as st

from adfusion.diffusion import VP, Flow, Process, times

any_process = st.sampled_from(sorted(PROCESSES)).map(PROCESSES.__getitem__)


@given(n=st.integers(1, 300), shift=st.floats(0.05, 20), forward=any_process)
def test_grids_fall_from_one_to_zero(n: int, shift: float, forward: Process) -> None:
    for grid in (times.uniform(n), times.trailing(n), times.karras(n, forward)):
        for moved in (grid, times.shifted(grid, shift)):
            assert moved.shape == (n + 1,)
            assert moved[0].item() == 1
            assert moved[-1].item() == 0
            assert (moved.diff() < 0).all()


@pytest.mark.parametrize("n", [7, 25, 50, 999])
def test_trailing_stops_at_the_timesteps_of_diffusers(n: int) -> None:
    reference = DDIMScheduler(timestep_spacing="trailing")
    reference.set_timesteps(n)
    grid = times.trailing(n)[:-1] * 1000 - 1
    assert grid.round().tolist() == reference.timesteps[:n].tolist()


def test_karras_agrees_with_diffusers() -> None:
    reference = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", use_karras_sigmas=True
    )
    reference.set_timesteps(20)
    forward = VP.scaled_linear()
    ours = torch.exp(-forward.log_snr(times.karras(20, forward)))
    torch.testing.assert_close(ours, reference.sigmas.double(), rtol=1e-4, atol=1e-6)


def test_karras_keeps_to_the_sigmas_it_is_given() -> None:
    forward = Flow()
    grid = times.karras(10, forward, sigma_min=0.01, sigma_max=10)
    sigmas = torch.exp(-forward.log_snr(grid[:-1]))
    assert sigmas[[0, -1]].tolist() == pytest.approx([10, 0.01])
    roots = sigmas ** (1 / 7)
    torch.testing.assert_close(roots.diff(), roots.diff().mean().expand(9))


@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0])
def test_shifting_agrees_with_diffusers(shift: float) -> None:
    reference = FlowMatchEulerDiscreteScheduler(shift=shift)
    reference.set_timesteps(sigmas=np.linspace(1, 0.1, 10).tolist())
    torch.testing.assert_close(
        times.shifted(times.uniform(10), shift), reference.sigmas.double(), atol=1e-6, rtol=0
    )


def test_a_shift_multiplies_the_ratio_of_noise_to_signal() -> None:
    grid = times.uniform(10)[1:-1]
    before, after = (torch.exp(-Flow().log_snr(g)) for g in (grid, times.shifted(grid, 2.5)))
    torch.testing.assert_close(after, 2.5 * before)


def test_four_times_the_tokens_shift_twice_as_far() -> None:
    assert times.resolution_shift(256) == 1
    assert times.resolution_shift(1024) == 2
    assert times.resolution_shift(64, base_tokens=128) == pytest.approx(math.sqrt(0.5))


def test_impossible_grids_are_errors() -> None:
    with pytest.raises(ValueError, match="steps: found 0, allowed 1 or more"):
        times.uniform(0)
    with pytest.raises(ValueError, match="steps: found 1001, allowed 1 to 1000"):
        times.trailing(1001)
    with pytest.raises(ValueError, match="steps: found -1"):
        times.karras(-1, Flow())
    with pytest.raises(ValueError, match="shift: found 0"):
        times.shifted(times.uniform(4), 0)
