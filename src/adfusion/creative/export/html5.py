"""A creative as an HTML5 banner: a zip with everything inside, that ad servers take.

- `clickTag` is a global that ad servers replace; a click opens it in a new window. The size stands in the
  `ad.size` tag. (Google Ad Manager Help, "Build HTML5 creatives"; IAB HTML5 for Digital Advertising Guide.)
- All is inside: the page with the fonts in it, one picture of everything behind the words, the logo. No other
  file types, since Google Ads takes no font files (Google Ads Help, "Uploaded display ads").
- The zip stays under the placement's limit: the picture's quality is what the rest leaves room for.
- The entrance is CSS alone, each part once, `STEP` after the one before; it ends within 3 seconds, where IAB
  allows 15. People who ask their system for less motion see the finished ad at once.
"""

from dataclasses import replace

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from adfusion.creative.checks.parts import foreground
from adfusion.creative.document import Creative, Picture
from adfusion.creative.draw import pixels
from adfusion.creative.encode import WORST_QUALITY, largest_fitting
from adfusion.creative.export.zipped import zipped
from adfusion.creative.placement import Placement
from adfusion.creative.svg import JPEG_QUALITY, data_uri, markup
from adfusion.creative.webfonts import webfonts
from adfusion.errors import UserError

LIMIT = 150_000
"""IAB New Standard Ad Unit Portfolio: initial load of most units."""
STEP, DURATION = 0.25, 0.7
"""Seconds between two parts' entrances, and of one of them."""
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/svg+xml": ".svg"}
NOWHERE = "https://www.example.com/"
"""Where a click leads until the ad server says otherwise (RFC 2606)."""


def takes_html5(placement: Placement) -> bool:
    """Fixed sizes do; the social platforms and Google's responsive ads take pictures."""
    return placement.platform in ("IAB", "")


def html5(creative: Creative, placement: Placement, url: str | None = None) -> bytes:
    """The banner's zip; `url` is where a click leads by default.

    Raises `UserError` if it cannot be brought under the limit.
    """
    limit = placement.max_bytes or LIMIT
    words = tuple(foreground(creative))
    behind = Image.fromarray(pixels(creative, hide={layer.id for layer in words}))
    picture = Picture("picture", creative.canvas, behind, creative.canvas)
    flat = replace(creative, layers=(picture, *words))
    fonts = [
        (face.family, face.weight, data_uri(face.family, "font/woff", data))
        for face, data in webfonts(creative).items()
    ]

    def banner(quality: int) -> bytes:
        files: dict[str, bytes] = {}

        def link(id: str, kind: str, data: bytes) -> str:
            name = id + SUFFIXES[kind]
            files[name] = data
            return name

        page = _TEMPLATE.render(
            creative=creative,
            drawing=markup(flat, link, quality),
            fonts=fonts,
            parts=[layer.id for layer in words if not layer.id.startswith("legal")],
            url=url or NOWHERE,
            step=STEP,
            duration=DURATION,
        )
        return zipped({"index.html": page.encode(), **files})

    found = largest_fitting(banner, WORST_QUALITY, JPEG_QUALITY, limit)
    if found is None:
        raise UserError(
            f"{creative.metadata.get('id', creative.title)}: html5: found a banner that does not fit "
            f"{limit:,} bytes; allowed: a smaller product photo or logo, or fewer fonts"
        )
    return found[1]


_TEMPLATE = Environment(
    loader=PackageLoader("adfusion.creative.export"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("banner.html.j2")
