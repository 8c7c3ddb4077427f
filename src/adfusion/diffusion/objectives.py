"""What training minimises: at which times, with which weight, and the loss itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from adfusion.diffusion.denoiser import Predictor
from adfusion.diffusion.prediction import Prediction, target
from adfusion.diffusion.process import Process


class Objective(ABC):
    """At which times a training objective looks, and how much each of them counts."""

    @abstractmethod
    def times(self, batch: int, generator: torch.Generator | None = None) -> Tensor:
        """Random times in [0, 1], float32 `(batch,)`, on the generator's device."""

    @abstractmethod
    def weight(self, t: Tensor, process: Process, prediction: Prediction) -> Tensor:
        """Weights of the squared error of `prediction` at `t: (batch,)`; same shape and dtype as `t`."""


@dataclass(frozen=True)
class FlowMatching(Objective):
    """Unweighted error at logit-normal times: mostly in the middle, where the velocity is hardest.

    Esser et al. 2024, "Scaling Rectified Flow Transformers", eq. 19.
    """

    logit_mean: float = 0.0
    logit_std: float = 1.0

    def __post_init__(self) -> None:
        if self.logit_std <= 0:
            raise ValueError(f"logit_std: found {self.logit_std}, allowed above 0")

    def times(self, batch: int, generator: torch.Generator | None = None) -> Tensor:
        normal = torch.randn(batch, generator=generator, device=_device(generator))
        return torch.sigmoid(self.logit_mean + self.logit_std * normal)

    def weight(self, t: Tensor, process: Process, prediction: Prediction) -> Tensor:
        return torch.ones_like(t)


@dataclass(frozen=True)
class MinSNR(Objective):
    """Uniform times, and the weight `min(SNR, gamma)` on the error of `x_0`, said for each prediction.

    Hang et al. 2023, "Efficient Diffusion Training via Min-SNR Weighting Strategy", section 3.4, with
    `SNR = (alpha/sigma)²`: `min(SNR, gamma) / SNR` for `epsilon`, `min(SNR, gamma) / (SNR + 1)` for `v`.
    """

    gamma: float = 5.0

    def __post_init__(self) -> None:
        if self.gamma <= 0:
            raise ValueError(f"gamma: found {self.gamma}, allowed above 0")

    def times(self, batch: int, generator: torch.Generator | None = None) -> Tensor:
        return torch.rand(batch, generator=generator, device=_device(generator))

    def weight(self, t: Tensor, process: Process, prediction: Prediction) -> Tensor:
        # Errors of x_0 are `scale` times those of the prediction, so the weight is min(SNR, gamma)·scale².
        # With SNR multiplied in, no infinity meets a zero at either end of time.
        alpha, sigma = process.alpha(t), process.sigma(t)
        match prediction:
            case "epsilon":
                scaled_signal, scale = torch.ones_like(t), sigma / alpha
            case "v":
                norm = alpha**2 + sigma**2
                scaled_signal, scale = alpha / norm, sigma / norm
            case "sample":
                scaled_signal, scale = alpha / sigma, torch.ones_like(t)
            case "flow":
                scaled_signal, scale = alpha / (alpha + sigma), sigma / (alpha + sigma)
        return torch.minimum(scaled_signal**2, self.gamma * scale**2)


OBJECTIVES: dict[str, Callable[..., Objective]] = {"flow_matching": FlowMatching, "min_snr": MinSNR}
"""Objectives by the name that recipes use."""


def loss(
    predict: Predictor,
    x_0: Tensor,
    t: Tensor,
    noise: Tensor,
    process: Process,
    prediction: Prediction,
    objective: Objective | None = None,
) -> Tensor:
    """Weighted mean squared error of each element of the batch, `(batch,)`.

    predict: the network, `(x_t, t) -> output`.
    x_0, noise: clean samples and standard normal noise, `(batch, ...)`.
    t: `(batch,)` in [0, 1].
    objective: gives the weights; none counts all times alike.
    """
    output = predict(process.add_noise(x_0, noise, t), t)
    error = (output - target(prediction, x_0, noise, t, process)).square().flatten(1).mean(1)
    return error if objective is None else objective.weight(t, process, prediction).to(error) * error


def _device(generator: torch.Generator | None) -> torch.device | None:
    return None if generator is None else generator.device
