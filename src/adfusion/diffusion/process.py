"""Forward processes: how a clean sample turns into noise.

Every process is `x_t = alpha(t)·x_0 + sigma(t)·noise` for a time `t` in [0, 1]. Time 0 is the clean sample
(`alpha = 1`, `sigma = 0`) in all of them, time 1 is the noisiest. What is left of the signal is measured by
`lambda = log(alpha / sigma)`, half the log of the signal-to-noise ratio (Kingma et al. 2021, "Variational
Diffusion Models"; Lu et al. 2022, "DPM-Solver"): it falls from +inf at time 0, to -inf where `alpha` reaches
0.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F


class Process(ABC):
    """A forward process. Times are float32 or float64 tensors of any shape, in [`t_min`, `t_max`].

    Processes are frozen dataclasses: two with the same parameters are equal.
    """

    t_min: ClassVar[float] = 0.0
    t_max: ClassVar[float] = 1.0

    @property
    @abstractmethod
    def name(self) -> str:
        """The name in `PROCESSES`, as stored in a model's card."""

    @abstractmethod
    def alpha(self, t: Tensor) -> Tensor:
        """Scale of the clean sample at time `t`; same shape and dtype as `t`."""

    @abstractmethod
    def sigma(self, t: Tensor) -> Tensor:
        """Standard deviation of the noise at time `t`; same shape and dtype as `t`."""

    @abstractmethod
    def time(self, log_snr: Tensor) -> Tensor:
        """The time at which `log_snr` has the given value: its inverse."""

    def log_snr(self, t: Tensor) -> Tensor:
        """`lambda = log(alpha / sigma)`, half the log signal-to-noise ratio: +inf at time 0."""
        return self.alpha(t).log() - self.sigma(t).log()

    @property
    def reaches_pure_noise(self) -> bool:
        """Whether nothing of the clean sample is left at `t_max`."""
        return bool(self.alpha(torch.tensor(self.t_max, dtype=torch.float64)) == 0)

    def coefficients(self, t: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """`alpha` and `sigma` at `t: (batch,)`, shaped to multiply `x: (batch, ...)` and of its dtype."""
        shape = (-1, *(1,) * (x.ndim - 1))
        t = t.to(x.device)
        return self.alpha(t).to(x.dtype).view(shape), self.sigma(t).to(x.dtype).view(shape)

    def add_noise(self, x_0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """`x_t`, from `x_0` and `noise` of one shape `(batch, ...)` and `t: (batch,)`."""
        alpha, sigma = self.coefficients(t, x_0)
        return alpha * x_0 + sigma * noise

    def config(self) -> dict[str, Any]:
        """Name and parameters, ready for JSON; `from_config` reads it back."""
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True)
class Flow(Process):
    """Rectified flow: a straight line from data to noise, `alpha = 1 - t`, `sigma = t`.

    Liu et al. 2022, "Flow Straight and Fast"; Lipman et al. 2022, "Flow Matching for Generative Modeling".
    """

    name: ClassVar[str] = "flow"

    def alpha(self, t: Tensor) -> Tensor:
        return 1 - t

    def sigma(self, t: Tensor) -> Tensor:
        return t

    def time(self, log_snr: Tensor) -> Tensor:
        return torch.sigmoid(-log_snr)


@dataclass(frozen=True)
class VP(Process):
    """Variance-preserving: `alpha² + sigma² = 1`, given by the betas of `timesteps` discrete noising steps.

    Ho et al. 2020, "Denoising Diffusion Probabilistic Models", eq. 4. Discrete timestep `i = 0 … timesteps -
    1` is time `(i + 1) / timesteps`. Between timesteps beta is constant, so `log alpha²` is piecewise linear:
    at the timesteps it equals the discrete product exactly.
    """

    schedule: Literal["linear", "scaled_linear"]
    beta_start: float
    beta_end: float
    timesteps: int = 1000

    def __post_init__(self) -> None:
        if not 0 < self.beta_start <= self.beta_end < 1:
            raise ValueError(
                f"betas: found {self.beta_start} to {self.beta_end}, allowed 0 < beta_start <= beta_end < 1"
            )
        if self.timesteps < 1:
            raise ValueError(f"timesteps: found {self.timesteps}, allowed 1 or more")

    @classmethod
    def linear(cls, beta_start: float = 1e-4, beta_end: float = 0.02, timesteps: int = 1000) -> "VP":
        """Betas in equal steps (Ho et al. 2020)."""
        return cls("linear", beta_start, beta_end, timesteps)

    @classmethod
    def scaled_linear(
        cls, beta_start: float = 0.00085, beta_end: float = 0.012, timesteps: int = 1000
    ) -> "VP":
        """Square roots of the betas in equal steps, as in Stable Diffusion (Rombach et al. 2022)."""
        return cls("scaled_linear", beta_start, beta_end, timesteps)

    @property
    def name(self) -> str:
        return f"vp_{self.schedule}"

    def config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "beta_start": self.beta_start,
            "beta_end": self.beta_end,
            "timesteps": self.timesteps,
        }

    @cached_property
    def _log_alpha_squared(self) -> Tensor:
        """`log alpha²` at times `0, 1/timesteps, …, 1`."""
        power = 2 if self.schedule == "scaled_linear" else 1
        ends = self.beta_start ** (1 / power), self.beta_end ** (1 / power)
        betas = torch.linspace(*ends, self.timesteps, dtype=torch.float64) ** power
        return F.pad(torch.log1p(-betas).cumsum(0), (1, 0))

    def _at(self, t: Tensor) -> Tensor:
        table = self._log_alpha_squared.to(t)
        position = t * self.timesteps
        left = position.floor().clamp(0, self.timesteps - 1)
        index = left.long()
        return torch.lerp(table[index], table[index + 1], position - left)

    def alpha(self, t: Tensor) -> Tensor:
        return torch.exp(self._at(t) / 2)

    def sigma(self, t: Tensor) -> Tensor:
        return torch.sqrt(-torch.expm1(self._at(t)))

    def time(self, log_snr: Tensor) -> Tensor:
        table = self._log_alpha_squared.to(log_snr)
        wanted = F.logsigmoid(2 * log_snr)  # alpha² = sigmoid(2·lambda) where alpha² + sigma² = 1
        right = torch.searchsorted(-table, -wanted.contiguous(), right=True)
        index = (right - 1).clamp(0, self.timesteps - 1)
        fraction = (wanted - table[index]) / (table[index + 1] - table[index])
        return ((index + fraction) / self.timesteps).clamp(self.t_min, self.t_max)


@dataclass(frozen=True)
class Cosine(Process):
    """Variance-preserving, `alpha` proportional to `cos((t + offset) / (1 + offset) · pi/2)`: 0 at time 1.

    Nichol & Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", eq. 17. Their discrete form
    caps the last beta at 0.999, so that `alpha` ends at 5e-5; at all other timesteps `(i + 1) / 1000` it is
    the same.
    """

    name: ClassVar[str] = "cosine"
    offset: float = 0.008

    def __post_init__(self) -> None:
        if self.offset < 0:
            raise ValueError(f"offset: found {self.offset}, allowed 0 or more")

    @property
    def _quarter(self) -> float:
        return math.pi / 2 / (1 + self.offset)

    @property
    def _start(self) -> float:
        return self.offset * self._quarter

    def alpha(self, t: Tensor) -> Tensor:
        # The cosine of an angle is the sine of the rest of the right angle: exactly 0 at time 1.
        return torch.sin((1 - t) * self._quarter) / math.cos(self._start)

    def sigma(self, t: Tensor) -> Tensor:
        # 1 - alpha² as a product of sines, which does not cancel near time 0.
        angle = t * self._quarter
        return torch.sqrt(torch.sin(angle) * torch.sin(angle + 2 * self._start)) / math.cos(self._start)

    def time(self, log_snr: Tensor) -> Tensor:
        alpha_squared, sigma_squared = torch.sigmoid(2 * log_snr), torch.sigmoid(-2 * log_snr)
        sine = torch.sqrt(sigma_squared + alpha_squared * math.sin(self._start) ** 2)
        angle = torch.atan2(sine, alpha_squared.sqrt() * math.cos(self._start))
        return (angle / self._quarter - self.offset).clamp(self.t_min, self.t_max)


@dataclass(frozen=True)
class VE(Process):
    """Variance-exploding: `alpha = 1` and noise that grows geometrically from `sigma_min` to `sigma_max`.

    Song et al. 2021, "Score-Based Generative Modeling through SDEs", eq. 30 and 31: the stochastic equation's
    own variance is `sigma_min²·((sigma_max/sigma_min)^(2t) - 1)`, which starts at zero on clean data.
    """

    name: ClassVar[str] = "ve"
    sigma_min: float = 0.01
    sigma_max: float = 50.0

    def __post_init__(self) -> None:
        if not 0 < self.sigma_min < self.sigma_max:
            raise ValueError(
                f"sigmas: found {self.sigma_min} to {self.sigma_max}, allowed 0 < sigma_min < sigma_max"
            )

    @property
    def _growth(self) -> float:
        return 2 * math.log(self.sigma_max / self.sigma_min)

    def alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        return self.sigma_min * torch.sqrt(torch.expm1(t * self._growth))

    def time(self, log_snr: Tensor) -> Tensor:
        return (torch.log1p(torch.exp(-2 * log_snr) / self.sigma_min**2) / self._growth).clamp(max=self.t_max)


PROCESSES: dict[str, Callable[..., Process]] = {
    "flow": Flow,
    "cosine": Cosine,
    "vp_linear": VP.linear,
    "vp_scaled_linear": VP.scaled_linear,
    "ve": VE,
}
"""Processes by name. Each takes its parameters by keyword; all have defaults."""


def by_name(name: str, **parameters: Any) -> Process:
    """The process called `name`, with `parameters` in place of its defaults.

    Raises `ValueError` for an unknown name or parameter, or a parameter out of range.
    """
    if name not in PROCESSES:
        raise ValueError(f"process: found {name!r}, allowed {', '.join(PROCESSES)}")
    try:
        return PROCESSES[name](**parameters)
    except TypeError as error:
        raise ValueError(f"process {name}: {error}") from error


def from_config(config: str | Mapping[str, Any]) -> Process:
    """The process that `Process.config` described; a bare name stands for its defaults.

    Raises `ValueError` as `by_name` does.
    """
    parameters = {"name": config} if isinstance(config, str) else dict(config)
    return by_name(str(parameters.pop("name", "")), **parameters)
