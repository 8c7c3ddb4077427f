"""The file against what its placement takes: size, format, bytes."""

import io
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from adfusion.creative.checks.finding import Finding, error
from adfusion.creative.placement import Placement


def check_file(data: bytes, placement: Placement) -> Iterator[Finding]:
    try:
        with Image.open(io.BytesIO(data)) as file:
            file.load()
            size, format = file.size, file.format
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        yield error("file", "the file is not a whole picture")
        return
    wanted = placement.width, placement.height
    if size != wanted:
        yield error("size", f"{size[0]}×{size[1]} px; {placement.name} wants {wanted[0]}×{wanted[1]}")
    if format not in placement.formats:
        yield error("format", f"{format}; {placement.name} takes {' and '.join(placement.formats)}")
    if placement.max_bytes is not None and len(data) > placement.max_bytes:
        yield error("bytes", f"{len(data):,} bytes; {placement.name} takes {placement.max_bytes:,}")
