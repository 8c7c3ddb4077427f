"""Every creative: exact size, text inside its box and the safe zone, contrast that holds."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from soundness import assert_sound, ink_box
from stand_ins import noise, stand_in

from adfusion.creative.artwork import Artwork
from adfusion.creative.brand import Brand
from adfusion.creative.document import Creative, Panel, Picture, Text
from adfusion.creative.draw import image, png
from adfusion.creative.layout import DROP_ORDER, compose, ensure_fits
from adfusion.creative.placement import PLACEMENTS, CopySpace, Placement, placement
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
    "everything": Copy(
        "Twelve guests. One pitcher. No fuss.",
        "Find your flavour",
        "Cold-brewed for sixteen hours, bottled without sugar.",
        "from 4,90 €",
        "While stocks last.",
    ),
    "everything, right to left": Copy(
        "شاي بارد ليوم مشرق", "تسوق الآن", "مخمّر على البارد لمدة ست عشرة ساعة", "خصم 20%", "حتى نفاد الكمية"
    ),
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
SHAPES = tuple(
    PLACEMENTS[name]
    for name in (
        "meta-feed-square", "meta-feed-portrait", "meta-story", "google-landscape", "iab-medium-rectangle",
        "iab-leaderboard", "iab-skyscraper", "iab-mobile-banner",
    )
)  # fmt: skip
placements = pytest.mark.parametrize("placement", SHAPES, ids=lambda placement: placement.name)
PICTURES = (noise(), stand_in("16:9", "left"), stand_in("9:16", "top", ("#000000", "#ffffff")))


def composed(copy: Copy, brand: Brand, placement: Placement) -> Creative:
    picture = stand_in(placement.aspect, placement.copy_space)
    return compose(picture, copy, brand, placement, copy_space=placement.copy_space)


@placements
@pytest.mark.parametrize("name", COPIES)
def test_a_creative_is_sound_in_every_placement(name: str, placement: Placement, brand: Brand) -> None:
    if (name, placement.name) == ("long", "iab-mobile-banner"):
        with pytest.raises(UserError, match=r"iab-mobile-banner: headline: .* does not fit"):
            composed(COPIES[name], brand, placement)
        return
    creative = composed(COPIES[name], brand, placement)
    assert image(creative).size == (placement.width, placement.height)
    assert_sound(creative, placement)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    size=st.tuples(st.integers(120, 900), st.integers(50, 900)),
    safe=st.sampled_from([(0, 0, 0, 0), (0, 0.14, 0, 0.2), (0.06, 0, 0.06, 0.1)]),
    copy=st.builds(
        Copy,
        words,
        st.sampled_from(["", "Shop now", "Mehr erfahren", "اشتر الآن"]),
        st.one_of(st.just(""), words),
        st.sampled_from(["", "-20 %", "from 4,90 €"]),
        st.sampled_from(["", "Terms apply."]),
    ),
    picture=st.sampled_from(
        [noise(), stand_in("16:9", "left"), stand_in("9:16", "top", ("#000000", "#ffffff"))]
    ),
    side=st.sampled_from(["left", "right", "top", "centre", None]),
)
def test_any_words_in_any_size_are_sound_or_one_clear_error(
    size: tuple[int, int],
    safe: tuple[float, float, float, float],
    copy: Copy,
    picture: Image.Image,
    side: CopySpace | None,
    brand: Brand,
) -> None:
    left, top, right, bottom = safe
    width, height = size
    place = replace(
        placement(f"custom {width}x{height}"),
        safe_left=round(left * width),
        safe_right=round(right * width),
        safe_top=round(top * height),
        safe_bottom=round(bottom * height),
    )
    try:
        creative = compose(picture, copy, brand, place, copy_space=side)
    except UserError as error:
        assert str(error).startswith(
            (f"custom-{width}x{height}: headline: ", f"custom-{width}x{height}: legal: ")
        )
        with pytest.raises(UserError):
            ensure_fits(copy, brand, place)
    else:
        assert_sound(creative, place)
        assert png(compose(picture, copy, brand, place, copy_space=side)) == png(creative)
        ensure_fits(copy, brand, place)


@placements
def test_text_is_readable_even_on_noise(placement: Placement, brand: Brand) -> None:
    creative = compose(noise(), COPIES["short"], brand, placement, copy_space=placement.copy_space)
    assert_sound(creative, placement)


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
    assert_sound(creative, placement)


def test_optional_parts_are_dropped_in_the_stated_order_and_the_headline_never(brand: Brand) -> None:
    seen = []
    for count in range(1, 30):
        copy = Copy("wide words here " * count, "Discover it", "A line of body.", "-20 %", "Terms apply.")
        try:
            creative = composed(copy, brand, PLACEMENTS["iab-leaderboard"])
        except UserError:
            break
        dropped = creative.metadata["dropped"]
        assert isinstance(dropped, list)
        seen.append(tuple(dropped))
        assert seen[-1] == DROP_ORDER[: len(dropped)]
        assert creative.find("headline-text") is not None
        assert creative.find("legal-text") is not None
        for part in DROP_ORDER:
            assert (creative.find(part.replace(" ", "-")) is None) == (part in dropped)
    assert len(seen[0]) < len(seen[-1]) == len(DROP_ORDER)


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
    for place in SHAPES:
        creative = composed(COPIES["short"], replace(brand, logo=None), place)
        mark = creative.find("logo-text")
        assert isinstance(mark, Text)
        assert mark.text == "Oddleaf"
        assert_sound(creative, place)


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


def test_half_a_mark_that_would_be_lost_gets_a_ground(brand: Brand) -> None:
    """Two thirds of this logo are read on teal, which is not the logo."""
    logo = Artwork(3.0, image=Image.new("RGBA", (300, 100), "#0f4c43"))
    assert logo.image is not None
    logo.image.paste("#15a3a0", (0, 0, 100, 100))
    teal, place = Image.new("RGB", (64, 64), "#15a3a0"), PLACEMENTS["meta-feed-square"]
    creative = compose(teal, COPIES["short"], replace(brand, logo=logo), place, copy_space="left")
    ground = creative.find("logo-ground")
    assert isinstance(ground, Panel)
    assert ground.color == brand.palette.background


@placements
def test_a_product_photo_stands_on_the_canvas_clear_of_the_words(placement: Placement, brand: Brand) -> None:
    product = Image.new("RGBA", (120, 300), "#f07c1c")
    picture = stand_in(placement.aspect, placement.copy_space)
    creative = compose(
        picture, COPIES["short"], brand, placement, copy_space=placement.copy_space, product=product
    )
    photo = creative.find("product-photo")
    if creative.metadata["template"] == "text-only":
        assert photo is None
        return
    assert isinstance(photo, Picture)
    assert creative.canvas.contains(photo.box)
    assert photo.box.width / photo.box.height == pytest.approx(0.4, rel=0.05)
    for layer in creative.walk():
        if isinstance(layer, Text):
            assert not photo.box.overlaps(ink_box(layer))


def test_right_to_left_words_begin_at_the_right(brand: Brand) -> None:
    text = composed(COPIES["Arabic"], brand, PLACEMENTS["iab-leaderboard"]).find("headline-text")
    assert isinstance(text, Text)
    assert text.right_to_left
    assert len({round(line.left + line.width, 3) for line in text.lines}) == 1
    assert text.tracking == 0


def test_every_layer_has_a_name_of_its_own(brand: Brand) -> None:
    for place in SHAPES:
        ids = [layer.id for layer in composed(COPIES["everything"], brand, place).walk()]
        assert len(ids) == len(set(ids))


def test_the_story_keeps_metas_safe_zones() -> None:
    story = PLACEMENTS["meta-story"]
    assert story.safe_top >= 0.14 * story.height
    assert story.safe_bottom >= 0.20 * story.height
