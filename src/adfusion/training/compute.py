"""How much arithmetic training takes, and the share of the device's peak that it reaches."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

PEAK = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "RTX 4090": 165e12}
"""Dense bfloat16 operations a second, from the makers' data sheets, by a word of the device's name."""


def operations(network: nn.Module, loss: Callable[[], Tensor]) -> int:
    """Floating-point operations of `loss` forward and backward; the gradients are dropped again.

    Matrix products, convolutions and attention are counted, a multiplication and an addition as two.
    """
    counter = FlopCounterMode(display=False)
    with counter:
        loss().backward()  # type: ignore[no-untyped-call]
    network.zero_grad(set_to_none=True)
    return int(counter.get_total_flops())


def peak(device: torch.device) -> float | None:
    """Of all operations that `device` could do in a second; None if unknown, as of CPUs."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((rate for word, rate in PEAK.items() if word in name), None)
