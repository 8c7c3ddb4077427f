"""Templates: each is sound where it is asked for, the best fit is chosen, and the brand's rules hold."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from soundness import assert_sound, parts
from stand_ins import noise, scene, stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.document import Box, Creative, Panel, Picture, Text
from adfusion.creative.layout import TEMPLATES, compose, ensure_fits
from adfusion.creative.paragraph import metrics
from adfusion.creative.placement import PLACEMENTS, CopySpace, Placement, placement
from adfusion.creative.templates import COPY_SPACES
from adfusion.creative.wording import Copy
from adfusion.errors import UserError

SHORT = Copy("Slow tea. Bright days.", "Shop now")
FULL = Copy("Slow tea. Bright days.", "Shop now", "Cold-brewed for sixteen hours.", "-20 %", "Terms apply.")
ARABIC = Copy("شاي بارد ليوم مشرق", "تسوق الآن", "مخمّر على البارد", "خصم 20%", "حتى نفاد الكمية")
HOMES = {
    "hero-left": ("meta-feed-square", "google-landscape", "iab-medium-rectangle", "custom 1920x1080"),
    "hero-right": ("meta-feed-square", "google-landscape", "iab-medium-rectangle"),
    "hero-top": ("meta-feed-portrait", "pinterest-pin", "iab-half-page"),
    "centred": ("meta-feed-portrait", "iab-half-page"),
    "bottom-bar": ("meta-feed-square", "meta-story", "google-landscape", "iab-medium-rectangle"),
    "split": ("meta-feed-square", "meta-story", "google-landscape", "iab-billboard", "iab-skyscraper"),
    "badge": ("meta-feed-square", "meta-story", "google-landscape", "iab-half-page", "iab-billboard"),
    "strip": ("iab-leaderboard", "iab-billboard", "iab-large-mobile-banner"),
    "text-only": ("meta-feed-square", "meta-story", "iab-leaderboard", "iab-medium-rectangle", "iab-banner"),
}
SIDES: dict[str, CopySpace] = {**COPY_SPACES, "centred": "top"}


def composed(copy: Copy, brand: Brand, place: Placement, template: str | None = None) -> Creative:
    side = SIDES.get(template or "", place.copy_space)
    return compose(stand_in(place.aspect, side), copy, brand, place, copy_space=side, template=template)


@pytest.mark.parametrize("copy", [FULL, ARABIC], ids=["Latin", "Arabic"])
@pytest.mark.parametrize(
    ("template", "name"), [(template, name) for template, names in HOMES.items() for name in names]
)
def test_a_template_is_sound_where_it_is_at_home(template: str, name: str, copy: Copy, brand: Brand) -> None:
    place = placement(name)
    creative = composed(copy, brand, place, template)
    assert creative.metadata["template"] == template
    assert_sound(creative, place)


def test_every_template_has_a_home() -> None:
    assert set(HOMES) == set(TEMPLATES)


@pytest.mark.parametrize(
    ("name", "side", "copy", "template"),
    [
        ("meta-feed-square", "left", SHORT, "hero-left"),
        ("meta-feed-square", "right", SHORT, "hero-right"),
        ("google-landscape", "left", SHORT, "hero-left"),
        ("meta-feed-portrait", "top", SHORT, "hero-top"),
        ("meta-story", "top", SHORT, "hero-top"),
        ("iab-leaderboard", "left", SHORT, "strip"),
        ("meta-feed-square", "left", replace(SHORT, badge="-20 %"), "badge"),
    ],
)
def test_the_template_follows_the_shape_the_words_and_the_empty_side(
    name: str, side: CopySpace, copy: Copy, template: str, brand: Brand
) -> None:
    place = PLACEMENTS[name]
    picture, mask = scene(place.aspect, side, seed=13, pixels=256)
    creative = compose(picture, copy, brand, place, copy_space=side, subject=mask)
    assert creative.metadata["template"] == template


def test_copy_leaves_a_restless_picture_for_a_panel(brand: Brand) -> None:
    creative = compose(noise(), SHORT, brand, PLACEMENTS["meta-feed-square"], copy_space="left")
    assert creative.find("panel") is not None


def test_copy_goes_to_the_calm_side(brand: Brand) -> None:
    place = PLACEMENTS["google-landscape"]
    for calm, template in (("left", "hero-left"), ("right", "hero-right")):
        pixels = np.full((200, 352, 3), 240, np.uint8)
        busy = slice(200, 352) if calm == "left" else slice(0, 152)
        pixels[:, busy] = np.asarray(noise((152, 200)))
        where = Box(230, 60, 90, 100) if calm == "left" else Box(32, 60, 90, 100)
        creative = compose(Image.fromarray(pixels), SHORT, brand, place, subject=where)
        assert creative.metadata["template"] == template


@pytest.mark.parametrize("name", ["meta-feed-square", "meta-story", "google-landscape", "iab-billboard"])
@pytest.mark.parametrize("at", [(0.1, 0.1), (0.5, 0.5), (0.8, 0.3), (0.3, 0.85)])
def test_nothing_lies_on_a_product_whose_place_is_known(
    name: str, at: tuple[float, float], brand: Brand
) -> None:
    place = PLACEMENTS[name]
    picture = Image.new("RGB", (320, 320), "#f7f7f5")
    x, y = 320 * at[0], 320 * at[1]
    box = (max(0, x - 50), max(0, y - 60), min(319, x + 50), min(319, y + 60))
    ImageDraw.Draw(picture).rectangle(box, fill="#7a4b2c")
    mask = np.asarray(picture.convert("L")) < 128
    creative = compose(picture, FULL, brand, place, subject=mask)
    shown = creative.find("picture")
    assert isinstance(shown, Picture)
    scale = shown.box.width / shown.crop.width
    left, top, right, bottom = (
        shown.box.left + (box[0] - shown.crop.left) * scale,
        shown.box.top + (box[1] - shown.crop.top) * scale,
        shown.box.left + (box[2] - shown.crop.left) * scale,
        shown.box.top + (box[3] - shown.crop.top) * scale,
    )
    left, right = max(left, shown.box.left), min(right, shown.box.right)
    top, bottom = max(top, shown.box.top), min(bottom, shown.box.bottom)
    for id, part in parts(creative).items():
        assert not part.overlaps(Box(left, top, right - left, bottom - top)), f"{id} lies on the product"


def test_the_logo_has_the_same_corner_in_a_whole_set(brand: Brand) -> None:
    for name in ("meta-feed-square", "meta-feed-portrait", "meta-story", "google-landscape", "iab-half-page"):
        place = PLACEMENTS[name]
        logo = parts(composed(SHORT, brand, place))["logo"]
        assert logo.left - place.safe.left < 0.1 * place.width
        assert logo.top - place.safe.top < 0.1 * place.height


def test_a_button_keeps_to_one_line_where_another_layout_lets_it(brand: Brand) -> None:
    long = replace(SHORT, headline="Nine bars. One quiet minute.", call_to_action="Find your own roast")
    for name in ("iab-medium-rectangle", "iab-large-rectangle", "iab-half-page"):
        label = composed(long, brand, PLACEMENTS[name]).find("call-to-action-text")
        assert isinstance(label, Text)
        assert len(label.lines) == 1


@pytest.mark.parametrize("copy", [FULL, ARABIC], ids=["Latin", "Arabic"])
def test_the_body_is_no_nearer_to_a_headline_than_its_lines_are(copy: Copy, brand: Brand) -> None:
    place = placement("custom 1080x1080")
    creative = composed(replace(copy, badge="", legal=""), brand, place, "text-only")
    headline, body = creative.find("headline-text"), creative.find("body-text")
    assert isinstance(headline, Text)
    assert isinstance(body, Text)
    caps = metrics(body.text, body.font).cap_height * body.size
    first, second = (line.baseline for line in headline.lines[:2])
    lines_apart = second - first - metrics(headline.text, headline.font).cap_height * headline.size
    assert body.lines[0].baseline - caps - headline.lines[-1].baseline >= lines_apart - 1


def test_an_unknown_template_is_an_error_that_lists_those_there_are(brand: Brand) -> None:
    with pytest.raises(UserError, match=r"template: found 'hero'; allowed: hero-left, hero-right, "):
        composed(SHORT, brand, PLACEMENTS["meta-story"], "hero")


@pytest.mark.parametrize(
    ("template", "name", "reason"),
    [
        ("strip", "meta-story", "cannot hold these words at 1080×1920"),
        ("badge", "meta-feed-square", "cannot hold these words"),
        ("hero-left", "iab-skyscraper", "cannot hold these words at 160×600"),
    ],
)
def test_a_template_that_cannot_hold_the_words_is_an_error_that_lists_those_that_can(
    template: str, name: str, reason: str, brand: Brand
) -> None:
    with pytest.raises(UserError, match=rf"{name}: template: found '{template}', which {reason}.*split"):
        ensure_fits(SHORT, brand, PLACEMENTS[name], template)


def test_a_template_whose_words_would_lie_on_the_product_is_an_error(brand: Brand) -> None:
    picture = stand_in("16:9", "right")
    everywhere = np.ones((200, 352), bool)
    with pytest.raises(
        UserError, match=r"found 'hero-left', which has the words over the product; allowed: "
    ):
        compose(
            picture, SHORT, brand, PLACEMENTS["google-landscape"], subject=everywhere, template="hero-left"
        )


def test_the_brands_legal_line_is_shown_beside_the_copys_own(brand: Brand) -> None:
    house = replace(brand, legal="Oddleaf Ltd.")
    place = PLACEMENTS["meta-feed-square"]
    assert composed(SHORT, house, place).metadata["legal"] == "Oddleaf Ltd."
    assert composed(FULL, house, place).metadata["legal"] == "Terms apply. Oddleaf Ltd."


def test_a_legal_line_that_leaves_no_room_is_an_error_that_says_so(brand: Brand) -> None:
    copy = replace(SHORT, legal="Terms and conditions apply to every single purchase. " * 5)
    with pytest.raises(UserError, match=r"iab-banner: legal: found .* leaves no room for the headline"):
        ensure_fits(copy, brand, PLACEMENTS["iab-banner"])


def test_an_outline_button_has_no_fill(brand: Brand) -> None:
    creative = composed(SHORT, replace(brand, button="outline", corner=0.0), PLACEMENTS["google-landscape"])
    ground, label = creative.find("call-to-action-ground"), creative.find("call-to-action-text")
    assert isinstance(ground, Panel)
    assert isinstance(label, Text)
    assert ground.stroke > 0
    assert ground.radius == 0
    assert ground.color == label.color
    assert_sound(creative, PLACEMENTS["google-landscape"])


def test_a_logo_below_its_smallest_width_is_left_out(brand: Brand) -> None:
    place = PLACEMENTS["iab-medium-rectangle"]
    at_least = parts(composed(SHORT, replace(brand, smallest_logo=100), place))["logo"]
    assert at_least.width >= 100
    assert composed(SHORT, replace(brand, smallest_logo=290), place).metadata["dropped"][-1] == "logo"  # type: ignore[index]


@pytest.mark.parametrize("name", ["meta-feed-square", "iab-medium-rectangle", "iab-leaderboard"])
def test_the_logos_clear_space_stays_free(name: str, brand: Brand) -> None:
    found = parts(composed(FULL, replace(brand, clear_space=0.6), PLACEMENTS[name]))
    logo = found.pop("logo")
    free = logo.inset(-0.6 * logo.height + 1.5)
    assert Box(0, 0, PLACEMENTS[name].width, PLACEMENTS[name].height).contains(free)
    for id, part in found.items():
        assert not part.overlaps(free), f"{id} crowds the logo"


def test_a_dark_ground_gets_the_logo_for_dark_grounds(brand: Brand) -> None:
    white = Image.new("RGBA", (120, 30), "#ffffff")
    house = replace(brand, logo_on_dark=replace(brand.logo, svg=None, image=white, aspect=4.0))  # type: ignore[type-var]
    picture = Image.new("RGB", (64, 64), "#14312c")
    creative = compose(picture, SHORT, house, PLACEMENTS["meta-feed-square"], template="hero-left")
    artwork = creative.find("logo-artwork")
    assert isinstance(artwork, Picture)
    assert artwork.image is white
    assert creative.find("logo-ground") is None


def test_the_logo_stands_apart_from_a_headline_that_fills_its_column(brand: Brand) -> None:
    words = Copy("The sun takes its time. So does our tea.", "Start slowly")
    creative = composed(words, brand, PLACEMENTS["iab-medium-rectangle"], "hero-left")
    logo, text = parts(creative)["logo"], creative.find("headline-text")
    assert isinstance(text, Text)
    capitals = text.lines[0].baseline - metrics(text.text, text.font).cap_height * text.size
    assert capitals - logo.bottom > 1.2 * logo.height
