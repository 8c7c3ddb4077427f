"""The head of the gallery, in the brand's colours and with its logo."""

import base64
from dataclasses import dataclass

import numpy as np

from adfusion.campaigns.data_uri import data_uri
from adfusion.creative.artwork import Artwork
from adfusion.creative.brand import INK, PAPER
from adfusion.creative.brief import Brief
from adfusion.creative.colors import average, most_readable

LOGO_AREA = 84 * 84
LOGO_WIDTH = 240
VISIBLE_CONTRAST = 2.0
TEXT_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, level AA."""


@dataclass(frozen=True)
class Logo:
    source: str
    """A data URI."""
    width: int
    height: int
    ground: str
    """The colour, `PAPER` or `INK`, on which it can be seen."""


@dataclass(frozen=True)
class Look:
    """Colours are #rrggbb."""

    brand: str
    campaign: str
    accent: str
    on_accent: str
    """Colour of text on `accent`."""
    logo: Logo | None
    model: str


def look(brief: Brief, model: str) -> Look:
    """The look of a brief's gallery. Raises `UserError` if its logo cannot be read."""
    brand = brief.brand.open()
    accent = brand.palette.primary
    return Look(
        brand=brand.name,
        campaign=brief.product.name,
        accent=accent,
        on_accent=most_readable((PAPER, INK), accent, TEXT_CONTRAST),
        logo=_logo(brand.logo) if brand.logo else None,
        model=model,
    )


def _logo(artwork: Artwork) -> Logo:
    height = min((LOGO_AREA / artwork.aspect) ** 0.5, LOGO_WIDTH / artwork.aspect)
    if artwork.svg is not None:
        source = f"data:image/svg+xml;base64,{base64.b64encode(artwork.svg).decode()}"
    else:
        assert artwork.image is not None
        image = artwork.image.copy()
        image.thumbnail((2 * LOGO_WIDTH, 2 * LOGO_WIDTH))
        source = data_uri(image, "PNG")
    seen = artwork.sample[artwork.sample[..., 3] > 127][:, :3]
    color = average(seen if len(seen) else np.zeros((1, 3)))
    ground = most_readable((PAPER, INK), color, VISIBLE_CONTRAST)
    return Logo(source, round(height * artwork.aspect), round(height), ground)
