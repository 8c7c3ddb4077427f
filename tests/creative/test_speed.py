"""What is kept for speed changes nothing: words set among a thousand others are those set alone."""

import numpy as np
import pytest
from PIL import Image

from adfusion.creative import draw, framing, layout, paragraph, saliency
from adfusion.creative.brand import Brand, Palette
from adfusion.creative.document import Creative
from adfusion.creative.placement import placement
from adfusion.creative.svg import svg
from adfusion.creative.wording import Copy
from adfusion.errors import UserError

BRAND = Brand("Solera", Palette("#0f766e", "#e0c9a3", "#f59e0b"))
NAMES = ("Ann", "Bartholomew", "Cy", "Désirée", "Bo")
KEPT = (
    draw._scaled,
    draw._four_channels,
    paragraph._balanced,
    paragraph._extent,
    paragraph.fit,
    paragraph.width,
    framing.frame,
    saliency._judged,
)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    ramp = np.linspace(90, 220, 96)[:, None, None] * np.array([0.6, 0.9, 1.0])
    pixels = np.broadcast_to(ramp, (96, 96, 3)).astype(np.uint8).copy()
    pixels[30:80, 55:80] = (200, 60, 40)
    return Image.fromarray(pixels)


def composed(picture: Image.Image, name: str, place: str) -> Creative:
    words = Copy(f"{name}, a slow coffee for fast days?", "Try it today", "Until May in your shop.")
    return layout.compose(picture, words, BRAND, placement(place), copy_space="left")


@pytest.mark.parametrize("place", ["meta-feed-square", "iab-medium-rectangle", "iab-leaderboard"])
def test_a_creative_among_many_is_the_creative_alone(picture: Image.Image, place: str) -> None:
    among = [composed(picture, name, place) for name in NAMES]
    for name, warm in zip(NAMES[-2:], among[-2:], strict=True):
        drawn = draw.pixels(warm)
        for kept in KEPT:
            kept.cache_clear()
        alone = composed(picture.copy(), name, place)
        assert alone == warm
        assert np.array_equal(draw.pixels(alone), drawn)
        assert svg(alone) == svg(warm)


def test_a_picture_is_scaled_once_for_all_forms_of_a_creative(picture: Image.Image) -> None:
    creative = composed(picture, "Ann", "meta-feed-square")
    draw._scaled.cache_clear()
    draw.pixels(creative)
    draw.pixels(creative, hide={"headline"})
    svg(creative)
    assert draw._scaled.cache_info().misses == 1


def test_equal_pictures_with_other_pixels_are_told_apart(picture: Image.Image) -> None:
    one = composed(picture, "Ann", "iab-medium-rectangle")
    other = composed(Image.new("RGB", picture.size, "white"), "Ann", "iab-medium-rectangle")
    assert not np.array_equal(draw.pixels(one), draw.pixels(other))


def test_words_that_fit_in_no_template_are_still_refused() -> None:
    long = Copy("Donaudampfschifffahrtsgesellschaftskapitän " * 9)
    with pytest.raises(UserError, match="headline"):
        layout.ensure_fits(long, BRAND, placement("iab-mobile-banner"))
    with pytest.raises(UserError, match="template: found 'none'"):
        layout.ensure_fits(Copy("Short"), BRAND, placement("meta-story"), "none")
