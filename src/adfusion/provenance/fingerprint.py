"""A picture's fingerprint: nearly the same for copies of it, far off for other pictures."""

import hashlib

import imagehash
from PIL import Image

BITS = 256
NEAR = 24
"""Bits that may differ in a copy, recompressed, resized or graded a little: 12 at most in our trials. Another
headline on the same picture makes 26 and more, another picture about 128. Flat areas alone have no stable
fingerprint."""


def fingerprint(picture: Image.Image) -> str:
    """`BITS` bits as hexadecimal digits: the signs of low frequencies (pHash, Zauner 2010)."""
    return str(imagehash.phash(picture.convert("RGB"), hash_size=16))


def distance(one: str, other: str) -> int:
    """Bits in which two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def pixels_sha256(picture: Image.Image) -> str:
    """SHA-256 of the size and the RGB values, which other metadata and lossless formats leave as they are."""
    size = f"{picture.width}x{picture.height} ".encode()
    return hashlib.sha256(size + picture.convert("RGB").tobytes()).hexdigest()
