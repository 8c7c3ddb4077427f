"""Pretrained models behind the `Generator` seam: Stable Diffusion, SDXL, SD 3, FLUX and what else runs in
`diffusers`, an optional extra (`pip install 'adfusion[diffusers]'`)."""

from adfusion.generation.diffusers.generator import DiffusersGenerator

__all__ = ["DiffusersGenerator"]
