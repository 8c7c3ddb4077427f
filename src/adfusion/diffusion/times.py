"""Time grids: at which times a sampler stops on its way from noise to the sample.

A grid for `n` steps is a float64 tensor of `n + 1` times, strictly descending from 1 to 0.
"""

import math

import torch
from torch import Tensor

from adfusion.diffusion.process import Process


def uniform(n: int) -> Tensor:
    """`n` equal steps of time."""
    _check_steps(n)
    return torch.linspace(1, 0, n + 1, dtype=torch.float64)


def trailing(n: int, timesteps: int = 1000) -> Tensor:
    """Equal steps of time, each stop moved to the nearest of the `timesteps` that a network was trained on.

    Starts at the very last timestep, where training has seen (almost) pure noise: Lin et al. 2023, "Common
    Diffusion Noise Schedules and Sample Steps are Flawed", table 2. Raises `ValueError` if `n > timesteps`.
    """
    if n > timesteps:
        raise ValueError(f"steps: found {n}, allowed 1 to {timesteps}")
    return torch.round(uniform(n) * timesteps) / timesteps


def karras(
    n: int,
    process: Process,
    rho: float = 7.0,
    sigma_min: float | None = None,
    sigma_max: float | None = None,
) -> Tensor:
    """Steps that shorten towards the clean sample, equal in `(sigma/alpha)^(1/rho)`, then one to time 0.

    Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", eq. 5.
    `sigma_min` and `sigma_max` are values of `sigma/alpha`. By default they are those of `process` at time
    0.001 and at its end; where the end is pure noise, 80 is used and the first stop is still the end itself.
    """
    _check_steps(n)

    def ratio(t: float) -> float:
        return math.exp(-process.log_snr(torch.tensor(t, dtype=torch.float64)).item())

    start = ratio(process.t_max) if not process.reaches_pure_noise else 80.0
    largest = (start if sigma_max is None else sigma_max) ** (1 / rho)
    smallest = (ratio(0.001) if sigma_min is None else sigma_min) ** (1 / rho)
    sigmas = torch.linspace(largest, smallest, n, dtype=torch.float64) ** rho
    grid = torch.cat([process.time(-sigmas.log()), torch.zeros(1, dtype=torch.float64)])
    if sigma_max is None:
        grid[0] = process.t_max
    return grid


def shifted(grid: Tensor, shift: float) -> Tensor:
    """Spend more steps in noise (`shift > 1`) or near the sample (`shift < 1`); the ends stay.

    Esser et al. 2024, "Scaling Rectified Flow Transformers" (Stable Diffusion 3), eq. 23. For the `Flow`
    process it multiplies `sigma/alpha` by `shift` at every stop.
    """
    if shift <= 0:
        raise ValueError(f"shift: found {shift}, allowed above 0")
    return shift * grid / (shift * grid + (1 - grid))


def resolution_shift(tokens: int, base_tokens: int = 256) -> float:
    """The `shift` at which a picture of `tokens` tokens is as uncertain as one of `base_tokens` without it.

    More pixels of the same scene need more noise to be hidden: the shift is the square root of their ratio
    (Esser et al. 2024, section 5.3.2).
    """
    return math.sqrt(tokens / base_tokens)


def _check_steps(n: int) -> None:
    if n < 1:
        raise ValueError(f"steps: found {n}, allowed 1 or more")
