"""Figures against cases whose answer is known."""

import numpy as np
import pytest

from adfusion.data.scenes.scene import Scene
from adfusion.evaluation import distribution, memorisation, reconstruction
from adfusion.evaluation.attributes import ATTRIBUTES, label
from adfusion.evaluation.fidelity import EVERYTHING, by_value, fidelity
from adfusion.evaluation.prompts import Asked
from adfusion.evaluation.statistics import Share


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = Share(right=81, count=263).interval  # the example of Newcombe 1998, table I
    assert low == pytest.approx(0.2553, abs=1e-4)
    assert high == pytest.approx(0.3662, abs=1e-4)
    assert Share(right=0, count=10).interval[0] == 0
    assert Share(right=10, count=10).interval[1] == pytest.approx(1)


def test_fidelity_counts_only_what_a_prompt_names() -> None:
    red, blue = Scene(product="lamp", product_color="red"), Scene(product="mug", product_color="blue")
    asked = [
        Asked("red lamp", red, ("product", "product_color")),
        Asked("mug", blue, ("product",)),
    ]
    read = {
        "product": np.array([label(red, "product"), label(red, "product")]),
        "product_color": np.array([label(red, "product_color"), label(red, "product_color")]),
    }
    shares = fidelity(asked, read, ("product", "product_color", "stage"))
    assert shares == {
        "product": Share(right=1, count=2),
        "product_color": Share(right=1, count=1),
        EVERYTHING: Share(right=1, count=2),
    }
    assert by_value(asked, read, "product") == {
        "lamp": Share(right=1, count=1),
        "mug": Share(right=0, count=1),
    }


def test_an_empty_stage_shows_no_colour_of_a_product() -> None:
    empty = Scene(product=None)
    assert label(empty, "product_color") is None
    assert ATTRIBUTES["product"][label(empty, "product") or 0] == "nothing"


def test_the_frechet_distance_of_two_gaussians_is_the_closed_form() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(60_000, 3)), rng.normal(size=(60_000, 3)) * [1, 2, 3] + [1, 0, 0]
    assert distribution.frechet_distance(a, b) == pytest.approx(1 + 0 + 1 + 4, rel=0.03)
    assert distribution.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_the_kernel_distance_has_no_bias() -> None:
    rng = np.random.default_rng(1)
    same = [
        distribution.kernel_distance(rng.normal(size=(60, 4)), rng.normal(size=(60, 4))) for _ in range(200)
    ]
    assert abs(np.mean(same)) < 3 * np.std(same) / 200**0.5
    far = distribution.kernel_distance(rng.normal(size=(60, 4)), rng.normal(size=(60, 4)) + 1)
    assert far > 5 * np.std(same)


def test_density_and_coverage_tell_missing_modes_from_bad_pictures() -> None:
    rng = np.random.default_rng(2)
    modes = rng.integers(2, size=400)[:, None] * 20.0
    real = modes + rng.normal(size=(400, 2))
    one_mode = rng.normal(size=(400, 2))
    density, coverage = distribution.density_and_coverage(one_mode, real)
    assert density > 0.8
    assert 0.4 < coverage < 0.6
    density, coverage = distribution.density_and_coverage(real + 500, real)
    assert density == coverage == 0


def test_copies_are_found_among_generated_pictures() -> None:
    rng = np.random.default_rng(3)
    training, renders, new = (rng.normal(size=(500, 12)) for _ in range(3))
    honest = memorisation.nearness(new, renders, training)
    assert honest.near_copies.share < 0.05
    assert honest.median == pytest.approx(honest.median_of_renders, rel=0.1)
    half_copied = np.concatenate([new[:250], training[:250] + 0.01 * rng.normal(size=(250, 12))])
    assert memorisation.nearness(half_copied, renders, training).near_copies.share >= 0.5


def test_thumbnails_differ_by_their_root_mean_square() -> None:
    black, white = np.zeros((1, 64, 64, 3), np.uint8), np.full((1, 64, 64, 3), 255, np.uint8)
    a, b = memorisation.thumbnails(black), memorisation.thumbnails(white)
    assert np.linalg.norm(a - b) == pytest.approx(1)


def test_a_blurred_picture_is_less_sharp_and_less_like_the_original() -> None:
    rng = np.random.default_rng(4)
    blocks = np.kron(rng.integers(0, 255, (2, 8, 8, 3)), np.ones((1, 8, 8, 1))).astype(np.uint8)
    soft = np.stack(
        [sum(np.roll(one, shift, 1).astype(float) for shift in (-1, 0, 1)) / 3 for one in blocks]
    ).astype(np.uint8)
    assert reconstruction.edge_sharpness(blocks, blocks) == pytest.approx(1)
    assert reconstruction.edge_sharpness(soft, blocks) < 0.9
    assert reconstruction.ssim(soft, blocks) < reconstruction.ssim(blocks, blocks) == pytest.approx(1)
    assert reconstruction.psnr(soft, blocks) < 40


def test_psnr_is_in_decibels() -> None:
    a = np.full((1, 4, 4, 3), 100, np.uint8)
    assert reconstruction.psnr(a, a + np.uint8(10)) == pytest.approx(20 * np.log10(255 / 10))
