"""What every finished file gets: a watermark in its pixels, credentials, and a row in the registry.

The watermark comes first, for it changes pixels; then the file is encoded, then signed, then registered.
"""

import datetime
import hashlib
import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.provenance import credentials, pixel_mark
from adfusion.provenance.credentials import Origin
from adfusion.provenance.fingerprint import fingerprint, pixels_sha256
from adfusion.provenance.identity import load_identity
from adfusion.provenance.keys import watermark_key
from adfusion.provenance.media import PIXELS, media_type
from adfusion.provenance.registry import Registry, Row
from adfusion.provenance.settings import load_settings

SLACK = 256
"""Bytes by which `credentials.overhead` may be wrong: it signs a small file in place of the real one."""


def payload_of(campaign: str, creative: str) -> int:
    """64 bits for a watermark: 32 of the campaign, so that kin is known, 32 of the creative.

    `creative` is all that decides it, so that another version has another payload.
    """
    halves = (hashlib.sha256(text.encode()).digest()[:4] for text in (campaign, f"{campaign}\n{creative}"))
    return int.from_bytes(b"".join(halves), "big")


class Marker:
    """Marks with the key of this computer and signs as its identity; both are made on first use.

    Raises `UserError` if settings, key or certificate cannot be used.
    """

    def __init__(self) -> None:
        self._settings = load_settings()
        self._key = watermark_key()
        self.identity = load_identity(self._settings)

    def made_with(self) -> str:
        """Changes when the key, the signer or the settings do, so that files made before are made again."""
        certificates = self.identity.certificates.encode()
        said = (b"adfusion marker", self._key, certificates, str(self._settings.prompts).encode())
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in said)).hexdigest()

    def mark(
        self, picture: Image.Image, payload: int, spare: npt.NDArray[np.bool_] | None = None
    ) -> Image.Image:
        """The picture, RGB, with the watermark; see `pixel_mark.embed`."""
        return pixel_mark.embed(picture.convert("RGB"), payload, self._key, spare)

    def carries(self, picture: Image.Image) -> bool:
        """Whether a watermark of this computer's key is in the picture."""
        return pixel_mark.detect(picture.convert("RGB"), self._key).present

    def overhead(self, origin: Origin, kind: str) -> int:
        """Bytes that `sign` adds to a file of this MIME type, at most."""
        return credentials.overhead(self._said(origin), self.identity, kind) + SLACK

    def sign(self, data: bytes, origin: Origin) -> bytes:
        """The file with XMP and credentials; the prompt is left out unless the settings allow it."""
        return credentials.sign(data, self._said(origin), self.identity)

    def register(self, id: str, data: bytes, origin: Origin, noise_mark: str = "") -> Row:
        """Log a finished file under the id of its creative."""
        with Registry() as registry:
            (row,) = registry.add(_row(id, data, origin, noise_mark))
        return row

    def _said(self, origin: Origin) -> Origin:
        return origin if self._settings.prompts else replace(origin, prompt=None)


def _row(id: str, data: bytes, origin: Origin, noise_mark: str) -> Row:
    pixels, print_ = "", ""
    if media_type(data) in PIXELS:
        with Image.open(io.BytesIO(data)) as picture:
            pixels, print_ = pixels_sha256(picture), fingerprint(picture)
    return Row(
        id=id,
        time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        sha256=hashlib.sha256(data).hexdigest(),
        pixels_sha256=pixels,
        fingerprint=print_,
        payload=origin.payload or 0,
        nonce=noise_mark,
        model=origin.model or "",
        model_hash=origin.model_hash,
    )
