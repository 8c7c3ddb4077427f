"""The linear layers of our transformers."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Approximate = Literal["none", "tanh"]


class Linear(nn.Linear):
    """`nn.Linear`, on the CPU through oneDNN where no gradient is asked for.

    PyTorch sends float32 matrices to MKL, which leaves half of the vector width of AMD's processors unused;
    oneDNN, which it has for all else, uses all of it. In bfloat16 what is gained is GELU in the same pass.
    Results differ by rounding alone.
    """

    def forward(self, x: Tensor) -> Tensor:
        if _through_onednn(x):
            return self._onednn(x, "none", "")
        return F.linear(x, self.weight, self.bias)

    def then_gelu(self, x: Tensor, approximate: Approximate) -> Tensor:
        """`F.gelu` of the result, in one pass over memory where oneDNN does both."""
        if _through_onednn(x):
            return self._onednn(x, "gelu", approximate)
        return F.gelu(F.linear(x, self.weight, self.bias), approximate=approximate)

    def _onednn(self, x: Tensor, then: str, algorithm: str) -> Tensor:
        y: Tensor = torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, then, [], algorithm)
        return y


class Mlp(nn.Sequential):
    """Linear, GELU, linear."""

    def __init__(self, inputs: int, hidden: int, outputs: int, approximate: Approximate) -> None:
        super().__init__(Linear(inputs, hidden), nn.GELU(approximate), Linear(hidden, outputs))
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        first, gelu, last = self
        # While a LoRA is trained, another layer stands in for the first.
        hidden = first.then_gelu(x, self.approximate) if isinstance(first, Linear) else gelu(first(x))
        out: Tensor = last(hidden)
        return out


def _through_onednn(x: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.bfloat16)
        and not torch.is_grad_enabled()
        and not torch.is_autocast_enabled("cpu")
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    )
