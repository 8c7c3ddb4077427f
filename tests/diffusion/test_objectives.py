import math

import pytest
import torch
from closed_form import PROCESSES, Gaussian
from hypothesis import given
from hypothesis import strategies as st

from adfusion.diffusion import VP, Flow, Prediction, from_sample, objectives
from adfusion.diffusion.objectives import FlowMatching, MinSNR
from adfusion.diffusion.prediction import PREDICTIONS

every_prediction = pytest.mark.parametrize("prediction", PREDICTIONS)


@every_prediction
@pytest.mark.parametrize("name", PROCESSES)
def test_the_ideal_predictor_has_the_least_loss(name: str, prediction: Prediction) -> None:
    forward, data, count = PROCESSES[name], Gaussian(), 2000
    x_0, noise = torch.randn(2, count, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    x_0 = data.mean + data.std * x_0
    t = torch.full((count,), 0.45, dtype=torch.float64)
    ideal = data.denoiser(forward)

    def loss(gain: float, offset: float) -> float:
        def predict(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            return gain * from_sample(prediction, ideal(x_t, t), x_t, t, forward) + offset

        return objectives.loss(predict, x_0, t, noise, forward, prediction).mean().item()

    x_t = forward.add_noise(x_0, noise, t)
    size = from_sample(prediction, ideal(x_t, t), x_t, t, forward).std().item()
    least = loss(1.0, 0.0)
    for gain, offset in ((1.3, 0.0), (0.7, 0.0), (1.0, 0.3 * size), (1.0, -0.3 * size)):
        assert loss(gain, offset) > least


@given(t=st.floats(0.001, 1), gamma=st.floats(0.5, 20))
def test_min_snr_weights_are_those_of_the_paper(t: float, gamma: float) -> None:
    forward, time = VP.scaled_linear(), torch.tensor([t], dtype=torch.float64)
    snr = math.exp(2 * forward.log_snr(time).item())
    clipped = min(snr, gamma)
    weight = {p: MinSNR(gamma).weight(time, forward, p).item() for p in PREDICTIONS}
    assert weight["sample"] == pytest.approx(clipped)
    assert weight["epsilon"] == pytest.approx(clipped / snr)
    assert weight["v"] == pytest.approx(clipped / (snr + 1))
    assert weight["flow"] == pytest.approx(clipped / (math.sqrt(snr) + 1) ** 2)


@pytest.mark.parametrize("name", PROCESSES)
def test_min_snr_is_one_loss_said_in_four_ways(name: str) -> None:
    forward = PROCESSES[name]
    x_0, noise, guess = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    t = torch.linspace(0.05, 0.95, 6, dtype=torch.float64)
    losses = [
        objectives.loss(
            lambda x_t, t, p=p: from_sample(p, guess, x_t, t, forward), x_0, t, noise, forward, p, MinSNR()
        )
        for p in PREDICTIONS
    ]
    for other in losses[1:]:
        torch.testing.assert_close(other, losses[0])


@every_prediction
@pytest.mark.parametrize("name", PROCESSES)
def test_weights_are_finite_on_the_whole_of_time(name: str, prediction: Prediction) -> None:
    t = torch.linspace(0, 1, 101)
    for objective in (MinSNR(), FlowMatching()):
        weight = objective.weight(t, PROCESSES[name], prediction)
        assert weight.isfinite().all() and (weight >= 0).all()
        assert weight.shape == t.shape and weight.dtype == t.dtype


def test_logit_normal_times_have_their_density() -> None:
    mean, std, count = 0.4, 0.8, 200_000
    t = FlowMatching(mean, std).times(count, torch.Generator().manual_seed(3)).double()
    assert t.min() > 0 and t.max() < 1
    edges = torch.linspace(0, 1, 21, dtype=torch.float64)
    cumulative = torch.special.ndtr((torch.logit(edges) - mean) / std)
    found = torch.histogram(t, edges).hist / count
    torch.testing.assert_close(found, cumulative.diff(), atol=4e-3, rtol=0)


def test_min_snr_times_are_uniform() -> None:
    t = MinSNR().times(100_000, torch.Generator().manual_seed(4))
    share = torch.histc(t, 10, 0, 1) / len(t)
    torch.testing.assert_close(share, torch.full((10,), 0.1), atol=5e-3, rtol=0)


def test_times_repeat_with_their_generator() -> None:
    for make in objectives.OBJECTIVES.values():
        first, second = (make().times(5, torch.Generator().manual_seed(9)) for _ in range(2))
        assert torch.equal(first, second)
        assert not torch.equal(make().times(5), make().times(5))


def test_the_loss_is_one_number_a_picture_and_has_gradients() -> None:
    x_0, noise = torch.randn(2, 3, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    t = FlowMatching().times(3, torch.Generator().manual_seed(0))
    scale = torch.ones(1, requires_grad=True)
    losses = objectives.loss(lambda x_t, t: scale * x_t, x_0, t, noise, Flow(), "flow", FlowMatching())
    assert losses.shape == (3,)
    x_t = Flow().add_noise(x_0, noise, t)
    torch.testing.assert_close(losses, (x_t - (noise - x_0)).square().mean((1, 2, 3)))
    losses.mean().backward()
    assert scale.grad is not None and scale.grad.abs() > 0


def test_impossible_parameters_are_errors() -> None:
    with pytest.raises(ValueError, match="logit_std: found 0"):
        FlowMatching(logit_std=0)
    with pytest.raises(ValueError, match="gamma: found -1"):
        MinSNR(gamma=-1)
