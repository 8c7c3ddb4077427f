"""On the sphere from one noise to another."""

import torch
from torch import Tensor


def slerp(a: Tensor, b: Tensor, amount: float) -> Tensor:
    """The point at `amount` in [0, 1] of the way from `a` to `b`, two noises of one shape, along a great arc.

    Shoemake 1985, "Animating Rotation with Quaternion Curves". Independent standard normal numbers are nearly
    orthogonal and of nearly one length, so what lies between them is again standard normal: its weights are
    the sine and cosine of one angle. A straight line would pass through numbers that are too small, which a
    denoiser has never seen. The ends are `a` and `b` themselves.
    """
    if amount in (0, 1):
        return b if amount else a
    flat_a, flat_b = a.flatten().double(), b.flatten().double()
    cosine = torch.dot(flat_a, flat_b) / (flat_a.norm() * flat_b.norm())
    angle = torch.arccos(cosine.clamp(-1, 1))
    if angle < 1e-4:  # the two are one: nothing to divide by
        return torch.lerp(a, b, amount)
    weights = torch.sin((1 - amount) * angle), torch.sin(amount * angle)
    return ((weights[0] * a.double() + weights[1] * b.double()) / torch.sin(angle)).to(a)
