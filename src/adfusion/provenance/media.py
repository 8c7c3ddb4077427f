"""What a file is, by its first bytes and not by its name."""

PNG, JPEG, WEBP, PDF, SVG = "image/png", "image/jpeg", "image/webp", "application/pdf", "image/svg+xml"
JWS = "application/jose"
"""A signature in a file of its own, such as `rights.json.jws` beside `rights.json`."""
PIXELS = (PNG, JPEG, WEBP)
"""The formats that are made of pixels, in which a watermark can be."""


def media_type(data: bytes) -> str | None:
    """The MIME type of a file whose content credentials we write and read, `None` for any other."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        return PDF
    if b"<svg" in data[:1024]:
        return SVG
    return None
