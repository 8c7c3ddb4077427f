"""The one thing a sampler asks for: an estimate of the clean sample."""

from collections.abc import Callable

from torch import Tensor

from adfusion.diffusion.prediction import Prediction, to_sample
from adfusion.diffusion.process import Process

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""`(x_t: (batch, ...), t: (batch,)) -> estimate of x_0`, of the shape of `x_t`."""

Predictor = Callable[[Tensor, Tensor], Tensor]
"""`(x_t: (batch, ...), t: (batch,)) -> raw output of a network`, of the shape of `x_t`."""


def denoiser(predict: Predictor, prediction: Prediction, process: Process) -> Denoiser:
    """Turn a network with any prediction type into a `Denoiser`."""

    def denoise(x_t: Tensor, t: Tensor) -> Tensor:
        return to_sample(prediction, predict(x_t, t), x_t, t, process)

    return denoise
