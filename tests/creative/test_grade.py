"""Grading takes the backdrop toward the palette, smoothly, and never touches the product."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from adfusion.color import oklab
from adfusion.creative.brand import Palette
from adfusion.creative.colors import rgb, srgb
from adfusion.creative.dominant import dominant
from adfusion.creative.grade import grade, palette_distance
from adfusion.data.scenes.render import Renders, render
from adfusion.data.scenes.scene import Scene

PALETTE = Palette("#0f4c43", "#15a3a0", "#c2410c", "#fbf6ec", "#14312c")
SCENES = [
    Scene(product="bottle", product_color="orange", backdrop_color="green", second_color="green"),
    Scene(
        product="can", product_color="teal", backdrop="gradient", backdrop_color="pink", second_color="red"
    ),
    Scene(
        product="mug",
        product_color="navy",
        backdrop="two-tone",
        backdrop_color="green",
        second_color="yellow",
    ),
    Scene(
        product="jar", product_color="red", backdrop="cyclorama", backdrop_color="blue", second_color="blue"
    ),
]


@pytest.fixture(scope="module")
def renders() -> Renders:
    return render(SCENES, 128 * 128, threads=1)


@pytest.mark.parametrize("index", range(len(SCENES)))
def test_the_distance_to_the_palette_falls_and_the_product_stays_exactly(
    renders: Renders, index: int
) -> None:
    picture, mask = Image.fromarray(renders.rgb[index]), renders.mask[index]
    graded = grade(picture, PALETTE, mask)
    assert palette_distance(graded, PALETTE, mask) < palette_distance(picture, PALETTE, mask) - 0.5
    product = mask >= 1
    assert product.sum() > 300
    assert (np.asarray(graded)[product] == renders.rgb[index][product]).all()


@pytest.mark.parametrize("index", range(len(SCENES)))
def test_without_a_mask_the_picture_is_graded_more_gently(renders: Renders, index: int) -> None:
    picture, mask = Image.fromarray(renders.rgb[index]), renders.mask[index]
    distances = [palette_distance(each, PALETTE) for each in (grade(picture, PALETTE), picture)]
    assert distances[0] < distances[1]
    changes = [
        np.abs(np.asarray(each, int) - renders.rgb[index])[mask < 0.01].mean()
        for each in (grade(picture, PALETTE), grade(picture, PALETTE, mask))
    ]
    assert changes[0] < changes[1]


def test_without_a_mask_a_product_unlike_its_backdrop_hardly_changes(renders: Renders) -> None:
    picture, product = Image.fromarray(renders.rgb[0]), renders.mask[0] >= 1
    change = np.linalg.norm(oklab(grade(picture, PALETTE)) - oklab(picture), axis=-1)
    assert change[product].mean() < 0.25 * change[renders.mask[0] < 0.01].mean()


def test_no_strength_changes_nothing(renders: Renders) -> None:
    picture = Image.fromarray(renders.rgb[1])
    assert (np.asarray(grade(picture, PALETTE, strength=0)) == renders.rgb[1]).all()


def test_more_strength_goes_further(renders: Renders) -> None:
    picture, mask = Image.fromarray(renders.rgb[2]), renders.mask[2]
    distances = [
        palette_distance(grade(picture, PALETTE, mask, strength), PALETTE, mask)
        for strength in (0, 0.3, 0.6, 1)
    ]
    assert all(nearer < farther for farther, nearer in pairwise(distances))


@pytest.mark.parametrize("ends", [("#f7f7f5", "#7b3fb5"), ("#15a3a0", "#f07c1c"), ("#1c2b5e", "#f291b2")])
def test_a_smooth_gradient_stays_smooth(ends: tuple[str, str]) -> None:
    """No step between neighbours is much larger than it was, and none goes the other way."""
    share = np.linspace(0, 1, 512)[:, None]
    first, last = (oklab(rgb(color)) for color in ends)
    ramp = srgb((1 - share) * first + share * last)
    picture = Image.fromarray(np.rint(np.tile(ramp[None], (64, 1, 1))).astype(np.uint8))
    before, after = (oklab(np.asarray(each)[0]) for each in (picture, grade(picture, PALETTE)))
    steps = [np.linalg.norm(np.diff(each, axis=0), axis=1).max() for each in (before, after)]
    assert steps[1] <= 2 * steps[0]
    along = (after - after[0]) @ (after[-1] - after[0])
    assert np.diff(along).min() > -2e-3


def test_neutrals_stay_neutral() -> None:
    grey = Image.fromarray(np.repeat(np.arange(40, 230, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2))
    assert (np.asarray(grade(grey, PALETTE)) == np.asarray(grey)).all()


def test_a_picture_in_the_palettes_colours_is_at_no_distance_and_stays() -> None:
    plain = Image.new("RGB", (64, 64), PALETTE.secondary)
    assert palette_distance(plain, PALETTE) == pytest.approx(0, abs=0.01)
    assert (np.asarray(grade(plain, PALETTE)) == np.asarray(plain)).all()


def test_the_distance_is_ciede2000_weighted_by_shares() -> None:
    """Pair 1 of the test data of Sharma, Wu and Dalal lies outside sRGB, so black to grey it is."""
    palette = Palette(*5 * ("#000000",))
    half = Image.new("RGB", (64, 64), "#000000")
    half.paste("#777777", (0, 0, 64, 32))
    whole = palette_distance(Image.new("RGB", (64, 64), "#777777"), palette)
    assert whole == pytest.approx(36.6, abs=0.3)
    assert palette_distance(half, palette) == pytest.approx(whole / 2, rel=0.02)


def test_main_colours_have_shares_that_add_up_and_ignore_the_order_of_pixels() -> None:
    pixels = np.repeat(np.array([[20, 160, 150], [240, 120, 30], [250, 250, 250]], float), (60, 30, 10), 0)
    found = dominant(pixels)
    assert [round(each.share, 3) for each in found] == [0.6, 0.3, 0.1]
    shuffled = dominant(np.random.default_rng(0).permutation(pixels))
    assert np.allclose([each.lab for each in found], [each.lab for each in shuffled])
    assert dominant(pixels, np.zeros(len(pixels))) == ()
