"""Deterministic samplers against the closed-form solution of the probability-flow equation."""

from functools import partial
from itertools import pairwise

import pytest
import torch
from closed_form import PROCESSES, Gaussian, orders

from adfusion.diffusion import Process, Sampler, Step, samplers, times

ORDERS: dict[str, tuple[Sampler, int]] = {
    "ddim": (samplers.ddim, 1),
    "euler": (samplers.euler, 1),
    "heun": (samplers.heun, 2),
    "dpmpp_2m": (samplers.dpmpp_2m, 2),
    "unipc": (samplers.unipc, 3),
    "unipc_3": (partial(samplers.unipc, order=3), 4),
}
"""A sampler, and its order. UniPC's corrector adds one to the order of its predictor."""

SECOND_ORDER = ["heun", "dpmpp_2m", "unipc", "unipc_3"]
DATA = Gaussian(mean=0.7, std=0.5)
NOISE = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]

every_process = pytest.mark.parametrize("forward", PROCESSES.values(), ids=PROCESSES.keys())
every_sampler = pytest.mark.parametrize("name", ORDERS)


def last(sampler: Sampler, grid: torch.Tensor, forward: Process) -> Step:
    *_, step = sampler(DATA.denoiser(forward), NOISE, grid, forward)
    return step


def error(sampler: Sampler, grid: torch.Tensor, forward: Process) -> float:
    """Largest distance from the exact path at the end of the grid."""
    begin, end = float(grid[0]), float(grid[-1])
    exact = DATA.flow_path(forward.sigma(grid[:1]) * NOISE, forward, begin, end)
    return float((last(sampler, grid, forward).x_t - exact).abs().max())


def even_in_log_snr(n: int, forward: Process, begin: float = 0.9, end: float = 0.1) -> torch.Tensor:
    first, final = forward.log_snr(torch.tensor([begin, end], dtype=torch.float64)).tolist()
    return forward.time(torch.linspace(first, final, n + 1, dtype=torch.float64))


@every_process
@every_sampler
def test_samplers_converge_at_their_order(name: str, forward: Process) -> None:
    sampler, order = ORDERS[name]
    measured = orders(lambda n: error(sampler, even_in_log_snr(n, forward), forward), [120, 240])
    assert measured[-1] == pytest.approx(order, abs=0.25)


@pytest.mark.parametrize("name", SECOND_ORDER)
def test_the_order_holds_from_pure_noise_to_the_sample(name: str) -> None:
    # Where lambda is infinite, at both ends, one step is of first order: a local error of second order.
    forward = PROCESSES["flow"]
    measured = orders(lambda n: error(ORDERS[name][0], times.uniform(n), forward), [80, 160, 320])
    assert min(measured) > 1.6


@every_process
@every_sampler
def test_samplers_converge_on_the_whole_of_time(name: str, forward: Process) -> None:
    sampler, _ = ORDERS[name]
    # Steps shorten towards zero, where sigma of the diffusion processes has a vertical tangent.
    coarse, fine = (error(sampler, times.uniform(n) ** 2, forward) for n in (20, 160))
    assert fine < coarse / 4
    assert fine < (0.02 if ORDERS[name][1] == 1 else 1e-3)


@pytest.mark.parametrize("name", SECOND_ORDER)
def test_second_order_pays_at_twenty_steps(name: str) -> None:
    forward = PROCESSES["cosine"]
    grid = even_in_log_snr(20, forward)
    assert error(ORDERS[name][0], grid, forward) < error(samplers.ddim, grid, forward) / 10


@every_process
@every_sampler
def test_data_at_a_single_point_takes_any_steps_exactly(name: str, forward: Process) -> None:
    # There the estimate is constant, and with it every sampler's only approximation.
    point, grid = Gaussian(mean=-1.3, std=0.0), times.uniform(3)[:-1]
    *_, step = ORDERS[name][0](point.denoiser(forward), NOISE, grid, forward)
    exact = point.flow_path(forward.sigma(grid[:1]) * NOISE, forward, 1.0, step.t)
    torch.testing.assert_close(step.x_t, exact)


def test_euler_is_ddim_without_noise() -> None:
    for forward in PROCESSES.values():
        torch.testing.assert_close(
            last(samplers.euler, times.uniform(9), forward).x_t,
            last(samplers.ddim, times.uniform(9), forward).x_t,
        )


def test_heun_on_flow_is_heuns_method_on_the_velocity() -> None:
    forward, grid = PROCESSES["flow"], times.uniform(8)[:-1]
    denoise = DATA.denoiser(forward)

    def velocity(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return (x - denoise(x, t.expand(len(x)))) / t

    x = NOISE
    for now, then in pairwise(grid):
        slope = velocity(x, now)
        x = x + (then - now) / 2 * (slope + velocity(x + (then - now) * slope, then))
    torch.testing.assert_close(last(samplers.heun, grid, forward).x_t, x)
