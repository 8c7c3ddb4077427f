"""The brand sheet: a brand on one page, made of the same layers as its ads."""

from collections.abc import Sequence

from adfusion.creative.artwork import Artwork
from adfusion.creative.brand.check import SEEN, TEXT, check, label_color, logo_on
from adfusion.creative.brand.kit import Brand
from adfusion.creative.coloring import text_layer
from adfusion.creative.colors import contrast_of, luminance, mix, oklch, rgb
from adfusion.creative.document import Box, Creative, Layer, Panel
from adfusion.creative.fonts import FontStack, letters
from adfusion.creative.legibility import legible_share
from adfusion.creative.paragraph import Setting, fit, setting

WIDTH = 1600
MARGIN = 80
CONTENT = 270
"""Left edge of everything but the names of the sections."""

GAP = 24
SMALL, NORMAL, LARGE = 15.0, 19.0, 26.0
"""Sizes of type, in pixels."""


def brand_sheet(brand: Brand) -> Creative:
    """Logo, palette, type, button, voice and legal line of a brand, as high as they need.

    Raises `UserError` for a character in the brand's words that none of its fonts has.
    """
    page = _Page(brand)
    _header(page)
    _logo(page)
    _palette(page)
    _type(page)
    _shapes(page)
    _voice(page)
    height = round(page.top + MARGIN - GAP)
    ground = Panel("page", Box(0, 0, WIDTH, height), brand.palette.background)
    problems = [f"{finding.check}: {finding.message}" for finding in check(brand)]
    return Creative(
        WIDTH,
        height,
        (ground, *page.layers),
        "brand-sheet",
        f"{brand.name}: brand sheet",
        {"problems": problems},
    )


class _Page:
    """Layers so far, and how far down they reach."""

    def __init__(self, brand: Brand) -> None:
        self.brand = brand
        self.layers: list[Layer] = []
        self.top: float = MARGIN
        palette = brand.palette
        self.ink = palette.text
        self.muted = next(
            (
                color
                for share in (0.4, 0.3, 0.2, 0.1)
                if contrast_of(color := mix(palette.text, palette.background, share), palette.background)
                >= TEXT
            ),
            palette.text,
        )
        self.hairline = mix(palette.background, palette.text, 0.16)

    def panel(self, box: Box, color: str, radius: float = 0.0, stroke: float = 0.0) -> None:
        self.layers.append(Panel(f"panel-{len(self.layers)}", box, color, radius, stroke))

    def rule(self, top: float) -> None:
        self.panel(Box(MARGIN, top, WIDTH - 2 * MARGIN, 1), self.hairline)

    def write(
        self,
        words: str,
        size: float,
        column: Box,
        *,
        font: FontStack | None = None,
        color: str = "",
        align: str = "left",
    ) -> float:
        """Set words at the top of a column, smaller if a word is too long for it; gives their lower edge."""
        font = font or self.brand.text_font
        found = setting(words, font, size, column.width) or _shrunk(words, font, size, column.width)
        id = f"words-{len(self.layers)}"
        self.layers.append(text_layer(id, found, column, align, column.top, color or self.ink))
        return column.top + found.height + 0.3 * found.size

    def artwork(self, logo: Artwork | None, box: Box, ground: str) -> None:
        """The logo, or the name in its place, as large as fits in the middle of `box`."""
        if logo is None:
            found = _shrunk(self.brand.name, self.brand.headline_font, box.height, box.width)
            top = box.center[1] - found.height / 2
            id = f"words-{len(self.layers)}"
            self.layers.append(text_layer(id, found, box, "centre", top, label_color(self.brand, ground)))
            return
        self.layers.append(logo.layer(f"logo-{len(self.layers)}", _fitted(logo.aspect, box)))

    def section(self, name: str) -> None:
        self.rule(self.top)
        self.top += 2 * GAP
        self.write(
            name, NORMAL, Box(MARGIN, self.top, CONTENT - MARGIN - GAP, 0), font=self.brand.headline_font
        )

    def columns(self, count: int, height: float = 0.0) -> list[Box]:
        """The content's width in equal parts."""
        width = (WIDTH - MARGIN - CONTENT - (count - 1) * GAP) / count
        return [Box(CONTENT + index * (width + GAP), self.top, width, height) for index in range(count)]

    def end(self, bottoms: Sequence[float]) -> None:
        self.top = round(max(bottoms) + 1.6 * GAP)


def _shrunk(words: str, font: FontStack, size: float, width: float) -> Setting:
    """One line that fits."""
    found = fit(words, font, width, 2 * size, largest=size, smallest=1.0, max_lines=1)
    assert found is not None
    return found


def _fitted(aspect: float, box: Box) -> Box:
    width, height = min(box.width, box.height * aspect), min(box.height, box.width / aspect)
    x, y = box.center
    return Box(x - width / 2, y - height / 2, width, height)


def _header(page: _Page) -> None:
    width = WIDTH - 2 * MARGIN
    name = page.write(
        page.brand.name, 60, Box(MARGIN, page.top, 0.75 * width, 0), font=page.brand.headline_font
    )
    page.write(
        "Brand sheet", NORMAL, Box(MARGIN, name - 0.3 * 60 - 14, width, 0), color=page.muted, align="right"
    )
    page.end([name])


def _logo(page: _Page) -> None:
    brand = page.brand
    page.section("Logo")
    light, dark, small = page.columns(3, 240)
    far = _far_ground(brand)
    extreme = "darkest" if luminance(rgb(far)) < luminance(rgb(brand.palette.background)) else "lightest"
    for tile, ground, name in (
        (light, brand.palette.background, "On the background"),
        (dark, far, f"On the {extreme} colour"),
    ):
        _tile(page, tile, ground)
        logo = logo_on(brand, ground)
        on = ground
        if logo is not None and legible_share(logo.sample, ground) < SEEN:
            on = brand.palette.background if ground != brand.palette.background else "#ffffff"
            name += ", on a panel of its own"
        _clear_space(page, tile, logo, ground, on)
        page.write(name, SMALL, _under(tile), color=page.muted)
    _tile(page, small, brand.palette.background)
    smallest = brand.smallest_logo or 90.0
    aspect = brand.logo.aspect if brand.logo else 4.0
    page.artwork(
        brand.logo,
        _fitted(aspect, small.inset((small.width - min(smallest, small.width)) / 2, 20)),
        brand.palette.background,
    )
    name = f"Smallest: {smallest:g} px wide" if brand.smallest_logo else "90 px wide; no smallest size is set"
    bottom = page.write(name, SMALL, _under(small), color=page.muted)
    page.end([bottom])


def _far_ground(brand: Brand) -> str:
    """The role that is least like the background."""
    palette = brand.palette
    return max(palette.roles.values(), key=lambda color: contrast_of(color, palette.background))


def _tile(page: _Page, box: Box, ground: str) -> None:
    page.panel(box, ground, 10)
    if contrast_of(ground, page.brand.palette.background) < 1.3:
        page.panel(box, page.hairline, 10, 1)


def _under(box: Box) -> Box:
    return Box(box.left, box.bottom + 16, box.width, 0)


def _clear_space(page: _Page, tile: Box, logo: Artwork | None, ground: str, on: str) -> None:
    """The logo in the tile; what stays free around it is tinted, with the corners as its measure."""
    clear, aspect = page.brand.clear_space, logo.aspect if logo else 4.0
    outer = _fitted((aspect + 2 * clear) / (1 + 2 * clear), tile.inset(48, 44))
    height = outer.height / (1 + 2 * clear)
    pad = clear * height
    ink = label_color(page.brand, on)
    page.panel(outer, on if on != ground else mix(ground, ink, 0.05))
    for x in (outer.left, outer.right - pad):
        for y in (outer.top, outer.bottom - pad):
            page.panel(Box(x, y, pad, pad), mix(on, ink, 0.14))
    page.artwork(logo, outer.inset(pad), on)


def _palette(page: _Page) -> None:
    palette = page.brand.palette
    page.section("Colour")
    bottoms = []
    for (role, color), box in zip(palette.roles.items(), page.columns(5, 150), strict=True):
        _tile(page, box, color)
        ink = label_color(page.brand, color)
        inner = box.inset(20)
        page.write(
            "Aa",
            34,
            Box(inner.left, inner.bottom - 26, inner.width, 0),
            font=page.brand.headline_font,
            color=ink,
        )
        ratio = f"{contrast_of(ink, color):.1f}:1"
        page.write(ratio, SMALL, Box(inner.left, inner.bottom - 13, inner.width, 0), color=ink, align="right")
        top = page.write(role.capitalize(), NORMAL, _under(box)) + 10
        lightness, chroma, hue = oklch(color)
        lines = [color, f"oklch({lightness:.3f} {chroma:.3f} {hue:.0f})"]
        if role != "background":
            lines.append(f"{contrast_of(color, palette.background):.1f}:1 on background")
        for line in lines:
            top = page.write(line, SMALL, Box(box.left, top, box.width, 0), color=page.muted) + 6
        bottoms.append(top)
    page.end(bottoms)


def _type(page: _Page) -> None:
    brand = page.brand
    page.section("Type")
    bottoms = []
    for (use, font), box in zip(
        (("Headlines", brand.headline_font), ("Text", brand.text_font)), page.columns(2), strict=True
    ):
        page.write("Aa", 120, Box(box.left, box.top, 190, 0), font=font)
        beside = Box(box.left + 210, box.top, box.width - 210, 0)
        top = page.write(f"{font.files[0].family} {font.weight}", LARGE, beside, font=font) + 8
        top = page.write(use, SMALL, Box(beside.left, top, beside.width, 0), color=page.muted) + 14
        for line in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789 €$£ % & ! ?"):
            top = page.write(line, NORMAL, Box(beside.left, top, beside.width, 0), font=font) + 6
        bottoms.append(top)
    page.end([max(bottoms) - 0.6 * GAP])
    for script in brand.scripts:
        name, sample = page.columns(2)
        page.write(script.capitalize(), SMALL, Box(name.left, page.top + 4, 200, 0), color=page.muted)
        shown = " ".join(
            upper + upper.lower() if upper != upper.lower() else upper for upper in letters(script)[:15]
        )
        wide = Box(name.left + 210, page.top, sample.right - name.left - 210, 0)
        page.end([page.write(shown, LARGE, wide, font=brand.headline_font) - 0.8 * GAP])
    if brand.scripts:
        page.top += 0.8 * GAP


def _shapes(page: _Page) -> None:
    brand = page.brand
    page.section("Button")
    boxes = page.columns(3, 150)
    for box, ground in zip(
        boxes, (brand.palette.background, brand.palette.primary, _far_ground(brand)), strict=True
    ):
        _tile(page, box, ground)
        button = Box(box.center[0] - 110, box.center[1] - 31, 220, 62)
        label = _shrunk("Call to action", brand.text_font, 21, button.width - 44)
        fill = brand.palette.accent
        if brand.button == "outline":
            ink = label_color(brand, ground)
            page.panel(button, ink, brand.corner * button.height, 2)
        else:
            if contrast_of(fill, ground) < 1.6:
                fill = label_color(brand, ground)
            page.panel(button, fill, brand.corner * button.height)
            ink = label_color(brand, fill)
        top = button.center[1] - label.height / 2
        page.layers.append(text_layer(f"words-{len(page.layers)}", label, button, "centre", top, ink))
    words = f"{brand.button.capitalize()}; corners of {brand.corner:.0%} of the height"
    page.end([page.write(words, SMALL, _under(boxes[0]), color=page.muted)])


def _voice(page: _Page) -> None:
    brand = page.brand
    for name, words in (
        ("Tone", " · ".join(brand.tone)),
        ("Never", " · ".join(brand.never)),
        ("Legal line", brand.legal),
    ):
        if words:
            page.section(name)
            size = SMALL if name == "Legal line" else LARGE
            page.end([page.write(words, size, page.columns(1)[0])])
