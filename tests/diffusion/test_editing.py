"""Edits are wrappers: what is known stays, what is left of a grid is its end, tiles know no edge."""

from itertools import pairwise

import pytest
import torch
from closed_form import PROCESSES, Gaussian

from adfusion.diffusion import SAMPLERS, Streams, times
from adfusion.diffusion.editing import blended, known, masked, remaining, tiled


def test_full_strength_is_the_whole_grid() -> None:
    grid = times.trailing(20)
    assert remaining(grid, 1.0) is grid


@pytest.mark.parametrize(
    ("strength", "expected"), [(0.5, [0.5, 0.25, 0]), (0.6, [0.6, 0.5, 0.25, 0]), (0.1, [0.1, 0])]
)
def test_a_part_of_the_strength_is_the_end_of_the_grid(strength: float, expected: list[float]) -> None:
    assert remaining(times.uniform(4), strength).tolist() == pytest.approx(expected)


def test_the_start_moves_continuously_with_strength() -> None:
    grid = times.shifted(times.trailing(20), 3.0)
    starts = [remaining(grid, strength / 1000)[0].item() for strength in range(1, 1001)]
    steps = [b - a for a, b in pairwise(starts)]
    assert min(steps) > 0
    assert max(steps) < 0.005
    assert starts[0] < 0.005


@pytest.mark.parametrize("strength", [0.0, -0.1, 1.1, float("nan")])
def test_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        remaining(times.uniform(4), strength)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_what_is_known_arrives_exactly_and_is_noised_right_on_the_way(sampler: str) -> None:
    process = PROCESSES["flow"]
    x_0 = torch.linspace(-3, 3, 4000, dtype=torch.float64)[None].repeat(2, 1)
    mask = torch.zeros(4000, dtype=torch.float64)
    mask[2000:] = 1
    streams = Streams([0, 1])
    noise = streams.randn((4000,)).double()
    denoise = masked(Gaussian().denoiser(process), known(x_0), mask)
    for step in SAMPLERS[sampler](denoise, noise, times.uniform(8), process, streams=streams):
        left = (step.x_t - (1 - step.t) * x_0)[:, :2000]
        if step.t > 0:
            assert left.std() == pytest.approx(step.t, rel=0.05)
    assert torch.allclose(step.x_t[:, :2000], x_0[:, :2000])
    assert step.x_t[:, 2000:].mean() == pytest.approx(0.7, abs=0.06)


def test_half_a_mask_mixes_estimate_and_known() -> None:
    half = masked(lambda x, t: x + 2, known(torch.zeros(1, 3)), torch.full((1, 3), 0.5))
    assert half(torch.zeros(1, 3), torch.ones(1)).tolist() == [[1.0, 1.0, 1.0]]


def test_a_blend_of_two_gaussians_is_their_geometric_mean() -> None:
    process = PROCESSES["flow"]
    a, b = Gaussian(0.0, 0.5), Gaussian(2.0, 0.5)
    denoise = blended(a.denoiser(process), b.denoiser(process), torch.tensor([0.25, 0.75]))
    noise = torch.randn(2, 20_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    *_, last = SAMPLERS["dpmpp_2m"](denoise, noise, times.uniform(30), process)
    assert last.x_t.mean(1).tolist() == pytest.approx([0.5, 1.5], abs=0.02)
    assert last.x_t.std(1).tolist() == pytest.approx([0.5, 0.5], abs=0.02)


@pytest.mark.parametrize("shape", [(8, 16), (7, 5)])
def test_the_views_of_a_tile_agree_with_a_denoiser_that_sees_no_edges(shape: tuple[int, int]) -> None:
    x = torch.randn(2, 3, *shape, generator=torch.Generator().manual_seed(0))

    def neighbours(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return x_t + x_t.roll(1, -1) - x_t.roll(1, -2)

    assert torch.allclose(tiled(neighbours)(x, torch.ones(2)), neighbours(x, torch.ones(2)), atol=1e-5)


@pytest.mark.parametrize("axis", [-1, -2])
def test_a_border_that_a_denoiser_draws_does_not_show_in_its_tile(axis: int) -> None:
    def with_a_border(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        ramp = torch.linspace(-1, 1, 16)
        return (ramp if axis == -1 else ramp[:, None]).expand(x_t.shape)

    tile = tiled(with_a_border)(torch.zeros(1, 1, 16, 16), torch.ones(1))
    steps = torch.cat([tile, tile.narrow(axis, 0, 1)], axis).diff(dim=axis).abs()
    assert steps.narrow(axis, -1, 1).max() <= 1.1 * steps.max() < 0.35, "the ramp alone steps by 2"
