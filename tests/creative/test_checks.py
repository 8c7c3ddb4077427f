"""Each check finds what it is for, and nothing in a creative that is as it should be."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from stand_ins import noise, stand_in

from adfusion.creative import draw
from adfusion.creative.brand import Brand
from adfusion.creative.checks import Finding, Rules, check, check_product, look_alikes, prove, sight
from adfusion.creative.document import Box, Creative, Group, Layer, Panel, Picture, Scrim, Text, Vector
from adfusion.creative.encode import encode
from adfusion.creative.layout import compose
from adfusion.creative.legibility import required
from adfusion.creative.placement import PLACEMENTS, Placement
from adfusion.creative.wording import Copy

PLACE = PLACEMENTS["meta-feed-square"]
RULES = Rules(clear_space=0.25, smallest_logo=40, never=("cheap",), legal="Contains caffeine.")
COPY = Copy("Slow tea. Bright days.", "Shop now", legal="Contains caffeine.")


@pytest.fixture(scope="module")
def good(brand: Brand) -> Creative:
    return compose(stand_in("1:1", "left"), COPY, brand, PLACE, copy_space="left")


def found(creative: Creative, place: Placement = PLACE, rules: Rules = RULES) -> list[Finding]:
    return list(check(creative, encode(draw.image(creative), place).data, place, rules))


def errors(creative: Creative, place: Placement = PLACE, rules: Rules = RULES) -> set[str]:
    return {finding.check for finding in found(creative, place, rules) if finding.severity == "error"}


def changed(creative: Creative, id: str, change: Callable[[Layer], Layer | None]) -> Creative:
    """The creative with one layer changed or, for `None`, taken out."""

    def walk(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        kept = []
        for layer in layers:
            after = change(layer) if layer.id == id else layer
            if isinstance(after, Group):
                after = replace(after, layers=walk(after.layers))
            if after is not None:
                kept.append(after)
        return tuple(kept)

    return replace(creative, layers=walk(creative.layers))


def moved(layer: Layer, right: float, down: float) -> Layer:
    assert isinstance(layer, Text | Vector | Panel | Picture)
    box = replace(layer.box, left=layer.box.left + right, top=layer.box.top + down)
    if isinstance(layer, Text):
        lines = tuple(
            replace(line, left=line.left + right, baseline=line.baseline + down) for line in layer.lines
        )
        return replace(layer, box=box, lines=lines)
    return replace(layer, box=box)


def test_a_good_creative_passes_every_check(good: Creative) -> None:
    assert found(good) == []


@pytest.mark.parametrize("place", PLACEMENTS.values(), ids=PLACEMENTS)
def test_the_layout_passes_the_checks_in_every_placement(place: Placement, brand: Brand) -> None:
    picture = stand_in(place.aspect, place.copy_space)
    creative = compose(picture, Copy("Slow tea.", "Shop now"), brand, place, copy_space=place.copy_space)
    assert errors(creative, place, Rules(brand.clear_space, brand.smallest_logo)) == set()


def test_a_file_of_another_size_format_or_weight_is_an_error(good: Creative) -> None:
    image = draw.image(good)
    data = encode(image, PLACE).data
    for wrong, name in (
        (replace(PLACE, width=1081), "size"),
        (replace(PLACE, formats=("PNG",)), "format"),
        (replace(PLACE, max_bytes=len(data) - 1), "bytes"),
    ):
        assert name in {finding.check for finding in check(good, data, wrong, RULES)}
    assert "file" in {finding.check for finding in check(good, data[:-900], PLACE, RULES)}
    assert "file" in {finding.check for finding in check(good, b"not a picture", PLACE, RULES)}


def test_contrast_is_measured_again_whatever_the_metadata_say(good: Creative) -> None:
    pale = changed(good, "call-to-action-text", lambda text: replace(text, color="#b0532a"))
    lying = replace(pale, metadata={**pale.metadata, "contrast": {"call-to-action-text": 21.0}})
    assert errors(lying) == {"contrast"}


def test_large_text_needs_less_contrast_as_large_as_people_see_it(good: Creative) -> None:
    headline = good.find("headline-text")
    assert isinstance(headline, Text)
    sizes = {24: 4.5, 40: 4.5, 52: 3.0, 90: 3.0}
    assert {size: required(replace(headline, size=size), PLACE.min_text) for size in sizes} == sizes


def test_small_text_is_an_error(good: Creative) -> None:
    small = changed(good, "legal-text", lambda text: replace(text, size=PLACE.min_text - 1))
    assert "text size" in errors(small)


def test_words_in_the_safe_zone_or_off_the_canvas_are_an_error(good: Creative) -> None:
    assert errors(good, replace(PLACE, safe_top=400)) == {"safe zone"}
    outside = changed(good, "headline-text", lambda text: moved(text, -200, 0))
    assert "safe zone" in errors(outside)


def test_what_comes_near_the_logo_is_an_error(good: Creative) -> None:
    logo = good.find("logo-artwork")
    assert isinstance(logo, Vector)
    near = Panel("badge-ground", replace(logo.box, left=logo.box.right + 0.1 * logo.box.height), "#000000")
    words = replace(good, layers=(*good.layers, Group("badge", (near, *_texts(good)))))
    assert "logo clear space" in errors(words)
    far = replace(near, box=replace(near.box, left=logo.box.right + 0.5 * logo.box.height))
    apart = replace(good, layers=(*good.layers, Group("badge", (far, *_texts(good)))))
    assert "logo clear space" not in errors(apart)


def _texts(creative: Creative) -> tuple[Layer, ...]:
    legal = creative.find("legal-text")
    assert legal is not None
    return (legal,)


def test_a_logo_too_small_is_an_error_and_none_at_all_a_warning(good: Creative) -> None:
    assert errors(good, rules=replace(RULES, smallest_logo=900)) == {"logo size"}
    (without,) = found(changed(good, "logo", lambda layer: None))
    assert (without.check, without.severity) == ("logo", "warning")


@pytest.mark.parametrize("headline", ["Cheap tea", "Tea, CHÉAP and good", "che\u00adap"])
def test_a_forbidden_word_is_an_error(brand: Brand, headline: str) -> None:
    creative = compose(stand_in("1:1", "left"), replace(COPY, headline=headline), brand, PLACE)
    assert errors(creative) == {"forbidden word"}


def test_a_word_within_another_is_not_forbidden(brand: Brand) -> None:
    creative = compose(stand_in("1:1", "left"), replace(COPY, headline="Cheapside tea"), brand, PLACE)
    assert errors(creative) == set()


def test_a_missing_legal_line_is_an_error(good: Creative) -> None:
    assert errors(changed(good, "legal", lambda layer: None)) == {"legal line"}
    assert errors(good, rules=replace(RULES, legal="Drink in moderation.")) == {"legal line"}


def test_what_was_dropped_and_a_far_palette_are_warnings(good: Creative) -> None:
    told = replace(good, metadata={**good.metadata, "dropped": ["body"], "palette_distance": 33.3})
    assert {(each.check, each.severity) for each in found(told)} == {
        ("dropped", "warning"),
        ("palette", "warning"),
    }
    graded = replace(good, metadata={**told.metadata, "dropped": [], "palette_distance_before": 41.2})
    (finding,) = found(graded)
    assert finding.message == "ΔE2000 33 from the palette, 41 before grading; at most 20"
    near = replace(good, metadata={**good.metadata, "dropped": [], "palette_distance": 9.0})
    assert found(near) == []


def with_product(*above: Layer) -> Creative:
    photo = noise((80, 120), seed=5).convert("RGBA")
    photo.putalpha(
        Image.radial_gradient("L").resize((80, 120)).point(lambda value: 255 - value if value > 120 else 255)
    )
    layers = (
        Panel("panel", Box(0, 0, 300, 250), "#f7f7f5"),
        Picture("product-photo", Box(100.4, 60.6, 60, 90), photo, Box(0, 0, 80, 120)),
        *above,
    )
    return Creative(300, 250, layers, "iab-medium-rectangle", "A product")


def test_a_product_drawn_over_a_scene_is_exact() -> None:
    (proof,) = prove(with_product())
    assert proof.opaque > 1000
    assert (proof.altered, proof.covered) == (0, 0)
    assert proof.photo_sha256 == proof.drawn_sha256


@pytest.mark.parametrize(
    "veil",
    [
        Scrim("scrim", Box(0, 0, 300, 250), "#000000", (0, 0), (300, 0), ((0.0, 0.02), (1.0, 0.02))),
        Panel("panel-2", Box(120, 80, 10, 10), "#123456"),
    ],
    ids=["scrim", "panel"],
)
def test_whatever_changes_the_products_pixels_is_found(veil: Layer) -> None:
    (proof,) = prove(with_product(veil))
    assert proof.altered > 0
    assert proof.photo_sha256 != proof.drawn_sha256


def test_words_over_a_product_cover_it_but_do_not_alter_it(good: Creative) -> None:
    headline = good.find("headline-text")
    assert isinstance(headline, Text)
    small = replace(headline, size=30, lines=(replace(headline.lines[0], left=100, baseline=120),))
    (proof,) = prove(with_product(Group("headline", (small,))))
    assert proof.altered == 0
    assert proof.covered > 0


def test_a_photo_that_is_too_small_for_its_place_is_a_warning() -> None:
    creative = with_product()
    photo = creative.layers[1]
    assert isinstance(photo, Picture)
    small = photo.image.resize((20, 30))
    few = replace(photo, image=small, crop=Box(0, 0, 20, 30))
    (finding,) = check_product(replace(creative, layers=(creative.layers[0], few)))
    assert (finding.severity, finding.message) == (
        "warning",
        "product-photo: 3.0 times its own size; at most 2.5",
    )
    assert list(check_product(creative)) == []


def test_a_product_in_front_of_another_hides_it_without_altering_it() -> None:
    behind = with_product()
    first = behind.layers[1]
    assert isinstance(first, Picture)
    second = replace(first, id="product-photo-2", box=replace(first.box, left=130))
    proofs = prove(replace(behind, layers=(*behind.layers, second)))
    assert [proof.altered for proof in proofs] == [0, 0]
    assert proofs[0].opaque < proofs[1].opaque


def test_pictures_that_look_the_same_are_grouped_within_their_placement(brand: Brand) -> None:
    def one(id: str, picture: str, image: Image.Image, place: Placement = PLACE) -> object:
        return sight(id, picture, compose(image, COPY, brand, place, copy_space="left"))

    first = stand_in("1:1", "left")
    speckled = Image.fromarray(
        (np.asarray(first, int) + np.arange(256)[:, None] % 2).clip(0, 255).astype(np.uint8)
    )
    blue = stand_in("1:1", "left", colors=("#1e3a8a", "#1e3a8a"))
    other = noise()
    seen = [
        one("a", "p1", first),
        one("b", "p1", first),
        one("c", "p2", speckled),
        one("d", "p3", blue),
        one("e", "p4", other),
        one("f", "p5", first, PLACEMENTS["google-square"]),
    ]
    groups = [tuple(each.creative for each in group) for group in look_alikes(seen)]
    assert groups == [("a", "c")]
