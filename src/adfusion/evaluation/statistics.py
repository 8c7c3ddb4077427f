"""Shares with the interval in which they may be trusted."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Z = 1.959964
"""Of the standard normal distribution: 95 % lie within ± Z."""


class Share(BaseModel):
    """`right` of `count`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    right: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=1)]

    @property
    def share(self) -> float:
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (Wilson 1927): it stays within [0, 1] and holds for small counts."""
        n, p = self.count, self.share
        middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * (p * (1 - p) / n + Z**2 / (4 * n**2)) ** 0.5
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.share:.1f} % ({100 * low:.1f} to {100 * high:.1f}, n = {self.count})"


def share_of(right: Sequence[bool] | np.ndarray) -> Share:
    return Share(right=int(np.sum(right)), count=len(right))
