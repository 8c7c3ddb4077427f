"""Files under a limit, with the least loss."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from stand_ins import noise, stand_in

from adfusion.creative.encode import BEST_QUALITY, encode, jpeg, largest_fitting
from adfusion.creative.placement import PLACEMENTS, FileFormat, Placement, placement
from adfusion.errors import UserError

RECTANGLE = PLACEMENTS["iab-medium-rectangle"]
NOISE = noise((300, 250))


def limited(limit: int | None, format: FileFormat = "JPEG", **changes: object) -> Placement:
    return replace(RECTANGLE, max_bytes=limit, format=format, **changes)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_the_quality_is_the_highest_that_fits(format: FileFormat) -> None:
    limit = 60_000
    found = encode(NOISE, limited(limit, format))
    assert found.quality is not None
    assert len(found.data) <= limit
    assert opened(found.data).format == found.format == format
    if format == "JPEG":
        assert found.data == jpeg(NOISE, found.quality)
        assert len(jpeg(NOISE, found.quality + 1)) > limit


def test_what_fits_anyway_gets_the_best_quality() -> None:
    for limit in (None, 10**6):
        assert encode(NOISE, limited(limit)).quality == BEST_QUALITY


def test_a_png_that_fits_loses_nothing() -> None:
    picture = stand_in("16:9", "left")
    found = encode(picture, limited(150_000, "PNG"))
    assert (found.format, found.quality, found.colors) == ("PNG", None, None)
    assert np.array_equal(np.asarray(opened(found.data)), np.asarray(picture))


def test_flat_colours_that_do_not_fit_as_png_become_a_palette() -> None:
    stripes = np.random.default_rng(0).integers(0, 12, (250, 300)) * 20
    picture = Image.fromarray(np.stack([stripes, 255 - stripes, stripes // 2], axis=-1).astype(np.uint8))
    lossless = len(encode(picture, limited(None, "PNG")).data)
    found = encode(picture, limited(lossless - 1, "PNG"))
    assert (found.format, found.suffix) == ("PNG", ".png")
    assert found.colors is not None
    assert np.abs(np.asarray(opened(found.data).convert("RGB"), int) - np.asarray(picture, int)).max() <= 2


def test_a_photograph_that_does_not_fit_as_png_becomes_a_jpeg_where_that_is_closer() -> None:
    photograph = noise((30, 25)).resize((300, 250), Image.Resampling.BICUBIC)
    found = encode(photograph, limited(40_000, "PNG"))
    assert (found.format, found.suffix) == ("JPEG", ".jpg")
    assert encode(photograph, limited(40_000, "PNG", formats=("PNG",))).format == "PNG"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_what_cannot_fit_is_one_clear_line(format: FileFormat) -> None:
    with pytest.raises(UserError, match=r"rectangle: found .*300×250.* does not fit 900 bytes") as caught:
        encode(NOISE, limited(900, format))
    assert "\n" not in str(caught.value)


def test_the_same_picture_gives_the_same_bytes() -> None:
    for place in (limited(60_000), limited(70_000, "PNG"), placement("custom 300x250")):
        assert encode(NOISE, place).data == encode(NOISE.copy(), place).data


def test_bisection_asks_for_the_best_first_and_finds_the_border() -> None:
    asked = []

    def make(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    assert largest_fitting(make, 1, 100, 100) == (100, bytes(100))
    assert asked == [100]
    assert largest_fitting(make, 1, 100, 37) == (37, bytes(37))
    assert largest_fitting(make, 50, 100, 37) is None
