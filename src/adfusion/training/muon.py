"""Muon for matrices and for the kernels of convolutions."""

from collections.abc import Iterable, MutableMapping

import torch
from torch import Tensor
from torch.optim import Optimizer


class Muon(torch.optim.Muon):
    """`torch.optim.Muon`, for which a kernel is a matrix too: outputs by inputs times positions.

    Jordan 2024 ("Muon: an optimizer for hidden layers"), scaled to the updates of AdamW as in Liu et al.,
    arXiv:2502.16982. Weights must have two dimensions or four.
    """

    def __init__(self, weights: Iterable[Tensor], lr: float, weight_decay: float) -> None:
        # Not through the parent, which refuses kernels.
        settings = {
            "lr": lr, "weight_decay": weight_decay, "momentum": 0.95, "nesterov": True, "ns_steps": 5,
            "ns_coefficients": (3.4445, -4.775, 2.0315), "eps": 1e-7, "adjust_lr_fn": "match_rms_adamw",
        }  # fmt: skip
        Optimizer.__init__(self, weights, settings)

    def _init_group(
        self,
        group: MutableMapping[str, list[Tensor]],
        params_with_grad: list[Tensor],
        grads: list[Tensor],
        muon_momentum_bufs: list[Tensor],
    ) -> bool:
        """As the parent's, with matrices over the same memory in place of kernels."""
        for weight in group["params"]:
            if weight.grad is None:
                continue
            state = self.state[weight]
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(weight)
            params_with_grad.append(_matrix(weight))
            grads.append(_matrix(weight.grad.contiguous(memory_format=_layout(weight))))
            muon_momentum_bufs.append(_matrix(state["momentum_buffer"]))
        return False


def _layout(weight: Tensor) -> torch.memory_format:
    channels_last = weight.ndim == 4 and not weight.is_contiguous()
    return torch.channels_last if channels_last else torch.contiguous_format


def _matrix(weight: Tensor) -> Tensor:
    """(outputs, the rest), without a copy; the order of the rest is that of memory."""
    if _layout(weight) is torch.channels_last:
        weight = weight.permute(0, 2, 3, 1)
    return weight.view(len(weight), -1)
