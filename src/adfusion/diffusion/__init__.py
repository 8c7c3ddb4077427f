"""The mathematics of noise: processes, predictions, time grids, samplers, guidance, objectives."""

from adfusion.diffusion import objectives, process, samplers, times
from adfusion.diffusion.denoiser import Denoiser, Predictor, denoiser
from adfusion.diffusion.guidance import guided
from adfusion.diffusion.prediction import Prediction, convert, from_sample, target, to_sample
from adfusion.diffusion.process import VE, VP, Cosine, Flow, Process
from adfusion.diffusion.samplers import SAMPLERS, Sampler, Step
from adfusion.diffusion.streams import Streams

__all__ = [
    "SAMPLERS",
    "VE",
    "VP",
    "Cosine",
    "Denoiser",
    "Flow",
    "Prediction",
    "Predictor",
    "Process",
    "Sampler",
    "Step",
    "Streams",
    "convert",
    "denoiser",
    "from_sample",
    "guided",
    "objectives",
    "process",
    "samplers",
    "target",
    "times",
    "to_sample",
]
