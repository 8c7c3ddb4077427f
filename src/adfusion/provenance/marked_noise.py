"""Drawing from marked noise: which mark a request gets, and lending a generator the key for it.

A request says its mark (`Request.noise_mark`: the nonce, then the payload, in hexadecimal), so that it can be
drawn again; the noise follows from mark, seed and key. Campaign, seed and size decide the mark: equal seeds
have equal noise, as without a mark, and other seeds have nothing in common.
"""

from dataclasses import replace

from torch import Tensor

from adfusion.generation.generator import Generator
from adfusion.generation.native import NativeGenerator
from adfusion.generation.request import Request
from adfusion.provenance import noise_mark
from adfusion.provenance.keys import watermark_key
from adfusion.provenance.marker import payload_of
from adfusion.provenance.noise_mark import NONCE_BYTES, Entry
from adfusion.provenance.settings import load_settings


def lend_key(generator: Generator) -> None:
    """Let a model of this package draw requests with a mark; this computer's key is read when one comes."""
    if isinstance(generator, NativeGenerator):
        generator.mark_noise = _marked


def with_mark(generator: Generator, request: Request, campaign: str = "") -> Request:
    """`request`, to be drawn from noise that names `campaign` and seed.

    It stays as it is where noise carries no mark: another kind of model, a picture that is drawn from another
    one, `noise_mark: false` in the settings.
    """
    able = isinstance(generator, NativeGenerator) and request.initial is None
    if not able or request.noise_mark or not load_settings().noise_mark:
        return request
    lend_key(generator)
    which = f"{campaign}\n{request.seed} {request.width}x{request.height}"
    nonce = noise_mark.nonce_for(watermark_key(), which.encode())
    return replace(request, noise_mark=f"{nonce.hex()}{payload_of(campaign, which):016x}")


def entry_of(mark: str) -> Entry:
    """What `Request.noise_mark` says. Raises `ValueError` if it is no mark."""
    nonce, payload = bytes.fromhex(mark[: 2 * NONCE_BYTES]), int(mark[2 * NONCE_BYTES :], 16)
    if len(mark) != 2 * NONCE_BYTES + 16:
        raise ValueError(f"found {len(mark)} digits, allowed: {2 * NONCE_BYTES + 16}")
    return Entry(nonce, payload)


def _marked(mark: str, noise: Tensor) -> Tensor:
    entry = entry_of(mark)
    return noise_mark.mark(noise, entry.payload, watermark_key(), entry.nonce)
