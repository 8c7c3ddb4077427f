import pytest
import torch
from closed_form import PROCESSES
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.diffusion import VP, Cosine, Flow, Prediction, convert, denoiser, from_sample, target, to_sample
from adfusion.diffusion.prediction import PREDICTIONS

any_process = st.sampled_from(sorted(PROCESSES)).map(PROCESSES.__getitem__)
any_prediction = st.sampled_from(PREDICTIONS)


def pair(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    x_0, noise = torch.randn(2, 3, 2, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x_0, noise


@given(forward=any_process, prediction=any_prediction, t=st.floats(0.01, 0.99), seed=st.integers(0, 99))
def test_the_target_stands_for_the_sample(forward, prediction: Prediction, t: float, seed: int) -> None:
    x_0, noise = pair(seed)
    time = torch.full((3,), t, dtype=torch.float64)
    x_t = forward.add_noise(x_0, noise, time)
    output = target(prediction, x_0, noise, time, forward)
    torch.testing.assert_close(to_sample(prediction, output, x_t, time, forward), x_0)
    torch.testing.assert_close(from_sample(prediction, x_0, x_t, time, forward), output)


@settings(max_examples=200)
@given(
    forward=any_process,
    source=any_prediction,
    to=any_prediction,
    times=st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3),
    seed=st.integers(0, 99),
)
def test_conversions_round_trip(forward, source: Prediction, to: Prediction, times, seed: int) -> None:
    x_t, output = pair(seed)
    t = torch.tensor(times, dtype=torch.float64)
    there = convert(output, x_t, t, forward, source=source, to=to)
    back = convert(there, x_t, t, forward, source=to, to=source)
    torch.testing.assert_close(back, output, rtol=1e-6, atol=1e-6)


def test_v_is_that_of_its_paper_and_flow_the_velocity() -> None:
    x_0, noise = pair()
    t = torch.tensor([0.2, 0.5, 0.8], dtype=torch.float64)
    vp = VP.linear()
    alpha, sigma = vp.coefficients(t, x_0)
    torch.testing.assert_close(target("v", x_0, noise, t, vp), alpha * noise - sigma * x_0)
    later, sooner = (Flow().add_noise(x_0, noise, t + dt) for dt in (1e-4, -1e-4))
    torch.testing.assert_close(target("flow", x_0, noise, t, Flow()), (later - sooner) / 2e-4)


@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("forward", [Flow(), Cosine(), VP.linear()])
def test_estimates_are_finite_at_both_ends_of_time(forward, prediction: Prediction) -> None:
    x_t, output = pair()
    for t in (0.0, 1.0):
        sample = to_sample(prediction, output, x_t, torch.full((3,), t, dtype=torch.float64), forward)
        assert sample.isfinite().all()
        if t == 0 and prediction != "sample":
            torch.testing.assert_close(sample, x_t)


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_a_network_of_any_prediction_becomes_a_denoiser(prediction: Prediction) -> None:
    x_0, noise = pair()
    forward, t = Cosine(), torch.full((3,), 0.3, dtype=torch.float64)
    denoise = denoiser(lambda x_t, t: target(prediction, x_0, noise, t, forward), prediction, forward)
    torch.testing.assert_close(denoise(forward.add_noise(x_0, noise, t), t), x_0)


def test_an_unknown_prediction_is_an_error() -> None:
    x, t = torch.zeros(1, 2), torch.tensor([0.5])
    for function in (target, to_sample, from_sample):
        with pytest.raises(ValueError, match="prediction: found 'score', allowed epsilon, v, sample, flow"):
            function("score", x, x, t, Flow())  # type: ignore[arg-type]
