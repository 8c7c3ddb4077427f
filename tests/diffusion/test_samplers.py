"""What every sampler promises, and the stochastic ones against the exact law of their result."""

import math
from functools import partial

import pytest
import torch
from closed_form import PROCESSES, Gaussian, orders, three_modes

from adfusion.diffusion import SAMPLERS, Flow, Process, Sampler, Streams, guided, samplers, times

DATA = Gaussian(mean=0.7, std=0.5)
STOCHASTIC: dict[str, Sampler] = {
    "ddpm": samplers.ddpm,
    "ddpm_large": partial(samplers.ddpm, variance="large"),
    "ddim_eta_1": partial(samplers.ddim, eta=1.0),
    "ddim_eta_half": partial(samplers.ddim, eta=0.5),
    "dpmpp_2m_sde": samplers.dpmpp_2m_sde,
    "dpmpp_2m_sde_half": partial(samplers.dpmpp_2m_sde, eta=0.5),
}

every_process = pytest.mark.parametrize("forward", PROCESSES.values(), ids=PROCESSES.keys())
every_sampler = pytest.mark.parametrize("name", SAMPLERS)
every_stochastic = pytest.mark.parametrize("name", STOCHASTIC)


class Impulses(Streams):
    """In place of noise: 1 for element `k + 2` at the `k`-th draw.

    For Gaussian data a sampler is linear in all its noise, so the columns give the exact law of its result.
    """

    def __init__(self, batch: int) -> None:
        super().__init__(range(batch))
        self.draws = 0

    def randn(self, shape: tuple[int, ...]) -> torch.Tensor:
        self.draws += 1
        return torch.eye(len(self))[self.draws + 1, :, None]


def law(sampler: Sampler, grid: torch.Tensor, forward: Process) -> tuple[float, float]:
    """Exact mean and standard deviation of a sampler's result, started from the exact law of `x_t`."""
    batch = len(grid) + 1
    noise = torch.zeros(batch, 1, dtype=torch.float64)
    first = grid[:1]
    noise[1] = torch.hypot(DATA.std * forward.alpha(first), forward.sigma(first)) / forward.sigma(first)
    x_0 = torch.full_like(noise, DATA.mean)
    *_, step = sampler(DATA.denoiser(forward), noise, grid, forward, x_0=x_0, streams=Impulses(batch))
    mean = step.x_t[0]
    return mean.item(), (step.x_t[1:] - mean).norm().item()


@every_process
@every_stochastic
def test_stochastic_samplers_converge_to_the_law_of_the_data(name: str, forward: Process) -> None:
    def error(n: int) -> float:
        mean, deviation = law(STOCHASTIC[name], times.uniform(n) ** 2, forward)
        assert mean == pytest.approx(DATA.mean, abs=1e-6)
        return abs(deviation - DATA.std)

    measured = orders(error, [50, 100, 200])
    assert min(measured) > 0.8
    assert error(200) < 0.03 * DATA.std


def test_the_second_order_sde_solver_beats_the_first() -> None:
    forward, grid = PROCESSES["vp_scaled_linear"], times.karras(25, PROCESSES["vp_scaled_linear"])
    first, second = (
        abs(law(sampler, grid, forward)[1] - DATA.std) for sampler in (samplers.ddpm, samplers.dpmpp_2m_sde)
    )
    assert second < first / 4


def test_drawn_noise_has_the_law_that_was_computed() -> None:
    forward, grid = Flow(), times.uniform(20)
    streams = Streams([11])
    noise = streams.randn((40_000,))
    x_0 = DATA.mean + DATA.std * streams.randn((40_000,))
    for sampler in STOCHASTIC.values():
        *_, step = sampler(DATA.denoiser(forward), noise, grid, forward, x_0=x_0, streams=streams)
        mean, deviation = law(sampler, grid, forward)
        assert step.sample.mean().item() == pytest.approx(mean, abs=4 * deviation / 200)
        assert step.sample.std().item() == pytest.approx(deviation, rel=4 / math.sqrt(2 * 40_000))


def test_ddim_with_eta_one_is_ddpm() -> None:
    for forward in PROCESSES.values():
        results = []
        for sampler in (samplers.ddpm, partial(samplers.ddim, eta=1.0)):
            streams = Streams(range(4))
            noise = streams.randn((8,)).double()
            *_, step = sampler(DATA.denoiser(forward), noise, times.uniform(7), forward, streams=streams)
            results.append(step.x_t)
        torch.testing.assert_close(*results)


@every_process
@every_sampler
def test_samplers_land_on_the_modes_with_the_right_weights(name: str, forward: Process) -> None:
    data, count = three_modes(), 2500
    generator = torch.Generator().manual_seed(5)
    noise = torch.randn(count, 2, generator=generator, dtype=torch.float64)
    x_0 = data.sample(count, generator)
    grid = times.karras(60, forward)
    streams = PerPoint(count, seed=3)
    *_, step = SAMPLERS[name](data.denoiser(forward), noise, grid, forward, x_0=x_0, streams=streams)
    distance, mode = torch.cdist(step.sample, data.centers).min(dim=1)
    weights = torch.bincount(mode, minlength=3) / count
    torch.testing.assert_close(weights.double(), data.weights, atol=0.04, rtol=0)
    assert (distance < 4.5 * data.std).float().mean() > 0.995
    assert distance.square().mean().div(2).sqrt().item() == pytest.approx(data.std, rel=0.12)


class PerPoint(Streams):
    """One stream for thousands of points, for speed."""

    def __init__(self, batch: int, seed: int) -> None:
        super().__init__([seed])
        self.batch = batch

    def randn(self, shape: tuple[int, ...]) -> torch.Tensor:
        return super().randn((self.batch, *shape))[0]


@every_process
@every_sampler
def test_every_step_is_finite_and_the_last_is_the_estimate_itself(name: str, forward: Process) -> None:
    for n in (1, 2, 3, 12):
        for dtype in (torch.float32, torch.float64):
            streams = Streams(range(2))
            noise = streams.randn((3, 4, 4)).to(dtype)
            grid = times.uniform(n)
            steps = list(SAMPLERS[name](DATA.denoiser(forward), noise, grid, forward, streams=streams))
            assert [(step.index, step.total) for step in steps] == [(k, n) for k in range(n)]
            assert [step.t for step in steps] == grid[1:].tolist()
            for step in steps:
                assert step.x_t.dtype == step.sample.dtype == dtype
                assert step.x_t.shape == step.sample.shape == noise.shape
                assert step.x_t.isfinite().all() and step.sample.isfinite().all()
            assert torch.equal(steps[-1].x_t, steps[-1].sample)


@every_sampler
def test_a_picture_is_the_same_alone_and_in_a_batch_of_eight(name: str) -> None:
    forward, seeds = Flow(), [3, 1, 4, 15, 92, 65, 35, 8]

    def draw(seeds: list[int]) -> torch.Tensor:
        streams = Streams(seeds)
        noise = streams.randn((2, 8, 8))
        *_, step = SAMPLERS[name](DATA.denoiser(forward), noise, times.uniform(6), forward, streams=streams)
        return step.sample

    together = draw(seeds)
    for row, seed in enumerate(seeds):
        torch.testing.assert_close(draw([seed])[0], together[row], atol=1e-6, rtol=1e-6)


@every_sampler
def test_nothing_runs_before_it_is_asked_for(name: str) -> None:
    calls = []

    def denoise(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        calls.append(t)
        return x_t

    steps = SAMPLERS[name](denoise, torch.zeros(1, 4), times.uniform(5), Flow(), streams=Streams([0]))
    assert not calls
    next(steps)
    assert 1 <= len(calls) <= 2


@pytest.mark.parametrize(
    ("name", "evaluations"),
    [("ddim", 10), ("heun", 19), ("dpmpp_2m", 10), ("dpmpp_2m_sde", 10), ("unipc", 10)],
)
def test_samplers_cost_what_they_say(name: str, evaluations: int) -> None:
    calls: list[float] = []

    def denoise(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        assert t.shape == (2,) and t.dtype == torch.float32
        calls.append(t[0].item())
        return x_t / 2

    noise = torch.zeros(2, 4, dtype=torch.float16)
    list(SAMPLERS[name](denoise, noise, times.uniform(10), Flow(), streams=Streams([0, 1])))
    assert len(calls) == evaluations
    assert calls[0] == 1 and min(calls) == pytest.approx(0.1)


def test_a_sample_can_be_the_start() -> None:
    forward = PROCESSES["vp_scaled_linear"]
    x_0 = torch.full((2, 16), 3.0, dtype=torch.float64)
    noise = Streams([0, 1]).randn((16,)).double()
    weak, strong = (
        list(samplers.ddim(DATA.denoiser(forward), noise, grid, forward, x_0=x_0))[-1].sample
        for grid in (times.uniform(20)[-3:], times.uniform(20))
    )
    assert (weak - x_0).abs().mean() < (strong - x_0).abs().mean()


def test_samplers_differentiate() -> None:
    shift = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    forward = Flow()
    denoise = DATA.denoiser(forward)
    noise = torch.ones(1, 1, dtype=torch.float64)
    *_, step = samplers.dpmpp_2m(lambda x, t: denoise(x, t) + shift, noise, times.uniform(5), forward)
    (gradient,) = torch.autograd.grad(step.sample.sum(), shift)
    assert gradient.item() > 0


def test_it_reads_as_the_design_says() -> None:
    process = Flow()
    noise = Streams([0]).randn((4, 8, 8))
    denoise = guided(DATA.denoiser(process), Gaussian().denoiser(process), 4.0, interval=(0.1, 0.9))
    shown = [step.sample for step in samplers.dpmpp_2m(denoise, noise, times.trailing(25), process)]
    assert len(shown) == 25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, f: samplers.ddpm(lambda x, t: x, x, times.uniform(3), f), "streams: found none"),
        (lambda x, f: samplers.dpmpp_2m_sde(lambda x, t: x, x, times.uniform(3), f), "streams: found none"),
        (
            lambda x, f: samplers.ddpm(lambda x, t: x, x, times.uniform(3), f, streams=Streams([1])),
            "streams: found 1, allowed 2",
        ),
        (lambda x, f: samplers.ddim(lambda x, t: x, x, times.uniform(3).flip(0), f), "strictly descending"),
        (lambda x, f: samplers.ddim(lambda x, t: x, x, torch.tensor([1.0]), f), "strictly descending"),
        (lambda x, f: samplers.ddim(lambda x, t: x, x, torch.tensor([2.0, 0]), f), "times: found 2 to 0"),
        (lambda x, f: samplers.ddim(lambda x, t: x, x, times.uniform(3), f, eta=2), "eta: found 2"),
        (lambda x, f: samplers.dpmpp_2m_sde(lambda x, t: x, x, times.uniform(3), f, eta=-1), "eta: found -1"),
        (lambda x, f: samplers.unipc(lambda x, t: x, x, times.uniform(3), f, order=1), "order: found 1"),
        (
            lambda x, f: samplers.ddpm(lambda x, t: x, x, times.uniform(3), f, variance="no"),
            "variance: found",
        ),
    ],
)
def test_bad_calls_say_what_is_allowed(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(call(torch.zeros(2, 4), Flow()))
