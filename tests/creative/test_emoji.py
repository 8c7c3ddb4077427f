"""Emoji: a sequence is one sign, from one face, in every form of a creative."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage
from pypdf import PdfReader
from stand_ins import stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.document import Creative, Text
from adfusion.creative.draw import coverage
from adfusion.creative.emoji import runs
from adfusion.creative.export import pdf, psd
from adfusion.creative.fonts import EMOJI, installed_font
from adfusion.creative.layout import compose
from adfusion.creative.paragraph import faces, width
from adfusion.creative.placement import PLACEMENTS
from adfusion.creative.svg import svg
from adfusion.creative.webfonts import emoji_fonts, webfonts
from adfusion.creative.wording import Copy, chunks
from adfusion.errors import UserError

MANROPE = installed_font("manrope", "display")
FAMILY, GERMANY, ENGLAND, THUMB = "👨‍👩‍👧‍👦", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽"


@pytest.fixture(scope="module")
def creative(brand: Brand) -> Creative:
    place = PLACEMENTS["iab-medium-rectangle"]
    words = Copy(f"Tea {THUMB} for {FAMILY}", "Shop now 🎉")
    return compose(stand_in(place.aspect, place.copy_space), words, brand, place)


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        (f"For {FAMILY} in {GERMANY}", [FAMILY, GERMANY]),
        ("5️⃣ stars, 5 cups", ["5️⃣"]),
        ("Up ↗ or ↗️", ["↗️"]),
        ("Tea ☕ or ☕︎", ["☕"]),
        (f"{ENGLAND}{THUMB}", [ENGLAND + THUMB]),
        ("#1 * ™ © → ✓", []),
    ],
)
def test_emoji_are_told_from_text(text: str, emoji: list[str]) -> None:
    assert [run for is_emoji, run in runs(text) if is_emoji] == emoji
    assert "".join(run for _, run in runs(text)) == text


@pytest.mark.parametrize("sequence", [FAMILY, GERMANY, ENGLAND, THUMB, "👩🏾‍🚀", "🏳️‍🌈", "5️⃣", "❤️"])
def test_a_sequence_is_one_sign(sequence: str) -> None:
    assert width(sequence, MANROPE, 100, 0, False) == pytest.approx(width("🎉", MANROPE, 100, 0, False))


@pytest.mark.parametrize("sequence", [FAMILY, GERMANY, ENGLAND, THUMB])
def test_a_line_does_not_end_within_a_sequence(sequence: str) -> None:
    pieces = [chunk.text for chunk in chunks(f"🎉{sequence}🎉 tea")]
    assert sum(sequence in piece for piece in pieces) == 1


@pytest.mark.parametrize("sign", ["🎉", "☕", "⭐", "✨", "😀", "🫨"])
def test_emoji_come_from_the_emoji_face_even_where_a_last_resort_has_them(sign: str) -> None:
    (face,) = faces(sign, MANROPE)
    assert MANROPE.files[face].family == EMOJI.name


@pytest.mark.parametrize("sign", ["↗", "✔", "☺", "★"])
def test_text_signs_do_not(sign: str) -> None:
    (face,) = faces(sign, MANROPE)
    assert MANROPE.files[face].family != EMOJI.name


def test_a_face_that_a_brand_chose_comes_before_ours() -> None:
    other = installed_font("dejavu-sans", "display").files[0]
    chosen = installed_font("manrope", "display", fallbacks=(other,))
    assert faces("☕", chosen) == (1,)


def test_what_no_face_has_is_refused_in_one_line(brand: Brand) -> None:
    place = PLACEMENTS["iab-medium-rectangle"]
    with pytest.raises(UserError, match=r"headline: .*'茶' \(U\+8336\); allowed: .*Noto Emoji"):
        compose(stand_in(place.aspect, place.copy_space), Copy("Tea 茶 🎉"), brand, place)


def test_svg_has_the_glyphs_and_names_their_face_first(creative: Creative) -> None:
    drawn = svg(creative)
    (font,) = emoji_fonts(creative).values()
    assert len(font) < 10_000
    assert re.search(
        r"@font-face \{ font-family: 'Noto Emoji'; font-weight: 700; src: url\(data:font/woff", drawn
    )
    for run in (FAMILY, THUMB, "🎉"):
        assert (
            f"<tspan font-family=\"Manrope, 'Noto Emoji', 'DejaVu Sans', sans-serif\">{run}</tspan>" in drawn
        )


def test_svg_without_emoji_has_no_font_inside(brand: Brand) -> None:
    place = PLACEMENTS["iab-medium-rectangle"]
    plain = compose(stand_in(place.aspect, place.copy_space), Copy("Tea"), brand, place)
    assert "font-face" not in svg(plain)


def test_banners_have_the_emoji_face(creative: Creative) -> None:
    assert [face.family for face in webfonts(creative)].count(EMOJI.name) == 1


def test_pdf_has_the_emoji_face(creative: Creative) -> None:
    page = PdfReader(io.BytesIO(pdf(creative))).pages[0]
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    assert any("NotoEmoji" in font.get_object()["/BaseFont"] for font in fonts)


def test_psd_draws_emoji_where_the_creative_does(creative: Creative) -> None:
    text = creative.find("call-to-action-text")
    assert isinstance(text, Text)
    file = PSDImage.open(io.BytesIO(psd(creative)))
    layer = next(layer for layer in file.descendants() if layer.name.startswith(text.id))
    alpha = np.asarray(Image.Image.getchannel(layer.topil(), "A"), float) / 255
    drawn = coverage(text, creative.width, creative.height)
    left, top, right, bottom = layer.bbox
    assert np.allclose(alpha, drawn[top:bottom, left:right], atol=0.01)
    assert right > text.lines[0].left + text.lines[0].width - 0.3 * text.size
