"""One random stream a picture, so that a picture does not depend on its batch."""

from collections.abc import Sequence

import torch
from torch import Tensor


class Streams:
    """A generator for each seed. Numbers are drawn on the CPU and then moved: the device changes nothing.

    What the `k`-th draw gives to a picture depends on its seed, on `k` and on the shapes drawn so far, not on
    its neighbours in the batch.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device | str = "cpu") -> None:
        self.seeds = tuple(seeds)
        self.device = torch.device(device)
        self._generators = [torch.Generator().manual_seed(seed) for seed in self.seeds]

    def __len__(self) -> int:
        return len(self.seeds)

    def randn(self, shape: Sequence[int]) -> Tensor:
        """Standard normal numbers, float32 `(batch, *shape)`; `shape` is that of one picture."""
        draws = [torch.randn(tuple(shape), generator=generator) for generator in self._generators]
        return torch.stack(draws).to(self.device)
