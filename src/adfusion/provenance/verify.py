"""Where a file came from, asked of all three layers: its credentials, its watermark, the registry.

Whatever the file is, there is one answer, in bounded time and memory: see `isolated` for files of strangers.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.x509.oid import NameOID
from PIL import Image, UnidentifiedImageError

from adfusion.provenance import credentials, jws, pixel_mark
from adfusion.provenance.credentials import Credentials, Trust
from adfusion.provenance.fingerprint import distance, fingerprint, pixels_sha256
from adfusion.provenance.identity import DEVELOPMENT, trust_anchors
from adfusion.provenance.keys import WATERMARK_KEY, config_folder, watermark_key
from adfusion.provenance.media import JWS, PIXELS, media_type
from adfusion.provenance.pixel_mark import Found
from adfusion.provenance.registry import Registry, Row, registry_file

LARGEST_FILE = 100_000_000
"""Bytes."""
MOST_PIXELS = 64_000_000
SMALL = 25_600
"""Of a picture with less pixels, such as a banner of 320x50, the watermark is often not found."""
ALLOWED = "PNG, JPEG, WebP, PDF, SVG, and .jws beside what it signs"
SIGNATURE = ".jws"
_FORMATS = ("PNG", "JPEG", "WEBP")
How = Literal["file", "pixels", "watermark", "fingerprint"]


@dataclass(frozen=True)
class Entry:
    """The registry's row of a file, and how it was recognised: by its bytes, by its pixels, by its watermark
    (the whole payload; of a small picture the last 16 bits, of such rows the one that looks most alike), or,
    the weakest, because it looks alike."""

    how: How
    row: Row
    bits: int = 0
    """Of the fingerprint that differ."""


@dataclass(frozen=True)
class FoundNoise:
    """The mark in the noise of a generated picture, see `deep`."""

    row: Row
    """Of the registry: the first of those with this noise, which pictures of one seed share."""
    false_alarm: float
    """Bound on the probability that a picture without one looks like this."""


@dataclass(frozen=True)
class Verdict:
    """What is known about a file."""

    file: str
    kind: str | None = None
    """MIME type by its content."""
    unreadable: str | None = None
    """Why nothing else could be found out."""
    credentials: Credentials | None = None
    watermark: Found | None = None
    """`None` where there are no pixels, or no key on this computer."""
    small: bool = False
    """Whether the picture has less than `SMALL` pixels, so that a lack of the watermark says nothing."""
    registry: Entry | None = None
    noise: FoundNoise | None = None
    """`None` too where nobody looked (`deep`)."""

    @property
    def agree(self) -> bool | None:
        """Whether credentials and watermark name the same creative, `None` if one of them is missing."""
        said = self.credentials.payload if self.credentials else None
        if self.watermark is None or self.watermark.short is None or said is None:
            return None
        return self.watermark.names(said)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in words; empty if the file is marked as this computer marks files."""
        if self.unreadable:
            return (self.unreadable,)
        found = [*self._credential_problems()]
        if self.kind in PIXELS:
            if self.watermark is None:
                found.append(f"no watermark key on this computer ({config_folder() / WATERMARK_KEY})")
            elif not self.watermark.present and not self.small and not self._said_unmarked:
                found.append("no watermark of this computer's key")
            elif self.agree is False:
                found.append("credentials and watermark name different creatives")
        return tuple(found)

    @property
    def _said_unmarked(self) -> bool:
        """Whether valid credentials say that there is no mark, as of a small edit in a photograph."""
        return self.credentials is not None and self.credentials.valid and self.credentials.payload is None

    def _credential_problems(self) -> tuple[str, ...]:
        said = self.credentials
        if said is None:
            return ("no content credentials",)
        if not said.valid:
            return tuple(f"credentials not valid: {reason}" for reason in said.reasons or ("unknown",))
        if said.trust == "unknown":
            return (f"signed by {said.signer or 'nobody named'}, whom this computer does not trust",)
        return ()

    def as_json(self) -> dict[str, Any]:
        said, found, entry = self.credentials, self.watermark, self.registry
        return {
            "file": self.file,
            "fine": not self.problems,
            "problems": list(self.problems),
            "kind": self.kind,
            "credentials": said and {**asdict(said), "payload": _hexadecimal(said.payload)},
            "watermark": found
            and {
                **asdict(found),
                "payload": _hexadecimal(found.payload),
                "short": None if found.short is None else f"{found.short:04x}",
            },
            "agree": self.agree,
            "noise": self.noise and {"id": self.noise.row.id, "false_alarm": self.noise.false_alarm},
            "registry": entry
            and {
                "how": entry.how,
                "bits": entry.bits,
                "id": entry.row.id,
                "time": entry.row.time,
                "sha256": entry.row.sha256,
                "payload": _hexadecimal(entry.row.payload),
            },
        }


def verify(path: Path) -> Verdict:
    """Ask all layers. Raises `UserError` if settings, key or registry of this computer cannot be used."""
    try:
        data = _read(path)
        if path.suffix == SIGNATURE:
            return Verdict(str(path), JWS, credentials=_signature(data, _read(path.with_suffix(""))))
    except OSError as error:
        return Verdict(str(path), unreadable=f"cannot be read: {error.strerror or error}")
    except ValueError as error:
        return Verdict(str(path), unreadable=str(error))
    kind = media_type(data)
    if kind is None:
        return Verdict(str(path), unreadable=f"is another kind of file; known: {ALLOWED}")
    try:
        picture = _opened(data) if kind in PIXELS else None
    except ValueError as error:
        return Verdict(str(path), kind, unreadable=str(error))
    said = credentials.read(data, trust_anchors())
    with _Rows() as rows:
        alike = rows.alike(picture) if picture else []
        key = _key()
        # A damaged mark is recognised where what it may say is known.
        payloads = [entry.row.payload for entry in alike]
        if said and said.payload is not None:
            payloads.append(said.payload)
        found = pixel_mark.detect(picture, key, sorted(set(payloads))) if picture and key else None
        entry = rows.exact(data, picture, found) or (alike[0] if alike else None)
    small = picture is not None and picture.width * picture.height < SMALL
    return Verdict(str(path), kind, None, said, found, small, entry)


class _Rows:
    """The registry, which may not exist yet."""

    def __enter__(self) -> "_Rows":
        self._registry = Registry() if registry_file().exists() else None
        return self

    def __exit__(self, *_: object) -> None:
        if self._registry:
            self._registry.__exit__()

    def alike(self, picture: Image.Image) -> list[Entry]:
        """Rows of pictures that look like this one, the most alike first."""
        near = self._registry.near(fingerprint(picture)) if self._registry else []
        return [Entry("fingerprint", row, bits) for bits, row in near]

    def exact(self, data: bytes, picture: Image.Image | None, found: Found | None) -> Entry | None:
        if self._registry is None:
            return None
        if row := self._registry.by_sha256(hashlib.sha256(data).hexdigest()):
            return Entry("file", row)
        if picture and (row := self._registry.by_pixels(pixels_sha256(picture))):
            return Entry("pixels", row)
        if found and found.payload is not None and (row := self._registry.by_payload(found.payload)):
            return Entry("watermark", row)
        if picture and found and found.payload is None and found.short is not None:
            looks = fingerprint(picture)
            rows = [(distance(looks, row.fingerprint), row) for row in self._registry.by_short(found.short)]
            return min((Entry("watermark", row, bits) for bits, row in rows), key=_bits, default=None)
        return None


def _signature(signature: bytes, data: bytes) -> Credentials:
    """What a detached signature over a file says."""
    text = signature.decode("ascii", "replace")
    signer = jws.verify(data, text)
    if signer is None:
        reason = "not the signature of the file beside it as it is now"
        return Credentials(False, (reason,), "unknown", "", None, None, "", None, None, {}, None, None)
    names = {each.oid: str(each.value) for each in signer.subject}
    name = names.get(NameOID.ORGANIZATION_NAME) or names.get(NameOID.COMMON_NAME, "")
    trust: Trust = "unknown"
    if jws.trusted(text, trust_anchors()):
        trust = "development" if name == DEVELOPMENT else "trusted"
    return Credentials(True, (), trust, name, None, None, "", None, None, {}, None, None)


def _read(path: Path) -> bytes:
    """Raises `ValueError` for what is no file of a sensible size: a pipe or a device might never end."""
    if not path.is_file():
        raise ValueError("is not a regular file")
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)  # what the kernel makes, as in /proc, has no true size
    if len(data) > LARGEST_FILE:
        raise ValueError(f"more than {LARGEST_FILE:,} bytes are too many")
    return data


def _opened(data: bytes) -> Image.Image:
    """The whole picture, RGB. Raises `ValueError` if it is damaged or too large; size comes before pixels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damage that Pillow reads past, and of sizes below our limit
        with _decoding(), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(
                    f"{image.width}×{image.height} pixels are too many, at most {MOST_PIXELS:,} are read"
                )
            return image.convert("RGB")


@contextmanager
def _decoding() -> Iterator[None]:
    """Decoders raise what they like on damaged files."""
    try:
        yield
    except MemoryError:
        raise
    except UnidentifiedImageError:
        raise ValueError("is no whole picture: not what its first bytes say") from None
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"is no whole picture: {reason}") from None


def _key() -> bytes | None:
    """The key of this computer, if there is one: to read is no reason to make one."""
    return watermark_key() if (config_folder() / WATERMARK_KEY).exists() else None


def _bits(entry: Entry) -> int:
    return entry.bits


def _hexadecimal(payload: int | None) -> str | None:
    return None if payload is None else f"{payload:016x}"
