"""Inversion follows the exact path to first order; an edit that retraces it returns the sample itself."""

import pytest
import torch
from closed_form import PROCESSES, Gaussian, orders, three_modes

from adfusion.diffusion import SAMPLERS, Denoiser, Process, times
from adfusion.diffusion.inversion import invert, retracing

DATA = Gaussian()


def sample(count: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return DATA.mean + DATA.std * torch.randn(count, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", PROCESSES)
def test_inversion_arrives_where_the_flow_equation_leads_to_first_order(name: str) -> None:
    process, x_0 = PROCESSES[name], sample()
    denoise = DATA.denoiser(process)
    exact = DATA.flow_path(x_0, process, 0.0, 1.0)

    def error(steps: int) -> float:
        *_, last = invert(denoise, x_0, times.uniform(steps), process)
        return float((last.x_t - exact).abs().max())

    measured = orders(error, [128, 256, 512, 1024])
    assert all(order > 0.8 for order in measured)
    assert measured[-1] == pytest.approx(1, abs=0.06)


def test_inversion_of_data_gives_standard_normal_noise() -> None:
    process = PROCESSES["flow"]
    *_, last = invert(DATA.denoiser(process), sample(20_000), times.uniform(200), process)
    assert last.x_t.mean().abs() < 0.03
    assert last.x_t.std() == pytest.approx(1, abs=0.03)


def test_inverting_and_sampling_return_the_sample_to_first_order() -> None:
    process = PROCESSES["flow"]
    data = three_modes()
    denoise = data.denoiser(process)
    x_0 = data.sample(32, torch.Generator().manual_seed(0))

    def error(steps: int) -> float:
        grid = times.uniform(steps)
        *_, inverted = invert(denoise, x_0, grid, process)
        *_, back = SAMPLERS["ddim"](denoise, inverted.x_t, grid, process)
        return float((back.x_t - x_0).abs().mean())

    assert all(order > 0.7 for order in orders(error, [100, 200, 400, 800]))


def edited(
    denoise: Denoiser, source: Denoiser, x_0: torch.Tensor, process: Process, steps: int, sampler: str
):
    grid = times.uniform(steps)
    states = [step.x_t for step in invert(source, x_0, grid, process)][::-1]
    start = states[0] / process.sigma(grid[0])
    wrapped = retracing(denoise, source, [*states, x_0], grid, process)
    *_, last = SAMPLERS[sampler](wrapped, start, grid, process)
    return last.x_t


@pytest.mark.parametrize("name", PROCESSES)
@pytest.mark.parametrize("sampler", ["ddim", "euler"])
@pytest.mark.parametrize("steps", [1, 3, 20])
def test_retracing_with_the_same_denoiser_returns_the_sample_in_any_number_of_steps(
    name: str, sampler: str, steps: int
) -> None:
    process, x_0 = PROCESSES[name], sample()
    denoise = DATA.denoiser(process)
    assert torch.allclose(edited(denoise, denoise, x_0, process, steps, sampler), x_0, atol=1e-6)


def test_retracing_with_another_denoiser_moves_the_sample_to_the_other_data() -> None:
    process, x_0 = PROCESSES["flow"], sample()
    moved = edited(Gaussian(2.0, 0.5).denoiser(process), DATA.denoiser(process), x_0, process, 50, "ddim")
    assert (moved - x_0).mean() == pytest.approx(1.3, abs=0.05)
    assert (moved - x_0).std() < 0.1, "and what tells one sample from another stays"


def test_a_grid_that_does_not_end_at_the_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed 0"):
        list(invert(lambda x, t: x, sample(), torch.tensor([1.0, 0.5]), PROCESSES["flow"]))
