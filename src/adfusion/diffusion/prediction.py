"""What a network predicts, and how to read one prediction as another.

Each prediction is a mix `a·x_0 + b·noise`; together with `x_t = alpha·x_0 + sigma·noise` it fixes both `x_0`
and `noise`. All conversions are this one pair of linear equations.
"""

from typing import Literal, get_args

from torch import Tensor

from adfusion.diffusion.process import Process

Prediction = Literal["epsilon", "v", "sample", "flow"]
"""`epsilon`: the noise (Ho et al. 2020). `v`: `alpha·noise - sigma·x_0` (Salimans & Ho 2022). `sample`:
`x_0`. `flow`: `noise - x_0` (Liu et al. 2022), the velocity `dx/dt` of the `Flow` process."""

PREDICTIONS: tuple[Prediction, ...] = get_args(Prediction)

MIN_ALPHA = 5e-5
"""Least `alpha` that `epsilon` is divided by: where no signal is left the noise says nothing about `x_0`, and
the estimate must only stay finite. This is the last `alpha` of Nichol & Dhariwal's capped cosine schedule."""


def target(prediction: Prediction, x_0: Tensor, noise: Tensor, t: Tensor, process: Process) -> Tensor:
    """What the network should return for `x_0` and `noise`, both `(batch, ...)`, at `t: (batch,)`."""
    match prediction:
        case "epsilon":
            return noise
        case "v":
            alpha, sigma = process.coefficients(t, x_0)
            return alpha * noise - sigma * x_0
        case "sample":
            return x_0
        case "flow":
            return noise - x_0
    raise ValueError(f"prediction: found {prediction!r}, allowed {', '.join(PREDICTIONS)}")


def to_sample(prediction: Prediction, output: Tensor, x_t: Tensor, t: Tensor, process: Process) -> Tensor:
    """The estimate of `x_0` that a network's `output` at `x_t` and `t: (batch,)` stands for."""
    alpha, sigma = process.coefficients(t, x_t)
    match prediction:
        case "epsilon":
            return (x_t - sigma * output) / alpha.clamp(min=MIN_ALPHA)
        case "v":
            return (alpha * x_t - sigma * output) / (alpha**2 + sigma**2)
        case "sample":
            return output
        case "flow":
            return (x_t - sigma * output) / (alpha + sigma)
    raise ValueError(f"prediction: found {prediction!r}, allowed {', '.join(PREDICTIONS)}")


def from_sample(prediction: Prediction, sample: Tensor, x_t: Tensor, t: Tensor, process: Process) -> Tensor:
    """The output that stands for the estimate `sample` of `x_0`: the inverse of `to_sample`.

    Except for `sample` itself this needs `sigma(t) > 0`: without noise there is nothing to predict.
    """
    if prediction == "sample":
        return sample
    alpha, sigma = process.coefficients(t, x_t)
    return target(prediction, sample, (x_t - alpha * sample) / sigma, t, process)


def convert(
    output: Tensor, x_t: Tensor, t: Tensor, process: Process, *, source: Prediction, to: Prediction
) -> Tensor:
    """Read a network's `output` of type `source` as type `to`. Needs `sigma(t) > 0` and, from `epsilon`,
    `alpha > 0`."""
    if source == to:
        return output
    return from_sample(to, to_sample(source, output, x_t, t, process), x_t, t, process)
