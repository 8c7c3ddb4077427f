"""A watermark in the noise that a picture is drawn from: it costs no quality, for the noise stays Gaussian.

Yang et al. 2024, "Gaussian Shading" (arXiv:2404.04956): the signs of the initial latents carry the payload,
encrypted with a stream cipher, and the sizes stay as they were drawn. A cipher's stream never repeats under
one key unless its nonce does: then the pictures share their signs, which an observer of many pictures can
learn and forge (Gunn et al. 2024, "An undetectable watermark for generative image models", arXiv:2410.07369,
on the fixed stream of the first method). So each seed has a nonce of its own (`marked_noise`), made like the
synthetic nonces of RFC 8452: equal seeds give equal noise, and any others have unrelated noise.

Reading needs the nonce. It cannot be in the picture, so the registry keeps it, and a reader tries the nonces
of the pictures that come into question; the false-alarm probability counts every one tried. A crop or a
resize that the reader does not undo moves every latent, and the mark is lost: `pixel_mark` is for those.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from torch import Tensor

from adfusion.diffusion.inversion import invert
from adfusion.models import Model
from adfusion.provenance.mark_code import CHECK_BITS, CODED_BITS, decode, encode

NONCE_BYTES = 12
_LARGEST_VOTE = 2.0  # a standard deviation is 1: what is far out says no more about its sign


@dataclass(frozen=True)
class Entry:
    """A picture that may be the one being read."""

    nonce: bytes
    payload: int


@dataclass(frozen=True)
class NoiseMark:
    """A mark that was found. `false_alarm`: probability that noise without a mark looks like this."""

    payload: int
    nonce: bytes
    false_alarm: float


def nonce_for(key: bytes, which: bytes) -> bytes:
    """The nonce for the noise of that name: 12 bytes that differ whenever the name does."""
    return hmac.digest(_secret(key, b"nonce"), which, "sha256")[:NONCE_BYTES]


def mark(noise: Tensor, payload: int, key: bytes, nonce: bytes) -> Tensor:
    """Standard normal `noise` with other signs, which carry `payload`, 64 bits.

    It is standard normal too, and without the key it cannot be told from what it was made of.
    """
    signs, bits = _stream(key, nonce, noise.numel())
    return noise.abs() * torch.from_numpy(signs * encode(payload)[bits]).view(noise.shape).to(noise)


def read(noise: Tensor, key: bytes, nonces: Sequence[bytes]) -> NoiseMark | None:
    """The payload in an estimate of the initial noise, if it was marked with `key` and one of `nonces`."""
    for nonce in nonces:
        payload = decode(_soft_bits(noise, key, nonce))
        if payload is not None:
            return NoiseMark(payload, nonce, min(1.0, len(nonces) * 2.0**-CHECK_BITS))
    return None


def match(noise: Tensor, key: bytes, entries: Sequence[Entry], limit: float = 1e-4) -> NoiseMark | None:
    """The entry whose picture this is, if chance explains that with probability `limit` at most.

    Entries say the payload too, so far fewer signs need to be right than for `read`. The probability is
    Hoeffding's bound for votes with random signs, times the number of entries.
    """
    best: NoiseMark | None = None
    for entry in entries:
        soft = _soft_bits(noise, key, entry.nonce)
        fit = max(0.0, float(soft @ encode(entry.payload))) / float(np.linalg.norm(_votes(noise)) or 1)
        chance = min(1.0, len(entries) * math.exp(-(fit**2) / 2))
        if chance <= limit and (best is None or chance < best.false_alarm):
            best = NoiseMark(entry.payload, entry.nonce, chance)
    return best


@torch.no_grad()
def initial_noise(model: Model, pixels: Tensor, prompt: str = "", steps: int = 20) -> Tensor:
    """An estimate of the noise that `model` drew `pixels` from, (b 3 h w) in [-1, 1], before its upsampler.

    The probability-flow equation backwards, without guidance. The prompt helps where it is known.
    """
    denoise = model.denoiser(model.read([prompt]) * len(pixels))
    *_, last = invert(denoise, model.encode(pixels), model.times(steps), model.process)
    return last.x_t / model.process.sigma(torch.tensor(model.process.t_max))


def _soft_bits(noise: Tensor, key: bytes, nonce: bytes) -> npt.NDArray[np.float64]:
    votes = _votes(noise)
    signs, bits = _stream(key, nonce, votes.size)
    return np.asarray(np.bincount(bits, votes * signs, minlength=CODED_BITS), np.float64)


def _votes(noise: Tensor) -> npt.NDArray[np.float64]:
    return noise.detach().flatten().double().clamp(-_LARGEST_VOTE, _LARGEST_VOTE).cpu().numpy()


def _stream(key: bytes, nonce: bytes, count: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """A random sign for each number, and the bit of the code that it carries: equally many for each bit."""
    cipher = Cipher(algorithms.ChaCha20(_secret(key, b"stream"), bytes(4) + nonce), mode=None).encryptor()
    stream = cipher.update(bytes(9 * count))
    signs = 1 - 2 * (np.frombuffer(stream[:count], np.uint8) & 1).astype(np.float32)
    order = np.argsort(np.frombuffer(stream[count:], "<u8"), kind="stable")
    return signs, order % CODED_BITS


def _secret(key: bytes, purpose: bytes) -> bytes:
    return hashlib.sha256(b"adfusion noise mark 1 " + purpose + key).digest()
