"""From picture, words and brand to one finished creative."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.creative.brand import INK, PAPER, Brand
from adfusion.creative.colors import average, contrast_of, most_readable
from adfusion.creative.document import (
    Box,
    Creative,
    Group,
    Layer,
    Line,
    Panel,
    Picture,
    Scrim,
    Shadow,
    Text,
)
from adfusion.creative.draw import pixels
from adfusion.creative.legibility import (
    AIM,
    MINIMUM_CONTRAST,
    Ink,
    behind,
    choose_ink,
    legible_share,
    measured,
)
from adfusion.creative.paragraph import Setting
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.templates import (
    HEADLINE_FLOORS,
    Arrangement,
    Button,
    Fade,
    Mark,
    Task,
    aligned,
    templates_for,
)
from adfusion.creative.wording import Copy, clean
from adfusion.errors import UserError

DROP_ORDER = ("call to action", "logo")
"""What is left out, in this order, when the words do not fit otherwise. The headline never is."""


@dataclass(frozen=True)
class Spot:
    """Where a product stands in a picture, as shares of its width (`x`) and height (`top`, `foot`)."""

    x: float
    top: float
    foot: float


SPOTS: dict[CopySpace, Spot] = {
    "left": Spot(0.70, 0.20, 0.78),
    "right": Spot(0.30, 0.20, 0.78),
    "top": Spot(0.50, 0.46, 0.89),
    "centre": Spot(0.50, 0.20, 0.78),
}
"""By the side that was left empty: measured on the masks of scenes, in which it varies by 0.05 at most."""

EASE = tuple((t, (1 - t) ** 2 * (1 + 2 * t)) for t in np.linspace(0, 1, 11).tolist())
"""Smoothstep downwards: a scrim that ends without an edge."""


def compose(
    picture: Image.Image,
    copy: Copy,
    brand: Brand,
    placement: Placement,
    *,
    copy_space: CopySpace | None = None,
    product: Image.Image | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Creative:
    """Lay out one ad.

    `picture`: RGB of any size. `copy_space`: the side of it that was left empty for words, if one was.
    `product`: an RGBA cut-out to stand on the picture's stage. The result's metadata holds the words, the
    template, what was dropped, and `metadata`.

    Raises `UserError`, naming placement and text, if the headline cannot be set legibly even alone, if it is
    empty, or if no font has its characters.
    """
    side = copy_space or "centre"
    words, arrangement, dropped = _arrange(copy, brand, placement, side)
    background = _cover(picture, arrangement, side)
    base: list[Layer] = [background]
    if product is not None:
        base.append(_standing(product, background, arrangement.stage, side))
    if arrangement.panel is not None:
        base.insert(0, Panel("panel", arrangement.panel, brand.palette.background))
    creative = Creative(
        width=placement.width,
        height=placement.height,
        layers=tuple(base),
        placement=placement.name,
        title=f"{brand.name}: {words.headline}",
        metadata={
            "brand": brand.name,
            "headline": words.headline,
            "call_to_action": "" if "call to action" in dropped else words.call_to_action,
            "placement": placement.name,
            "template": arrangement.template,
            "dropped": list(dropped),
            **(metadata or {}),
        },
    )
    return _colored(creative, arrangement, brand)


def ensure_fits(copy: Copy, brand: Brand, placement: Placement) -> None:
    """Raise the `UserError` that `compose` would raise for these words, without a picture."""
    _arrange(copy, brand, placement, "centre")


def _cleaned(text: str, field: str, placement: Placement) -> str:
    try:
        return clean(text)
    except ValueError as error:
        raise UserError(f"{placement.name}: {field}: found {error}; allowed: printable text") from None


def _arrange(
    copy: Copy, brand: Brand, placement: Placement, copy_space: CopySpace
) -> tuple[Copy, Arrangement, tuple[str, ...]]:
    """The cleaned words, and the first template, with the fewest parts dropped, in which they fit."""
    copy = Copy(
        _cleaned(copy.headline, "headline", placement),
        _cleaned(copy.call_to_action, "call to action", placement) if copy.call_to_action else "",
    )
    levels = [
        (floor, DROP_ORDER[:count]) for floor in HEADLINE_FLOORS for count in range(len(DROP_ORDER) + 1)
    ]
    for floor, dropped in levels:
        call_to_action = "" if "call to action" in dropped else copy.call_to_action
        with_logo = "logo" not in dropped
        task = Task(placement, brand, copy.headline, call_to_action, with_logo, copy_space, floor)
        for template in templates_for(placement):
            arrangement = template(task)
            if arrangement is not None:
                return copy, arrangement, dropped if copy.call_to_action else dropped[1:]
    raise UserError(
        f"{placement.name}: headline: found {copy.headline!r} ({len(copy.headline)} characters), "
        f"which does not fit; allowed: text that fits {placement.width}×{placement.height} at "
        f"{placement.min_text:g} px or larger (words break at a soft hyphen, U+00AD)"
    )


def _cover(picture: Image.Image, arrangement: Arrangement, copy_space: CopySpace) -> Picture:
    """Fill the picture's box, with the product as near to the stage as the picture's edges allow."""
    box, (x, y), spot = arrangement.picture, arrangement.stage.center, SPOTS[copy_space]
    scale = max(box.width / picture.width, box.height / picture.height)
    if arrangement.panel is not None and copy_space != "centre":
        # Nearer, so that the empty side falls away, but not so near that the product is cut.
        scale *= float(np.clip(box.height / scale / picture.height / 0.8, 1.0, 1.45))
    width, height = box.width / scale, box.height / scale
    left = spot.x * picture.width - (x - box.left) / scale
    top = (spot.top + spot.foot) / 2 * picture.height - (y - box.top) / scale
    crop = Box(
        float(np.clip(left, 0, picture.width - width)),
        float(np.clip(top, 0, picture.height - height)),
        width,
        height,
    )
    return Picture("picture", box, picture.convert("RGB"), crop)


def _standing(product: Image.Image, background: Picture, stage: Box, copy_space: CopySpace) -> Group:
    """The cut-out where the scene's product would stand, as large as the stage allows, with its shadow."""
    crop, box, spot = background.crop, background.box, SPOTS[copy_space]
    scale = box.width / crop.width
    x = box.left + (spot.x * background.image.width - crop.left) * scale
    foot = min(
        box.top + (spot.foot * background.image.height - crop.top) * scale, box.bottom - 0.05 * box.height
    )
    usual = (spot.foot - spot.top) * background.image.height * scale
    height = max(1.0, min(usual, foot - max(stage.top, box.top)))
    sideways = 2 * min(x - box.left, box.right - x)
    shrink = min(height / product.height, 0.94 * min(stage.width, sideways) / product.width)
    wide, high = max(1, round(product.width * shrink)), max(1, round(product.height * shrink))
    place = Box(round(x - wide / 2), round(foot) - high, wide, high)
    soft = Box(place.left - 0.02 * wide, place.bottom - 0.05 * wide, 1.04 * wide, 0.1 * wide)
    contact = Box(place.left + 0.06 * wide, place.bottom - 0.022 * wide, 0.88 * wide, 0.035 * wide)
    return Group(
        "product",
        (
            Shadow("product-shadow", soft, INK, 0.35, 0.05 * wide),
            Shadow("product-contact", contact, INK, 0.5, 0.012 * wide),
            Picture(
                "product-photo", place, product.convert("RGBA"), Box(0, 0, product.width, product.height)
            ),
        ),
    )


def text_layer(id: str, setting: Setting, column: Box, align: str, top: float, color: str) -> Text:
    """Set lines in a column; `top` is where the capitals of the first line begin."""
    first = top + setting.cap_height
    lines = tuple(
        Line(
            text, aligned(Box(0, 0, width, 0), column, align, 0).left, first + index * setting.leading, width
        )
        for index, (text, width) in enumerate(zip(setting.lines, setting.widths, strict=True))
    )
    left = min(line.left for line in lines)
    right = max(line.left + line.width for line in lines)
    box = Box(
        left,
        first - setting.ascent,
        right - left,
        lines[-1].baseline + setting.descent - first + setting.ascent,
    )
    return Text(id, box, lines, setting.font, setting.size, setting.tracking, color, setting.right_to_left)


def _colored(base: Creative, arrangement: Arrangement, brand: Brand) -> Creative:
    """Choose text colour, scrim, button and logo ground on the pixels that are really there."""
    palette = brand.palette
    ground = pixels(base)

    def headline(color: str) -> Text:
        return text_layer(
            "headline-text",
            arrangement.headline,
            arrangement.column,
            arrangement.align,
            arrangement.headline_top,
            color,
        )

    samples = [behind(ground, headline(INK))]
    if arrangement.mark and arrangement.mark.wordmark:
        samples.append(behind(ground, _wordmark(arrangement.mark, arrangement.mark.wordmark, INK)))
    ink = choose_ink(np.concatenate(samples), (palette.text, palette.background))
    layers = list(base.layers)
    while arrangement.fade is not None and ink.strength > 0:
        scrim = _scrim(base.canvas, arrangement.fade, ink)
        ground = pixels(replace(base, layers=(*base.layers, scrim)))
        if ink.strength == 1 or measured(ground, headline(ink.color)) >= MINIMUM_CONTRAST:
            layers.append(scrim)
            break
        ink = replace(ink, strength=min(1.0, ink.strength + 0.05))
    if arrangement.mark is not None:
        layers.append(_logo(arrangement.mark, brand, ground, ink.color))
    layers.append(Group("headline", (headline(ink.color),)))
    if arrangement.button is not None:
        layers.append(_button(arrangement.button, brand, ground, ink.color))
    return replace(base, layers=tuple(layers))


def _scrim(canvas: Box, fade: Fade, ink: Ink) -> Scrim:
    plateau = fade.plateau
    stops = ((0.0, ink.strength), *((plateau + (1 - plateau) * t, ink.strength * share) for t, share in EASE))
    return Scrim("scrim", canvas, ink.scrim, fade.start, fade.end, stops)


def _under(ground: npt.NDArray[np.uint8], box: Box) -> str:
    """The average colour of the canvas within a box."""
    return average(ground[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1])


def _wordmark(mark: Mark, setting: Setting, color: str) -> Text:
    return text_layer("logo-text", setting, mark.box, "centre", mark.box.top, color)


def _logo(mark: Mark, brand: Brand, ground: npt.NDArray[np.uint8], ink: str) -> Group:
    """The logo, on a chip of its own where it would be lost on the ground."""
    if mark.wordmark is not None or brand.logo is None:
        assert mark.wordmark is not None
        return Group("logo", (_wordmark(mark, mark.wordmark, ink),))
    sample = brand.logo.sample
    if legible_share(sample, _under(ground, mark.box)) >= 0.75:
        return Group("logo", (brand.logo.layer("logo-artwork", mark.box),))
    chip = max((brand.palette.background, PAPER, INK), key=lambda color: legible_share(sample, color, 3.0))
    inner, height = 0.8 * mark.box.height, 1.3 * mark.box.height
    width, pad = inner * brand.logo.aspect, 0.2 * mark.box.height
    outline = aligned(
        Box(0, 0, width + 2 * pad, height), mark.box, mark.align, mark.box.center[1] - height / 2
    )
    left, top = outline.center[0] - width / 2, outline.center[1] - inner / 2
    return Group(
        "logo",
        (
            Panel("logo-ground", outline, chip, radius=0.18 * mark.box.height),
            brand.logo.layer("logo-artwork", Box(round(left), round(top), round(width), round(inner))),
        ),
    )


def _button(button: Button, brand: Brand, ground: npt.NDArray[np.uint8], ink: str) -> Group:
    """A rounded button that stands out from its ground, its words centred on the height of their capitals."""
    palette = brand.palette
    below = _under(ground, button.box)
    fills = (palette.accent, palette.primary, palette.secondary, ink)
    fill = next((color for color in fills if contrast_of(color, below) >= 1.6), None)
    fill = fill or max(fills, key=lambda color: contrast_of(color, below))
    label = most_readable((palette.background, PAPER, palette.text, INK), fill, AIM)
    setting = button.label
    top = button.box.center[1] - setting.height / 2
    return Group(
        "call-to-action",
        (
            Panel(
                "call-to-action-ground",
                button.box,
                fill,
                radius=0.28 * min(button.box.height, 2.6 * setting.size),
            ),
            text_layer("call-to-action-text", setting, button.box, "centre", top, label),
        ),
    )
