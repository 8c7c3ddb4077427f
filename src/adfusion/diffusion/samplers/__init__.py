"""Samplers: from noise to a sample, one `Step` at a time.

Each is a generator function with the signature of `Sampler`. They are written in `lambda = log(alpha/sigma)`,
so they work with every process, and differentiate if the denoiser does. What the denoiser is, which network,
prompt or guidance, they do not know. `mean_flow` alone asks for a velocity instead.
"""

from adfusion.diffusion.samplers.ancestral import ddim, ddpm
from adfusion.diffusion.samplers.dpmpp import dpmpp_2m, dpmpp_2m_sde
from adfusion.diffusion.samplers.mean_flow import MeanVelocity, mean_flow
from adfusion.diffusion.samplers.ode import euler, heun
from adfusion.diffusion.samplers.path import Sampler, Step
from adfusion.diffusion.samplers.unipc import unipc

SAMPLERS: dict[str, Sampler] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "euler": euler,
    "heun": heun,
    "dpmpp_2m": dpmpp_2m,
    "dpmpp_2m_sde": dpmpp_2m_sde,
    "unipc": unipc,
}
"""Samplers by the name that requests and model cards use; `mean_flow` is of distilled models alone."""

__all__ = [
    "SAMPLERS",
    "MeanVelocity",
    "Sampler",
    "Step",
    "ddim",
    "ddpm",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "euler",
    "heun",
    "mean_flow",
    "unipc",
]
