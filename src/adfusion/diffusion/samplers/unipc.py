"""UniPC: Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling"."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor

from adfusion.diffusion.denoiser import Denoiser
from adfusion.diffusion.process import Process
from adfusion.diffusion.samplers.path import Step, Stop, estimate, exponential_step, legs, start, stops
from adfusion.diffusion.streams import Streams

Evaluation = tuple[Stop, Tensor]
"""A stop, and the estimate of `x_0` there."""


def unipc(
    denoise: Denoiser,
    noise: Tensor,
    times: Tensor,
    process: Process,
    *,
    x_0: Tensor | None = None,
    streams: Streams | None = None,
    order: Literal[2, 3] = 2,
) -> Iterator[Step]:
    """UniPC on estimates of `x_0`, with `B(h) = exp(h) - 1` (the paper's algorithms 1 and 2, "bh2").

    Each new evaluation first corrects the step that led to it (UniC), and then predicts the next one (UniP):
    one evaluation a step, order of accuracy `order + 1` as far as the first steps allow. On a grid that ends
    at time 0 the last steps use lower orders. Deterministic: `streams` is not used.
    Raises `ValueError` for another order, or a bad grid.
    """
    if order not in (2, 3):
        raise ValueError(f"order: found {order}, allowed 2 or 3")
    path = stops(times, process)
    ends_clean = math.isinf(path[-1].log_snr)
    total = len(path) - 1
    x = x_before = start(noise, path[0], x_0)
    history: list[Evaluation] = []
    used = 1
    for index, now, then in legs(path):
        sample = estimate(denoise, x, now)
        if history:
            x = _advance(x_before, history[-1], now, [*history[-used:-1], (now, sample)])
        history = [*history, (now, sample)][-order:]
        used = min(len(history), total - index if ends_clean else order)
        x_before = x
        x = _advance(x, history[-1], then, history[-used:-1])
        yield Step(index, total, then.t, x, sample)


def _advance(x: Tensor, base: Evaluation, end: Stop, others: Sequence[Evaluation]) -> Tensor:
    """Step from `base` to `end` along the polynomial in `lambda` through `base` and `others`."""
    begin, sample = base
    h = end.log_snr - begin.log_snr
    # Pure noise lies infinitely far away in lambda: it says nothing about the slope.
    nodes = [node for node in others if not math.isinf(node[0].log_snr)]
    distances = [(stop.log_snr - begin.log_snr) / h if stop != end else 1.0 for stop, _ in nodes]
    direction = sample
    for weight, distance, (_, node_sample) in zip(_weights(distances, h), distances, nodes, strict=True):
        direction = direction + weight / distance * (node_sample - sample)
    return exponential_step(x, begin, end, direction)


def _weights(distances: Sequence[float], h: float) -> list[float]:
    """Weights of the divided differences: the solution of the paper's eq. 9, `sum_k w_k·r_k^(i-1) = m_i`.

    `m_i` is the mean of `u^i` over the step, `u` in [0, 1], under the density proportional to `exp(h·u)`.
    A single weight is 1/2, its limit for small steps, as the paper does for UniP-2 and UniC-1.
    """
    if len(distances) < 2:
        return [0.5] * len(distances)
    moments = [1.0]
    for i in range(1, len(distances) + 1):
        moments.append(-1 / math.expm1(-h) - i / h * moments[-1])  # integration by parts
    powers = torch.tensor(distances, dtype=torch.float64) ** torch.arange(len(distances))[:, None]
    weights: list[float] = torch.linalg.solve(powers, torch.tensor(moments[1:], dtype=torch.float64)).tolist()
    return weights
