"""Pictures inside a page."""

import base64
import io

from PIL import Image


def data_uri(image: Image.Image, format: str, **options: object) -> str:
    """`image` encoded in `format` (PIL's name) as a `data:` address. `options` are those of PIL's encoder."""
    buffer = io.BytesIO()
    image.save(buffer, format=format, **options)
    return f"data:{Image.MIME[format]};base64,{base64.b64encode(buffer.getvalue()).decode()}"
