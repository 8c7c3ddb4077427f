"""Colour for a layout, chosen on the pixels that are really there: ink, scrim, buttons, logo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from adfusion.color import oklab
from adfusion.creative.artwork import Artwork
from adfusion.creative.brand import INK, PAPER, Brand
from adfusion.creative.colors import average, most_readable, rgb
from adfusion.creative.document import Box, Creative, Group, Layer, Line, Panel, Picture, Scrim, Text
from adfusion.creative.draw import pixels
from adfusion.creative.legibility import (
    AIM,
    Ground,
    Ink,
    Pixels,
    behind,
    choose_ink,
    contrasts,
    legible_share,
    measured,
    required,
    texts_of,
)
from adfusion.creative.paragraph import Setting
from adfusion.creative.templates import Arrangement, Block, Chip, Fade, Mark, Task, aligned

EASE = tuple((t, (1 - t) ** 2 * (1 + 2 * t)) for t in np.linspace(0, 1, 11).tolist())
"""Smoothstep downwards: a scrim that ends without an edge."""

VISIBLE = 0.09
"""Least distance in OKLab of a button's fill from what is around it."""

CLEAR_LOGO = 0.9
"""Share of a logo that must stand out from its ground: no half of a mark is lost."""


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
    top, bottom = first - setting.ascent, lines[-1].baseline + setting.descent
    box = Box(left, top, right - left, bottom - top)
    return Text(id, box, lines, setting.font, setting.size, setting.tracking, color, setting.right_to_left)


def panel_color(arrangement: Arrangement, brand: Brand) -> str:
    """The panel's colour; the primary one only where the logo can be read on it."""
    palette = brand.palette
    if arrangement.panel_color == "primary":
        logos = [logo for logo in (brand.logo, brand.logo_on_dark) if logo]
        if not logos or any(legible_share(logo.sample, palette.primary) >= CLEAR_LOGO for logo in logos):
            return palette.primary
    return palette.background


@dataclass(frozen=True)
class Draft:
    """A creative with picture and panel, and what is still to be drawn over it."""

    base: Creative
    arrangement: Arrangement
    task: Task


def colored(*drafts: Draft) -> tuple[Creative, ...]:
    """The drafts with everything drawn over them, and what was measured as metadata.

    They are a set: the ink over their pictures and the strength of their scrims are the same in all.
    """
    colorists = [_Colorist(draft.base, draft.arrangement, draft.task) for draft in drafts]
    grounds = [pixels(draft.base) for draft in drafts]
    ink, faded = _common_ink(colorists, grounds)
    return tuple(colorist.finish(ink.color, *each) for colorist, each in zip(colorists, faded, strict=True))


Faded = tuple[tuple[Scrim, ...], Pixels]
"""The scrims of a creative, and its pixels with them."""


def _common_ink(colorists: Sequence["_Colorist"], grounds: Sequence[Pixels]) -> tuple[Ink, list[Faded]]:
    """The colour of text over the pictures, and the scrims with which it is read in all of them."""
    first = colorists[0].task.brand.palette
    plain: list[Faded] = [((), ground) for ground in grounds]
    needs = [
        need for colorist, ground in zip(colorists, grounds, strict=True) for need in colorist.needs(ground)
    ]
    if not needs:
        return Ink(first.text, first.background, 0.0), plain
    ink = choose_ink(needs, (first.text, first.background))
    while ink.strength > 0:
        faded = [each.faded(ground, ink) for each, ground in zip(colorists, grounds, strict=True)]
        holding = (each.holds(under, ink.color) for each, (_, under) in zip(colorists, faded, strict=True))
        if ink.strength == 1 or all(holding):
            return ink, faded
        ink = replace(ink, strength=min(1.0, ink.strength + 0.05))
    return ink, plain


@dataclass(frozen=True)
class _Colorist:
    base: Creative
    arrangement: Arrangement
    task: Task

    def finish(self, picture_ink: str, scrims: tuple[Scrim, ...], ground: Pixels) -> Creative:
        arrangement, brand = self.arrangement, self.task.brand
        panel = panel_color(arrangement, brand)
        on_panel = most_readable((brand.palette.text, brand.palette.background, PAPER, INK), panel, AIM)

        def ink_of(box: Box) -> str:
            return on_panel if arrangement.on_panel(box) else picture_ink

        layers: list[Layer] = []
        if arrangement.mark is not None:
            layers.append(_logo(arrangement.mark, brand, ground, ink_of(arrangement.mark.box)))
        for block in arrangement.texts:
            text = _block_layer(block, ink_of(next(block.lines())))
            layers.append(Group(block.id, (text,)))
        chips = [chip for chip in (arrangement.badge, arrangement.button) if chip]
        layers += [_chip(chip, brand, ground, ink_of(chip.box)) for chip in chips]
        flat = replace(self.base, layers=(_flat(ground), *layers))
        finished = replace(self.base, layers=(*self.base.layers, *scrims, *layers))
        return replace(finished, metadata={**self.base.metadata, **_measures(flat)})

    def _over_picture(self, color: str) -> Iterator[Text]:
        """The texts whose ink must be found on the picture."""
        arrangement = self.arrangement
        for block in arrangement.texts:
            if not arrangement.on_panel(next(block.lines())):
                yield _block_layer(block, color)
        mark, button = arrangement.mark, arrangement.button
        if mark and mark.wordmark and not arrangement.on_panel(mark.box):
            yield _wordmark(mark, mark.wordmark, color)
        if button and self.task.brand.button == "outline" and not arrangement.on_panel(button.box):
            yield _label(button, color)

    def needs(self, ground: Pixels) -> Iterator[Ground]:
        """What lies behind each text over the picture, and how much contrast it needs."""
        for text in self._over_picture(INK):
            yield Ground(behind(ground, text), required(text, self.task.placement.min_text))

    def faded(self, ground: Pixels, ink: Ink) -> Faded:
        scrims = tuple(
            _scrim(self.base.canvas, fade, ink, number) for number, fade in enumerate(self.arrangement.fades)
        )
        return scrims, pixels(replace(self.base, layers=(_flat(ground), *scrims)))

    def holds(self, ground: Pixels, color: str) -> bool:
        minimum = self.task.placement.min_text
        return all(measured(ground, text) >= required(text, minimum) for text in self._over_picture(color))


def _flat(ground: Pixels) -> Picture:
    """What has been drawn so far as one layer."""
    canvas = Box(0, 0, ground.shape[1], ground.shape[0])
    return Picture("ground", canvas, Image.fromarray(ground), canvas)


def _measures(creative: Creative) -> dict[str, object]:
    return {
        "contrast": {id: round(ratio, 2) for id, ratio in contrasts(creative).items()},
        "type": {text.id: round(text.size, 2) for text in texts_of(creative)},
    }


def _scrim(canvas: Box, fade: Fade, ink: Ink, number: int) -> Scrim:
    plateau = fade.plateau
    stops = ((0.0, ink.strength), *((plateau + (1 - plateau) * t, ink.strength * share) for t, share in EASE))
    id = "scrim" if number == 0 else f"scrim-{number + 1}"
    return Scrim(id, canvas, ink.scrim, fade.start, fade.end, stops)


def _under(ground: Pixels, box: Box) -> str:
    """The average colour of the canvas within a box."""
    return average(ground[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1])


def _block_layer(block: Block, color: str) -> Text:
    return text_layer(f"{block.id}-text", block.setting, block.column, block.align, block.top, color)


def _wordmark(mark: Mark, setting: Setting, color: str) -> Text:
    return text_layer("logo-text", setting, mark.box, "centre", mark.box.top, color)


def _label(chip: Chip, color: str) -> Text:
    """The words of a button or badge, centred on the height of their capitals."""
    top = chip.box.center[1] - chip.label.height / 2
    return text_layer(f"{chip.id}-text", chip.label, chip.box, "centre", top, color)


def _logo(mark: Mark, brand: Brand, ground: Pixels, ink: str) -> Group:
    """The form of the logo that stands out; on a chip of its own where none does."""
    if mark.wordmark is not None or brand.logo is None:
        assert mark.wordmark is not None
        return Group("logo", (_wordmark(mark, mark.wordmark, ink),))
    forms = [logo for logo in (brand.logo, brand.logo_on_dark) if logo]
    below = _under(ground, mark.box)
    for logo in forms:
        if legible_share(logo.sample, below) >= CLEAR_LOGO:
            return Group("logo", (logo.layer("logo-artwork", _within(mark.box, logo)),))
    chips = (brand.palette.background, brand.palette.text, PAPER, INK)
    pairs = [(chip, logo) for chip in chips for logo in forms]
    shares = [legible_share(logo.sample, chip) for chip, logo in pairs]
    clear = (pair for pair, share in zip(pairs, shares, strict=True) if share >= CLEAR_LOGO)
    chip, logo = next(clear, pairs[int(np.argmax(shares))])
    inner, height = 0.8 * mark.box.height, 1.3 * mark.box.height
    width, pad = inner * logo.aspect, 0.2 * mark.box.height
    outline = aligned(
        Box(0, 0, width + 2 * pad, height), mark.box, mark.align, mark.box.center[1] - height / 2
    )
    left, top = outline.center[0] - width / 2, outline.center[1] - inner / 2
    return Group(
        "logo",
        (
            Panel("logo-ground", outline, chip, radius=min(0.5, brand.corner) * 0.6 * height),
            logo.layer("logo-artwork", Box(round(left), round(top), round(width), round(inner))),
        ),
    )


def _within(box: Box, logo: Artwork) -> Box:
    """The largest box of the logo's own shape in the middle of `box`."""
    width, height = min(box.width, box.height * logo.aspect), min(box.height, box.width / logo.aspect)
    x, y = box.center
    return Box(x - width / 2, y - height / 2, width, height)


def _chip(chip: Chip, brand: Brand, ground: Pixels, ink: str) -> Group:
    """A button or badge that stands out from its ground."""
    radius = 0.5 * chip.box.height
    if not chip.round:
        radius = min(0.5, brand.corner) * min(chip.box.height, 2.6 * chip.label.size)
    if chip.id == "call-to-action" and brand.button == "outline":
        stroke = max(1.0, round(0.09 * chip.label.size, 1))
        outline = Panel(f"{chip.id}-ground", chip.box, ink, radius, stroke)
        return Group(chip.id, (outline, _label(chip, ink)))
    fill = _fill(_fills(chip, brand, ink), _under(ground, chip.box))
    palette = brand.palette
    label = most_readable((palette.background, PAPER, palette.text, INK), fill, AIM)
    return Group(chip.id, (Panel(f"{chip.id}-ground", chip.box, fill, radius), _label(chip, label)))


def _fills(chip: Chip, brand: Brand, ink: str) -> Sequence[str]:
    """The button has the accent; a badge has it only where it leads."""
    palette = brand.palette
    if chip.id == "call-to-action" or chip.round:
        return (palette.accent, palette.primary, palette.secondary, ink)
    return (palette.primary, palette.secondary, palette.accent, ink)


def _fill(candidates: Sequence[str], below: str) -> str:
    """The first colour that is seen on `below`, else the one that is seen best."""

    def distance(color: str) -> float:
        return float(np.linalg.norm(oklab(rgb(color)) - oklab(rgb(below))))

    seen = (color for color in candidates if distance(color) >= VISIBLE)
    return next(seen, max(candidates, key=distance))
