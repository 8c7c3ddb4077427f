"""Whether a brand can do its work: words can be read, the logo can be seen, fonts have the letters."""

from collections.abc import Iterator

from adfusion.creative.artwork import Artwork
from adfusion.creative.brand.kit import INK, PAPER, Brand
from adfusion.creative.checks.finding import Finding, error, warning
from adfusion.creative.colors import contrast_of, luminance, most_readable, rgb
from adfusion.creative.fonts import FontStack, letters
from adfusion.creative.legibility import legible_share
from adfusion.creative.paragraph import typeface

TEXT = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA)."""

GRAPHIC = 3.0
"""WCAG 2.2, success criterion 1.4.11: parts that one must see to use a page, such as a button's outline."""

SEEN = 0.75
"""Share of a logo that must stand out from its ground; the layout asks for the same."""

LOST = 1 / 3
"""Share below which it cannot be recognised there."""

DARK = 0.18
"""Luminance below which white text is read better than black."""


def check(brand: Brand) -> Iterator[Finding]:
    """What is wrong. Errors keep creatives from being legible; warnings narrow what the layout can do."""
    yield from _contrasts(brand)
    yield from _logos(brand)
    for script in ("latin", *brand.scripts):
        for role, font in (("headline", brand.headline_font), ("text", brand.text_font)):
            yield from _letters(script, role, font)


def label_color(brand: Brand, fill: str) -> str:
    """The colour in which words are set on a button or panel of colour `fill`."""
    return most_readable((brand.palette.background, PAPER, brand.palette.text, INK), fill, TEXT)


def dark_ground(brand: Brand) -> str:
    """The darkest role: where the logo's dark form stands."""
    return min(brand.palette.roles.values(), key=lambda color: float(luminance(rgb(color))))


def logo_on(brand: Brand, ground: str) -> Artwork | None:
    """The form of the logo that is meant for a ground of this colour."""
    dark = float(luminance(rgb(ground))) < DARK
    return brand.logo_on_dark if dark and brand.logo_on_dark else brand.logo


def _contrasts(brand: Brand) -> Iterator[Finding]:
    palette = brand.palette
    ratio = contrast_of(palette.text, palette.background)
    if ratio < TEXT:
        yield error("contrast", f"text on background is {ratio:.2f}:1; at least {TEXT}:1 (WCAG 2.2, 1.4.3)")
    for role in ("primary", "accent"):
        fill = palette.roles[role]
        ratio = contrast_of(label_color(brand, fill), fill)
        if ratio < TEXT:
            yield error("contrast", f"words on {role} are {ratio:.2f}:1 at best; at least {TEXT}:1")
        ratio = contrast_of(fill, palette.background)
        if ratio < GRAPHIC:
            found = f"{role} on background is {ratio:.2f}:1"
            yield warning("contrast", f"{found}; at least {GRAPHIC:g}:1 to stand out (WCAG 2.2, 1.4.11)")


def _logos(brand: Brand) -> Iterator[Finding]:
    grounds = {"background": brand.palette.background}
    if brand.logo_on_dark:
        grounds["the darkest role"] = dark_ground(brand)
    for name, ground in grounds.items():
        logo = logo_on(brand, ground)
        if logo is None:
            continue
        if logo.sample[..., 3].min() == 255:
            yield warning("logo", f"on {name} it is a box, since its picture has no transparency")
            continue
        share = legible_share(logo.sample, ground)
        if share < SEEN:
            say = error if share < LOST else warning
            yield say("logo", f"{share:.0%} of it stand out from {name} {ground}; at least {SEEN:.0%}")


def _letters(script: str, role: str, font: FontStack) -> Iterator[Finding]:
    """Each letter is set in the first face that has it; the last faces are nobody's choice."""
    wanted = letters(script)
    faces = [(file, typeface(str(file.path))) for file in font.files]
    setters = [
        next((file for file, face in faces if face.unicharToGlyph(ord(letter))), None) for letter in wanted
    ]
    missing = [letter for letter, file in zip(wanted, setters, strict=True) if file is None]
    if missing:
        few = " ".join(missing[:5])
        yield error(
            "fonts", f"{role}: no font has {len(missing)} of {len(wanted)} {script} letters ({few} …)"
        )
    strange = {file.family for file in setters if file is not None and file not in font.files[: font.chosen]}
    if strange:
        families = ", ".join(sorted(strange))
        yield warning("fonts", f"{role}: {script} is set in {families}, which the brand does not name")
