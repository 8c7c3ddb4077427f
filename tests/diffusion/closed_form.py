"""Data whose ideal denoiser, and whose probability-flow path, are known in closed form. All in float64."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from adfusion.diffusion import VE, VP, Cosine, Denoiser, Flow, Process

PROCESSES: dict[str, Process] = {
    "flow": Flow(),
    "vp_linear": VP.linear(),
    "vp_scaled_linear": VP.scaled_linear(),
    "cosine": Cosine(),
    "ve": VE(sigma_min=0.02, sigma_max=20.0),
}


@dataclass(frozen=True)
class Gaussian:
    """x_0 ~ N(mean, std²), independently in every element."""

    mean: float = 0.7
    std: float = 0.5

    def denoiser(self, process: Process) -> Denoiser:
        """E[x_0 | x_t]."""

        def denoise(x_t: Tensor, t: Tensor) -> Tensor:
            alpha, sigma = process.coefficients(t, x_t)
            gain = alpha * self.std**2 / (alpha**2 * self.std**2 + sigma**2)
            return self.mean + gain * (x_t - alpha * self.mean)

        return denoise

    def flow_path(self, x: Tensor, process: Process, begin: float, end: float) -> Tensor:
        """Where the probability-flow equation takes `x` between two times: each quantile to itself."""
        (alpha_begin, alpha_end), (sigma_begin, sigma_end) = (
            f(torch.tensor([begin, end], dtype=torch.float64)) for f in (process.alpha, process.sigma)
        )
        spread = torch.hypot(alpha_end * self.std, sigma_end) / torch.hypot(
            alpha_begin * self.std, sigma_begin
        )
        return alpha_end * self.mean + spread * (x - alpha_begin * self.mean)


@dataclass(frozen=True)
class Mixture:
    """x_0 drawn from isotropic Gaussians. `centers: (modes, dim)`, `weights: (modes,)`."""

    centers: Tensor
    weights: Tensor
    std: float

    def denoiser(self, process: Process) -> Denoiser:
        """E[x_0 | x_t] for `x_t: (batch, dim)`."""

        def denoise(x_t: Tensor, t: Tensor) -> Tensor:
            alpha, sigma = (c[..., None] for c in process.coefficients(t, x_t))
            variance = alpha**2 * self.std**2 + sigma**2
            offset = x_t[:, None] - alpha * self.centers
            logits = self.weights.log() - (offset**2).sum(-1) / (2 * variance[..., 0])
            means = self.centers + alpha * self.std**2 / variance * offset
            return (logits.softmax(-1)[..., None] * means).sum(1)

        return denoise

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        modes = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        noise = torch.randn(count, self.centers.shape[1], generator=generator, dtype=torch.float64)
        return self.centers[modes] + self.std * noise


def three_modes(std: float = 0.2) -> Mixture:
    centers = torch.tensor([[2.0, 0.0], [-1.5, 1.5], [-0.5, -2.0]], dtype=torch.float64)
    return Mixture(centers, torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64), std)


def orders(error: Callable[[int], float], steps: list[int]) -> list[float]:
    """Measured orders of convergence: log2 of how much `error` falls each time the steps double."""
    errors = torch.tensor([error(n) for n in steps], dtype=torch.float64)
    orders: list[float] = (errors[:-1] / errors[1:]).log2().tolist()
    return orders
