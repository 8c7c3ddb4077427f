"""Opening picture files that strangers made: format, size and the last byte are checked before use."""

import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from adfusion.errors import UserError

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000
"""More than any camera's frame that an ad needs, and 200 MB when decoded: a decompression bomb stops here."""


def open_image(path: Path, where: str = "picture") -> Image.Image:
    """The picture, upright, fully decoded, as RGB, or as RGBA where it has transparency.

    Raises `UserError` (`where` names the field) if it is missing, not a PNG, JPEG or WebP, cut short, or
    larger than `MAX_PIXELS`.
    """
    allowed = f"allowed: a {', '.join(FORMATS)} picture of at most {MAX_PIXELS // 10**6} megapixels"
    if not path.is_file():
        raise UserError(f"{path}: {where}: found no such file; {allowed}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                image.load()
                upright = ImageOps.exif_transpose(image)
                return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Image.DecompressionBombError:
        raise UserError(f"{path}: {where}: found a picture with too many pixels; {allowed}") from None
    except UnidentifiedImageError:
        raise UserError(f"{path}: {where}: found a file that is not a picture; {allowed}") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{path}: {where}: found a damaged picture ({reason}); {allowed}") from None
