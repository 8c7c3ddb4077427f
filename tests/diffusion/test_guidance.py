import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from adfusion.diffusion import Flow, Streams, from_sample, guided, to_sample

X = Streams([1, 2, 3]).randn((4, 8, 8))
MIDDLE = torch.full((3,), 0.5)


def positive(x_t: Tensor, t: Tensor) -> Tensor:
    return x_t * 0.8 + 0.3


def negative(x_t: Tensor, t: Tensor) -> Tensor:
    return x_t * 0.5 - 0.1


def never(x_t: Tensor, t: Tensor) -> Tensor:
    raise AssertionError("the negative branch was called")


def test_scale_one_is_the_conditional_alone() -> None:
    assert torch.equal(guided(positive, never, 1.0)(X, MIDDLE), positive(X, MIDDLE))


@given(scale=st.floats(0, 20))
def test_guidance_extrapolates_from_negative_to_positive(scale: float) -> None:
    expected = negative(X, MIDDLE) + scale * (positive(X, MIDDLE) - negative(X, MIDDLE))
    torch.testing.assert_close(guided(positive, negative, scale)(X, MIDDLE), expected)


@pytest.mark.parametrize("t", [0.0, 0.19, 0.81, 1.0])
def test_outside_the_interval_it_is_the_conditional_at_half_the_cost(t: float) -> None:
    time = torch.full((3,), t)
    assert torch.equal(guided(positive, never, 4.0, interval=(0.2, 0.8))(X, time), positive(X, time))


def test_each_element_is_guided_at_its_own_time() -> None:
    time = torch.tensor([0.1, 0.5, 0.9])
    result = guided(positive, negative, 4.0, interval=(0.2, 0.8))(X, time)
    assert torch.equal(result[[0, 2]], positive(X, time)[[0, 2]])
    assert torch.equal(result[1], guided(positive, negative, 4.0)(X, MIDDLE)[1])


def test_rescale_brings_the_deviation_back() -> None:
    deviation = positive(X, MIDDLE).flatten(1).std(1)
    full = guided(positive, negative, 7.0, rescale=1.0)(X, MIDDLE)
    torch.testing.assert_close(full.flatten(1).std(1), deviation)
    none = guided(positive, negative, 7.0)(X, MIDDLE)
    half = guided(positive, negative, 7.0, rescale=0.5)(X, MIDDLE)
    torch.testing.assert_close(half, (full + none) / 2)


def test_rescale_agrees_with_diffusers() -> None:
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg

    plain = guided(positive, negative, 7.0)(X, MIDDLE)
    expected = rescale_noise_cfg(plain, positive(X, MIDDLE), guidance_rescale=0.7)
    torch.testing.assert_close(guided(positive, negative, 7.0, rescale=0.7)(X, MIDDLE), expected)


def test_guiding_samples_is_guiding_velocities() -> None:
    process = Flow()
    towards, away = (from_sample("flow", f(X, MIDDLE), X, MIDDLE, process) for f in (positive, negative))
    velocity = away + 5 * (towards - away)
    expected = to_sample("flow", velocity, X, MIDDLE, process)
    torch.testing.assert_close(guided(positive, negative, 5.0)(X, MIDDLE), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": (0.8, 0.2)}, "interval: found 0.8 to 0.2"),
        ({"interval": (0.0, 1.5)}, "interval: found 0.0 to 1.5"),
        ({"rescale": 2.0}, "rescale: found 2.0, allowed 0 to 1"),
    ],
)
def test_values_out_of_range_are_errors(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        guided(positive, negative, 4.0, **options)  # type: ignore[arg-type]


def test_both_branches_in_one_batch_give_the_same_and_are_called_once() -> None:
    calls: list[int] = []

    def both(x_t: Tensor, t: Tensor) -> Tensor:
        calls.append(len(x_t))
        return torch.cat([positive(x_t[:3], t[:3]), negative(x_t[3:], t[3:])])

    apart = guided(positive, negative, 4.0, interval=(0.2, 0.8))
    together = guided(positive, never, 4.0, interval=(0.2, 0.8), both=both)
    for t in (0.1, 0.5):
        time = torch.full((3,), t)
        assert torch.equal(together(X, time), apart(X, time))
    assert calls == [6]
