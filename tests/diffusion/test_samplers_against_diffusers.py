"""The same denoiser, times and noise on both sides give the same path, step by step, in float32."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from closed_form import three_modes
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    HeunDiscreteScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

from adfusion.diffusion import VP, Cosine, Flow, Process, Sampler, Streams, from_sample, samplers, times

SCALED = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
LINEAR = {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear"}
COSINE = {"beta_schedule": "squaredcos_cap_v2"}
TRAILING = {"timestep_spacing": "trailing", "prediction_type": "sample"}
UNCLIPPED = {"clip_sample": False, **TRAILING}
SHAPE = (64, 2)
SEED = 17

MODELS = [(VP.scaled_linear(), SCALED), (VP.linear(), LINEAR)]
vp = pytest.mark.parametrize(("forward", "betas"), MODELS, ids=["scaled_linear", "linear"])
some_steps = pytest.mark.parametrize("n", [5, 20, 50])


def denoiser(forward: Process) -> Callable[[Tensor, Tensor], Tensor]:
    """The ideal denoiser of a mixture, for x_t of shape (1, points, 2) in float32."""
    ideal = three_modes(std=0.5).denoiser(forward)

    def denoise(x_t: Tensor, t: Tensor) -> Tensor:
        return ideal(x_t[0].double(), t.double().expand(x_t.shape[1]))[None].to(x_t)

    return denoise


def ours(sampler: Sampler, grid: Tensor, forward: Process) -> list[Tensor]:
    streams = Streams([SEED])
    noise = streams.randn(SHAPE)
    return [step.x_t for step in sampler(denoiser(forward), noise, grid, forward, streams=streams)]


def theirs(
    scheduler: Any,
    n: int,
    forward: Process,
    output: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda sample, x_t, t: sample,
    **step_options: Any,
) -> list[Tensor]:
    """Run a scheduler on its own timesteps `i`, which are our times `(i + 1) / 1000`."""
    scheduler.set_timesteps(n)
    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn(1, *SHAPE, generator=generator)
    if not isinstance(scheduler, (EulerDiscreteScheduler, HeunDiscreteScheduler, UniPCMultistepScheduler)):
        step_options["generator"] = generator
    x = forward.sigma(times.trailing(n)[:1]).float() * noise
    path = []
    for i in scheduler.timesteps:
        t = (i[None].double() + 1) / 1000
        x_next = output(denoiser(forward)(x, t), x, t)
        x = scheduler.step(x_next, i, x, **step_options).prev_sample
        path.append(x)
    return path


def in_sigma_space(scheduler: Any, n: int, forward: Process) -> list[Tensor]:
    """Euler's and Heun's schedulers hold x/alpha; give it back as x_t, at the end of each whole step."""
    scheduler.set_timesteps(n)
    first = times.trailing(n)[:1]
    noise = torch.randn(1, *SHAPE, generator=torch.Generator().manual_seed(SEED))
    x = (forward.sigma(first) / forward.alpha(first)).float() * noise
    path: dict[float, Tensor] = {}
    for k, i in enumerate(scheduler.timesteps):
        t = (i[None].double() + 1) / 1000
        x_t = scheduler.scale_model_input(x, i)
        noise_estimate = from_sample("epsilon", denoiser(forward)(x_t, t), x_t, t, forward)
        x = scheduler.step(noise_estimate, i, x).prev_sample
        last = k + 1 == len(scheduler.timesteps)
        then = 0.0 if last else (scheduler.timesteps[k + 1].item() + 1) / 1000
        path[then] = x * forward.alpha(torch.tensor(then)).item()
    return list(path.values())


def assert_same_path(mine: list[Tensor], other: list[Tensor]) -> None:
    assert len(mine) == len(other)
    for a, b in zip(mine, other, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


@vp
@some_steps
@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_ddim(forward: Process, betas: dict[str, Any], n: int, eta: float) -> None:
    other = theirs(DDIMScheduler(**betas, **UNCLIPPED), n, forward, eta=eta)
    assert_same_path(ours(partial(samplers.ddim, eta=eta), times.trailing(n), forward), other)


@vp
@some_steps
@pytest.mark.parametrize("variance", ["small", "large"])
def test_ddpm(forward: Process, betas: dict[str, Any], n: int, variance: Any) -> None:
    other = theirs(DDPMScheduler(**betas, **UNCLIPPED, variance_type=f"fixed_{variance}"), n, forward)
    mine = ours(partial(samplers.ddpm, variance=variance), times.trailing(n), forward)
    # With the large variance they add noise to the final sample too, unless its timestep was 0.
    compared = slice(None) if variance == "small" else slice(-1)
    assert_same_path(mine[compared], other[compared])


@vp
@some_steps
def test_euler(forward: Process, betas: dict[str, Any], n: int) -> None:
    scheduler = EulerDiscreteScheduler(**betas, timestep_spacing="trailing")
    other = in_sigma_space(scheduler, n, forward)
    assert_same_path(ours(samplers.euler, times.trailing(n), forward), other)


@vp
@some_steps
def test_heun(forward: Process, betas: dict[str, Any], n: int) -> None:
    scheduler = HeunDiscreteScheduler(**betas, timestep_spacing="trailing")
    other = in_sigma_space(scheduler, n, forward)
    assert_same_path(ours(samplers.heun, times.trailing(n), forward), other)


@vp
@some_steps
@pytest.mark.parametrize("kind", ["dpmsolver++", "sde-dpmsolver++"])
def test_dpm_solver(forward: Process, betas: dict[str, Any], n: int, kind: str) -> None:
    sampler = samplers.dpmpp_2m if kind == "dpmsolver++" else samplers.dpmpp_2m_sde
    other = theirs(DPMSolverMultistepScheduler(**betas, **TRAILING, algorithm_type=kind), n, forward)
    assert_same_path(ours(sampler, times.trailing(n), forward), other)


@vp
@some_steps
@pytest.mark.parametrize("order", [2, 3])
def test_unipc(forward: Process, betas: dict[str, Any], n: int, order: Any) -> None:
    other = theirs(UniPCMultistepScheduler(**betas, **TRAILING, solver_order=order), n, forward)
    assert_same_path(ours(partial(samplers.unipc, order=order), times.trailing(n), forward), other)


@pytest.mark.parametrize("kind", ["ddim", "dpmpp_2m", "unipc"])
def test_cosine_from_its_second_last_timestep(kind: str) -> None:
    # Their last timestep is the capped one, from which alpha is 5e-5 and not 0; on the others they agree.
    forward, n = Cosine(), 20
    scheduler = {
        "ddim": DDIMScheduler(**COSINE, **UNCLIPPED),
        "dpmpp_2m": DPMSolverMultistepScheduler(**COSINE, **TRAILING),
        "unipc": UniPCMultistepScheduler(**COSINE, **TRAILING),
    }[kind]
    scheduler.set_timesteps(n)
    scheduler.timesteps = scheduler.timesteps[1:]
    if kind != "ddim":
        scheduler.sigmas = scheduler.sigmas[1:]
    grid = times.trailing(n)[1:]
    x = forward.sigma(grid[:1]).float() * torch.randn(
        1, *SHAPE, generator=torch.Generator().manual_seed(SEED)
    )
    other = []
    for i in scheduler.timesteps:
        x = scheduler.step(denoiser(forward)(x, (i[None].double() + 1) / 1000), i, x).prev_sample
        other.append(x)
    assert_same_path(ours(samplers.SAMPLERS[kind], grid, forward), other)


@some_steps
@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_flow_matching_euler(n: int, shift: float) -> None:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=np.linspace(1, 1 / n, n).tolist())
    forward = Flow()
    x = torch.randn(1, *SHAPE, generator=torch.Generator().manual_seed(SEED))
    other = []
    for sigma, i in zip(scheduler.sigmas, scheduler.timesteps, strict=False):
        t = sigma[None].double()
        velocity = from_sample("flow", denoiser(forward)(x, t), x, t, forward)
        x = scheduler.step(velocity, i, x).prev_sample
        other.append(x)
    assert_same_path(ours(samplers.euler, times.shifted(times.uniform(n), shift), forward), other)


@some_steps
@pytest.mark.parametrize("kind", ["dpmpp_2m", "unipc"])
def test_multistep_solvers_on_flow(n: int, kind: str) -> None:
    options = {"use_flow_sigmas": True, "flow_shift": 3.0, "prediction_type": "flow_prediction"}
    scheduler: Any = (DPMSolverMultistepScheduler if kind == "dpmpp_2m" else UniPCMultistepScheduler)(
        **options
    )
    scheduler.set_timesteps(n)
    grid = scheduler.sigmas.double()
    forward = Flow()
    x = grid[0].float() * torch.randn(1, *SHAPE, generator=torch.Generator().manual_seed(SEED))
    other = []
    for k in range(n):
        t = grid[k : k + 1]
        velocity = from_sample("flow", denoiser(forward)(x, t), x, t, forward)
        x = scheduler.step(velocity, scheduler.timesteps[k], x).prev_sample
        other.append(x)
    assert_same_path(ours(samplers.SAMPLERS[kind], grid, forward), other)


@vp
def test_ddpm_variance(forward: Process, betas: dict[str, Any]) -> None:
    scheduler = DDPMScheduler(**betas)
    for i in (1, 10, 500, 999):
        now, then = forward.log_snr(torch.tensor([i + 1, i], dtype=torch.float64) / 1000).tolist()
        sigma = forward.sigma(torch.tensor(i / 1000, dtype=torch.float64)).item()
        expected = scheduler._get_variance(i).item()
        assert sigma**2 * -math.expm1(-2 * (then - now)) == pytest.approx(expected, rel=1e-3)
