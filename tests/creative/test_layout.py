"""Every creative: exact size, text inside its box and the safe zone, contrast that holds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from stand_ins import noise, stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.document import Box, Creative, Panel, Picture, Text
from adfusion.creative.draw import coverage, image
from adfusion.creative.layout import DROP_ORDER, compose, ensure_fits
from adfusion.creative.legibility import MINIMUM_CONTRAST, contrasts
from adfusion.creative.placement import PLACEMENTS, Placement
from adfusion.creative.wording import Copy
from adfusion.errors import UserError

COPIES = {
    "short": Copy("Slow tea. Bright days.", "Shop now"),
    "one word": Copy("Unwind", "Go"),
    "German": Copy("Frühstücksgenuss für Überraschungsgäste", "Jetzt ausprobieren"),
    "Arabic": Copy("شاي بارد ليوم مشرق مع خصم 20%", "تسوق الآن"),
    "Cyrillic": Copy("Холодный чай для яркого утра", "Купить сейчас"),
    "Greek": Copy("Κρύο τσάι για φωτεινές μέρες", "Αγόρασε τώρα"),
    "no button": Copy("Slow tea. Bright days."),
    "long": Copy(
        "Every leaf is picked by hand, rested overnight and bottled before sunrise " * 2, "Discover it all"
    ),
}
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyzÄÖÜßÅÉ!?&-",
    "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
)
words = st.sampled_from(ALPHABETS).flatmap(
    lambda letters: st.lists(st.text(letters, min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)
)
placements = pytest.mark.parametrize("placement", PLACEMENTS.values(), ids=PLACEMENTS)


def composed(copy: Copy, brand: Brand, placement: Placement) -> Creative:
    picture = stand_in(placement.aspect, placement.copy_space)
    return compose(picture, copy, brand, placement, copy_space=placement.copy_space)


def safe_zone(placement: Placement) -> Box:
    height = placement.height - placement.safe_top - placement.safe_bottom
    return Box(0, placement.safe_top, placement.width, height)


def ink_box(text: Text, width: int, height: int) -> Box:
    """Where the glyphs really are."""
    rows, columns = np.nonzero(coverage(text, width, height) > 0.1)
    return Box(columns.min(), rows.min(), columns.max() - columns.min() + 1, rows.max() - rows.min() + 1)


def assert_sound(creative: Creative, placement: Placement) -> None:
    safe = safe_zone(placement)
    for layer in creative.walk():
        if isinstance(layer, Text):
            ink = ink_box(layer, creative.width, creative.height)
            assert safe.contains(ink), f"{layer.id} leaves the safe zone"
            assert layer.box.inset(-0.12 * layer.size, -0.1 * layer.size).contains(ink), (
                f"{layer.id} leaves its box"
            )
            assert layer.size >= placement.min_text - 1e-6
        if layer.id in ("call-to-action-ground", "logo-artwork", "logo-ground"):
            assert isinstance(layer, Panel) or hasattr(layer, "box")
            assert safe.contains(layer.box), f"{layer.id} leaves the safe zone"
    assert min(contrasts(creative).values()) >= MINIMUM_CONTRAST


@placements
@pytest.mark.parametrize("name", COPIES)
def test_a_creative_is_sound_in_every_placement(name: str, placement: Placement, brand: Brand) -> None:
    creative = composed(COPIES[name], brand, placement)
    assert image(creative).size == (placement.width, placement.height)
    assert_sound(creative, placement)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    headline=words,
    call_to_action=st.sampled_from(["Shop now", "Mehr erfahren", "اشتر الآن", ""]),
    placement=st.sampled_from(list(PLACEMENTS.values())),
)
def test_any_words_fit_their_box_and_the_safe_zone(
    headline: str, call_to_action: str, placement: Placement, brand: Brand
) -> None:
    assert_sound(composed(Copy(headline, call_to_action), brand, placement), placement)


@placements
def test_text_is_readable_even_on_noise(placement: Placement, brand: Brand) -> None:
    creative = compose(noise(), COPIES["short"], brand, placement, copy_space=placement.copy_space)
    assert min(contrasts(creative).values()) >= MINIMUM_CONTRAST


@pytest.mark.parametrize(
    "colors",
    [
        ("#101010", "#1b1b1d"),
        ("#ffffff", "#ffffff"),
        ("#808080", "#7a7a7a"),
        ("#000000", "#ffffff"),
        ("#d32229", "#15a3a0"),
    ],
)
@pytest.mark.parametrize("name", ["meta-feed-square", "meta-story"])
def test_contrast_holds_on_any_backdrop(colors: tuple[str, str], name: str, brand: Brand) -> None:
    placement = PLACEMENTS[name]
    picture = stand_in(placement.aspect, placement.copy_space, colors)
    creative = compose(picture, COPIES["short"], brand, placement, copy_space=placement.copy_space)
    assert min(contrasts(creative).values()) >= MINIMUM_CONTRAST


@pytest.mark.parametrize(
    ("name", "copy_space", "template"),
    [
        ("meta-feed-square", "left", "hero-left"),
        ("meta-feed-square", "right", "hero-right"),
        ("meta-feed-square", "top", "hero-top"),
        ("meta-feed-square", None, "panel-bottom"),
        ("google-landscape", "left", "hero-left"),
        ("google-landscape", "centre", "panel-side"),
        ("meta-story", "top", "hero-top"),
        ("iab-leaderboard", "left", "strip"),
        ("iab-skyscraper", "top", "tower"),
    ],
)
def test_the_template_follows_the_shape_and_the_empty_side(
    name: str, copy_space: str | None, template: str, brand: Brand
) -> None:
    creative = compose(noise(), COPIES["short"], brand, PLACEMENTS[name], copy_space=copy_space)  # type: ignore[arg-type]
    assert creative.metadata["template"] == template


def test_the_button_is_dropped_before_the_logo_and_the_headline_never(brand: Brand) -> None:
    seen = []
    for count in range(1, 34):
        copy = Copy("wide words here " * count, "Discover the whole collection")
        try:
            creative = composed(copy, brand, PLACEMENTS["iab-leaderboard"])
        except UserError:
            break
        seen.append(tuple(creative.metadata["dropped"]))  # type: ignore[arg-type]
        assert creative.find("headline-text") is not None
        assert (creative.find("call-to-action") is None) == ("call to action" in seen[-1])
        assert (creative.find("logo") is None) == ("logo" in seen[-1])
    assert list(dict.fromkeys(seen)) == [DROP_ORDER[:count] for count in range(3)]


def test_words_that_cannot_fit_are_an_error_that_names_placement_and_text(brand: Brand) -> None:
    monster = "Geschwindigkeitsbegrenzungsüberschreitungsverfahren"
    with pytest.raises(UserError, match=rf"iab-skyscraper: headline: found '{monster}'.*160×600"):
        ensure_fits(Copy(monster), brand, PLACEMENTS["iab-skyscraper"])
    ensure_fits(
        Copy(
            monster.replace("begrenz", "\u00adbegrenz")
            .replace("über", "\u00adüber")
            .replace("verf", "\u00adverf")
        ),
        brand,
        PLACEMENTS["iab-skyscraper"],
    )


@pytest.mark.parametrize("headline", ["", "   ", "\u200f \u00a0"[2:], "bell\a", "x" * 501])
def test_words_that_cannot_be_set_are_an_error(headline: str, brand: Brand) -> None:
    with pytest.raises(UserError, match=r"meta-story: headline: found .*; allowed: "):
        composed(Copy(headline), brand, PLACEMENTS["meta-story"])


def test_characters_that_no_font_has_are_an_error(brand: Brand) -> None:
    with pytest.raises(UserError, match=r"found the character '茶' \(U\+8336\); allowed: "):
        composed(Copy("Tea is 茶"), brand, PLACEMENTS["meta-story"])


def test_a_brand_without_a_logo_gets_its_name_in_type(brand: Brand) -> None:
    for placement in PLACEMENTS.values():
        creative = composed(COPIES["short"], replace(brand, logo=None), placement)
        mark = creative.find("logo-text")
        assert isinstance(mark, Text)
        assert mark.text == "Oddleaf"
        assert_sound(creative, placement)


def test_a_logo_that_would_be_lost_gets_a_ground(brand: Brand) -> None:
    dark = compose(
        Image.new("RGB", (64, 64), "#14312c"),
        COPIES["short"],
        brand,
        PLACEMENTS["meta-feed-square"],
        copy_space="left",
    )
    light = compose(
        Image.new("RGB", (64, 64), "#f0e8dd"),
        COPIES["short"],
        brand,
        PLACEMENTS["meta-feed-square"],
        copy_space="left",
    )
    assert dark.find("logo-ground") is not None
    assert light.find("logo-ground") is None


@placements
def test_a_product_photo_stands_on_the_canvas_clear_of_the_words(placement: Placement, brand: Brand) -> None:
    product = Image.new("RGBA", (120, 300), "#f07c1c")
    picture = stand_in(placement.aspect, placement.copy_space)
    creative = compose(
        picture, COPIES["short"], brand, placement, copy_space=placement.copy_space, product=product
    )
    photo = creative.find("product-photo")
    assert isinstance(photo, Picture)
    assert creative.canvas.contains(photo.box)
    assert photo.box.width / photo.box.height == pytest.approx(0.4, rel=0.05)
    for layer in creative.walk():
        if isinstance(layer, Text):
            assert not photo.box.overlaps(ink_box(layer, creative.width, creative.height))


def test_right_to_left_words_begin_at_the_right(brand: Brand) -> None:
    text = composed(COPIES["Arabic"], brand, PLACEMENTS["iab-leaderboard"]).find("headline-text")
    assert isinstance(text, Text)
    assert text.right_to_left
    assert len({round(line.left + line.width, 3) for line in text.lines}) == 1
    assert text.tracking == 0


def test_every_layer_has_a_name_of_its_own(brand: Brand) -> None:
    for placement in PLACEMENTS.values():
        ids = [layer.id for layer in composed(COPIES["short"], brand, placement).walk()]
        assert len(ids) == len(set(ids))


def test_the_story_keeps_metas_safe_zones() -> None:
    story = PLACEMENTS["meta-story"]
    assert story.safe_top >= 0.14 * story.height
    assert story.safe_bottom >= 0.20 * story.height
