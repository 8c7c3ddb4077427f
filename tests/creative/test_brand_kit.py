"""A brand is judged, shown on one page, and begun from a logo."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from adfusion.creative import draw, svg
from adfusion.creative.artwork import Artwork, open_artwork
from adfusion.creative.brand import Brand
from adfusion.creative.brand.check import check
from adfusion.creative.brand.file import load_brand
from adfusion.creative.brand.proposal import propose
from adfusion.creative.brand.sheet import brand_sheet
from adfusion.creative.colors import contrast_of, oklch
from adfusion.creative.document import Text, Vector
from adfusion.creative.fonts import installed_font
from adfusion.creative.legibility import contrasts


def found(brand: Brand) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.check, finding.message) for finding in check(brand)]


def logo(*colors: str, ground: str | None = None) -> Artwork:
    """Discs side by side, as a designer's file would have them: smooth edges, perhaps on a ground."""
    picture = Image.new("RGBA", (200 * len(colors), 200), ground or (0, 0, 0, 0))
    for index, color in enumerate(colors):
        ImageDraw.Draw(picture).ellipse((200 * index + 10, 10, 200 * index + 190, 190), fill=color)
    picture = picture.resize((picture.width // 2, 100), Image.Resampling.LANCZOS)
    return Artwork(picture.width / 100, image=picture.convert("RGB") if ground else picture)


def test_a_sound_brand_has_nothing_to_mend(brand: Brand) -> None:
    assert found(brand) == []


def test_text_that_cannot_be_read_is_an_error(brand: Brand) -> None:
    pale = replace(brand, palette=replace(brand.palette, text="#9a9a9a"))
    [(severity, check, message)] = found(pale)
    assert (severity, check) == ("error", "contrast")
    assert message.startswith("text on background is 2.6")


def test_an_accent_that_hides_is_a_warning(brand: Brand) -> None:
    pale = replace(brand, palette=replace(brand.palette, accent="#f6cf2b"))
    [(severity, check, message)] = found(pale)
    assert (severity, check) == ("warning", "contrast")
    assert "accent on background" in message


def test_a_logo_lost_on_the_background_is_an_error(brand: Brand) -> None:
    assert [each[:2] for each in found(replace(brand, logo=logo("#f2f2ee")))] == [("error", "logo")]
    assert [each[:2] for each in found(replace(brand, logo_on_dark=logo("#101010")))] == [("error", "logo")]
    assert found(replace(brand, logo_on_dark=logo("#fbf6ec"))) == []


def test_a_logo_that_is_a_box_is_a_warning(brand: Brand) -> None:
    assert [each[:2] for each in found(replace(brand, logo=logo("teal", ground="white")))] == [
        ("warning", "logo")
    ]


def test_a_script_without_letters_is_an_error_and_one_in_a_last_resort_a_warning(brand: Brand) -> None:
    assert {each[0] for each in found(replace(brand, scripts=("thai",)))} == {"error"}
    last_resort = found(replace(brand, scripts=("arabic",)))
    assert {each[:2] for each in last_resort} == {("warning", "fonts")}
    assert "arabic is set in DejaVu Sans" in last_resort[0][2]
    dejavu = installed_font("dejavu-sans", "display").files[:1]
    named = {
        "headline_font": installed_font("manrope", "display", fallbacks=dejavu),
        "text_font": installed_font("manrope", "text", fallbacks=dejavu),
    }
    assert found(replace(brand, scripts=("arabic",), **named)) == []


def test_the_sheet_shows_every_part_of_the_brand(brand: Brand) -> None:
    full = replace(
        brand,
        scripts=("cyrillic",),
        tone=("calm", "bright"),
        never=("cheap",),
        legal="An invented brand.",
        logo_on_dark=logo("#fbf6ec"),
    )
    sheet = brand_sheet(full)
    words = " / ".join(layer.text for layer in sheet.walk() if isinstance(layer, Text))
    for color in full.palette.roles.values():
        lightness, chroma, hue = oklch(color)
        assert color in words
        assert f"oklch({lightness:.3f} {chroma:.3f} {hue:.0f})" in words
        assert f"{contrast_of(color, full.palette.background):.1f}:1" in words or color == "#fbf6ec"
    for expected in (
        "Oddleaf",
        "Manrope 800",
        "Manrope 700",
        "Аа Бб Вв",
        "calm · bright",
        "cheap",
        full.legal,
    ):
        assert expected in words
    assert sum(isinstance(layer, Vector) for layer in sheet.walk()) == 2
    assert all(sheet.canvas.contains(layer.box) for layer in sheet.walk() if isinstance(layer, Text))


@pytest.mark.parametrize("background", ["#fbf6ec", "#101014", "#ffffff"])
def test_all_words_of_the_sheet_can_be_read(brand: Brand, background: str) -> None:
    text = "#14312c" if background != "#101014" else "#f4f4f4"
    palette = replace(brand.palette, background=background, text=text)
    sheet = brand_sheet(replace(brand, palette=palette, legal="Small.", tone=("calm",)))
    assert min(contrasts(sheet).values()) >= 4.4


def test_a_brand_of_extremes_still_has_a_sheet(brand: Brand) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenanstalt"[:60]
    extreme = replace(
        brand, name=long, logo=None, tone=("x" * 400,), legal="word " * 90, corner=0.5, button="outline"
    )
    sheet = brand_sheet(extreme)
    assert all(sheet.canvas.contains(layer.box) for layer in sheet.walk() if isinstance(layer, Text))
    assert draw.pixels(sheet).shape == (sheet.height, sheet.width, 3)
    assert svg.svg(sheet).count("<text") == sum(isinstance(layer, Text) for layer in sheet.walk())


@pytest.mark.parametrize(
    ("colors", "ground"),
    [
        (("#e11d48",), None),
        (("#111111",), None),
        (("#111111",), "white"),
        (("#ffffff",), None),
        (("#ffd400", "#222222"), None),
        (("#1d4ed8", "#f97316"), "white"),
        (("#7c3aed", "#22c55e", "#f59e0b"), None),
        (("#ffffff",), "#1d4ed8"),
    ],
)
def test_a_proposal_passes_its_own_check(tmp_path: Path, colors: tuple[str, ...], ground: str | None) -> None:
    artwork = logo(*colors, ground=ground)
    assert artwork.image is not None
    artwork.image.save(tmp_path / "logo.png")
    (tmp_path / "brand.yaml").write_text(propose(artwork).yaml("Begun", "logo.png"))
    brand = load_brand(tmp_path / "brand.yaml").open()
    assert [each for each in found(brand) if each[0] == "error"] == []


def test_a_proposal_keeps_the_logos_own_colours(brand: Brand) -> None:
    assert brand.logo is not None
    palette = propose(brand.logo).palette
    assert (palette.primary, palette.accent) == ("#0f4c43", "#c2410c")
    two = propose(logo("#1d4ed8", "#1d4ed8", "#f97316")).palette
    assert (two.primary, oklch(two.accent)[2]) == ("#1d4ed8", pytest.approx(oklch("#f97316")[2], abs=3))


def test_a_white_logo_asks_for_a_dark_ground(tmp_path: Path) -> None:
    proposal = propose(logo("#ffffff"))
    assert proposal.dark
    assert oklch(proposal.palette.background)[0] < 0.3 < 0.9 < oklch(proposal.palette.text)[0]


def test_the_ground_of_an_opaque_logo_is_the_background_and_no_colour_of_it() -> None:
    proposal = propose(logo("#e11d48", ground="#ffffff"))
    assert proposal.palette.background == "#ffffff"
    assert proposal.palette.primary == "#e11d48"
    assert proposal.notes["primary"] == "100% of the logo"


def test_a_proposal_does_not_depend_on_how_finely_the_logo_is_drawn(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (800, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 500, 399), fill="#0f766e")
    ImageDraw.Draw(picture).rectangle((520, 0, 799, 399), fill="#f59e0b")
    palettes = set()
    for size in ((800, 400), (200, 100)):
        picture.resize(size, Image.Resampling.LANCZOS).save(tmp_path / "logo.png")
        palettes.add(propose(open_artwork(tmp_path / "logo.png")).palette)
    assert len(palettes) == 1
