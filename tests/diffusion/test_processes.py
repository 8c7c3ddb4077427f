import json
import math

import pytest
import torch
from closed_form import PROCESSES
from diffusers import DDPMScheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.diffusion import VE, VP, Cosine, Flow, Process, process

every_process = pytest.mark.parametrize("forward", PROCESSES.values(), ids=PROCESSES.keys())


def float64(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@every_process
def test_time_zero_is_the_clean_sample(forward: Process) -> None:
    zero = float64(0.0)
    assert forward.alpha(zero).item() == 1
    assert forward.sigma(zero).item() == 0
    assert forward.log_snr(zero).item() == math.inf
    assert forward.time(float64(math.inf)).item() == 0


@pytest.mark.parametrize("forward", [Flow(), Cosine()], ids=["flow", "cosine"])
def test_time_one_is_pure_noise_where_alpha_reaches_zero(forward: Process) -> None:
    one = float64(1.0)
    assert forward.alpha(one).item() == 0
    assert forward.sigma(one).item() == pytest.approx(1)
    assert forward.log_snr(one).item() == -math.inf
    assert forward.time(float64(-math.inf)).item() == 1
    assert forward.reaches_pure_noise


@every_process
def test_log_snr_falls_with_time(forward: Process) -> None:
    values = forward.log_snr(torch.linspace(0, 1, 3001, dtype=torch.float64))
    assert (values.diff() < 0).all()


@every_process
@given(t=st.floats(1e-6, 1 - 1e-6))
def test_time_is_the_inverse_of_log_snr(forward: Process, t: float) -> None:
    assert forward.time(forward.log_snr(float64(t))).item() == pytest.approx(t, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ["vp_linear", "vp_scaled_linear", "cosine"])
def test_variance_is_preserved(name: str) -> None:
    t = torch.linspace(0, 1, 777, dtype=torch.float64)
    forward = PROCESSES[name]
    torch.testing.assert_close(forward.alpha(t) ** 2 + forward.sigma(t) ** 2, torch.ones_like(t))


@pytest.mark.parametrize(
    ("forward", "schedule", "betas"),
    [
        (VP.linear(), "linear", (0.0001, 0.02)),
        (VP.scaled_linear(), "scaled_linear", (0.00085, 0.012)),
        (Cosine(), "squaredcos_cap_v2", (0.0001, 0.02)),
    ],
)
def test_timesteps_agree_with_diffusers(forward: Process, schedule: str, betas: tuple[float, float]) -> None:
    reference = DDPMScheduler(beta_schedule=schedule, beta_start=betas[0], beta_end=betas[1])
    t = torch.arange(1, 1001, dtype=torch.float64) / 1000
    expected = reference.alphas_cumprod.double()
    torch.testing.assert_close(forward.alpha(t), expected.sqrt(), atol=1e-4, rtol=0)
    torch.testing.assert_close(forward.sigma(t), (1 - expected).sqrt(), atol=1e-4, rtol=0)
    body = slice(0, 999)  # the last beta of their cosine schedule is capped, ours reaches alpha = 0
    torch.testing.assert_close(forward.alpha(t[body]) ** 2, expected[body], atol=1e-6, rtol=1e-4)


def test_ve_noise_grows_geometrically_to_its_maximum() -> None:
    forward = VE(sigma_min=0.01, sigma_max=50)
    sigma = forward.sigma(float64(0.5, 1.0))
    assert sigma.tolist() == pytest.approx([math.sqrt(0.01 * 50), 50], rel=1e-3)


@every_process
def test_float32_is_enough(forward: Process) -> None:
    t = torch.linspace(0.001, 1, 997, dtype=torch.float64)
    scale = forward.sigma(t[-1:]).item()
    torch.testing.assert_close(forward.alpha(t.float()).double(), forward.alpha(t), atol=1e-6, rtol=0)
    torch.testing.assert_close(forward.sigma(t.float()).double(), forward.sigma(t), atol=3e-6 * scale, rtol=0)


@every_process
def test_noise_is_added_element_by_element(forward: Process) -> None:
    x_0, noise = torch.randn(2, 3, 4, 5, 6, generator=torch.Generator().manual_seed(0))
    t = torch.tensor([0.0, 0.4, 0.9])
    x_t = forward.add_noise(x_0, noise, t)
    for row in range(3):
        expected = forward.alpha(t[row]) * x_0[row] + forward.sigma(t[row]) * noise[row]
        torch.testing.assert_close(x_t[row], expected)
    assert torch.equal(x_t[0], x_0[0])


@every_process
def test_config_survives_json(forward: Process) -> None:
    assert process.from_config(json.loads(json.dumps(forward.config()))) == forward


@settings(max_examples=20)
@given(end=st.floats(0.001, 0.5), timesteps=st.integers(1, 2000))
def test_parameters_survive_the_config(end: float, timesteps: int) -> None:
    forward = VP.scaled_linear(0.0005, end, timesteps)
    assert process.from_config(forward.config()) == forward


def test_a_bare_name_stands_for_the_defaults() -> None:
    assert process.from_config("flow") == process.by_name("flow") == Flow()
    assert process.by_name("ve", sigma_max=9.0) == VE(sigma_max=9.0)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"name": "flwo"}, "process: found 'flwo', allowed flow, cosine"),
        ({}, "process: found ''"),
        ({"name": "flow", "shift": 3}, "process flow: .*'shift'"),
        ({"name": "vp_linear", "beta_end": 2.0}, "betas: found 0.0001 to 2.0"),
        ({"name": "ve", "sigma_min": 0.0}, "sigmas: found 0.0"),
        ({"name": "cosine", "offset": -1.0}, "offset: found -1.0"),
        ({"name": "vp_linear", "timesteps": 0}, "timesteps: found 0"),
    ],
)
def test_a_bad_config_says_what_is_allowed(config: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        process.from_config(config)
