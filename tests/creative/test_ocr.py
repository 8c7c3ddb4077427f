"""Legible by proof: what is set is read back by OCR, from the finished pixels."""

import shutil
import unicodedata
from collections.abc import Iterator

import pytest
from PIL import Image, ImageOps
from stand_ins import EXAMPLE, scene

from adfusion.creative.brand import Brand
from adfusion.creative.brief import load_brief
from adfusion.creative.carousel import compose_cards
from adfusion.creative.colors import luminance, rgb
from adfusion.creative.document import Creative, Text
from adfusion.creative.draw import image
from adfusion.creative.layout import compose
from adfusion.creative.placement import PLACEMENTS, Placement
from adfusion.creative.wording import Copy

pytesseract = pytest.importorskip("pytesseract")
pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")

EASY = 36.0
"""Type size in pixels at which Tesseract reads best."""

HARD = {
    "numbers": ("24/7 fresh in 365 shops", "Call 0800 555 014", "eng"),
    "short words": ("Twelve hours in a bottle", "Made in a day", "eng"),
    "a price": ("Now only $1,299.90", "Save 25%", "eng"),
    "a registered mark": ("Oddleaf® cold brew", "Try Oddleaf®", "eng"),
    "mixed case": ("iPads for McKenzie’s DIY club", "Get eBooks", "eng"),
    "capitals": ("LAST CHANCE: 50% OFF TODAY", "BUY NOW", "eng"),
    "Cyrillic": ("Холодный чай для яркого утра", "Купить сейчас", "rus"),
    "German": ("Frühstücksgenuss für Überraschungsgäste", "Jetzt ausprobieren", "deu"),
    "French": ("Goûtez l’été, où que vous soyez", "Découvrir", "fra"),
}


def read(creative: Creative, id: str, language: str) -> str:
    """The words of one text layer, as Tesseract sees them on the pixels around it."""
    text = creative.find(id)
    assert isinstance(text, Text)
    around = text.box.inset(-0.35 * text.size, -0.2 * text.size)
    box = (round(around.left), round(around.top), round(around.right), round(around.bottom))
    drawn = ImageOps.autocontrast(image(creative).crop(box).convert("L"))
    drawn = ImageOps.invert(drawn) if luminance(rgb(text.color)) > 0.5 else drawn
    scale = EASY / text.size
    size = round(drawn.width * scale), round(drawn.height * scale)
    layout = "--psm 7" if len(text.lines) == 1 else "--psm 6"
    found = pytesseract.image_to_string(drawn.resize(size, Image.Resampling.LANCZOS), language, layout)
    return plain(found)


def plain(words: str) -> str:
    """Without what a typeface does not tell apart: kinds of space, apostrophe and quotation mark."""
    return " ".join(unicodedata.normalize("NFKC", words).replace("’", "'").replace("‘", "'").split())


def composed(copy: Copy, brand: Brand, placement: Placement) -> Creative:
    picture, mask = scene(placement.aspect, placement.copy_space)
    return compose(picture, copy, brand, placement, copy_space=placement.copy_space, subject=mask)


def campaign() -> Iterator[tuple[Placement, str, str]]:
    """Placement, headline and call to action of each segment of the example."""
    brief = load_brief(EXAMPLE / "brief.yaml")
    for placement in brief.places():
        for segment in brief.segments:
            calls = brief.calls_to_action_for(segment)
            for headline in brief.headlines_for(segment):
                yield placement, headline, calls[0]


@pytest.mark.parametrize(
    ("placement", "headline", "call"), campaign(), ids=lambda value: getattr(value, "name", value)
)
def test_the_example_campaign_is_read_back(
    placement: Placement, headline: str, call: str, brand: Brand
) -> None:
    creative = composed(Copy(headline, call), brand, placement)
    assert read(creative, "headline-text", "eng") == plain(headline)
    assert read(creative, "call-to-action-text", "eng") == plain(call)


def test_the_cards_of_the_examples_carousel_are_read_back(brand: Brand) -> None:
    brief = load_brief(EXAMPLE / "carousel.yaml")
    copies = [Copy(card.headline, card.call_to_action or "", card.body or "") for card in brief.carousel]
    wide = Image.new("RGB", (512 * len(copies), 512))
    for number in range(len(copies)):
        wide.paste(scene("1:1", "top", 11 + number)[0].resize((512, 512)), (512 * number, 0))
    place = PLACEMENTS["meta-carousel-card"]
    for copy, card in zip(copies, compose_cards(wide, copies, brand, place, [()] * len(copies)), strict=True):
        assert read(card, "headline-text", "eng") == plain(copy.headline)
        if copy.call_to_action:
            assert read(card, "call-to-action-text", "eng") == plain(copy.call_to_action)


@pytest.mark.parametrize("placement", ["meta-feed-square", "iab-medium-rectangle"])
@pytest.mark.parametrize("name", HARD)
def test_hard_words_are_read_back(name: str, placement: str, brand: Brand) -> None:
    headline, call, language = HARD[name]
    creative = composed(Copy(headline, call), brand, PLACEMENTS[placement])
    assert read(creative, "headline-text", language) == plain(headline)
    assert read(creative, "call-to-action-text", language) == plain(call)
