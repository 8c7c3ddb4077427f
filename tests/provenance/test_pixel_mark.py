"""Recall and false alarms in numbers are the benchmark's job: benchmarks/watermark.py."""

import io
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from skimage.color import deltaE_ciede2000, rgb2lab

from adfusion.provenance import cells, pixel_mark, strength
from adfusion.provenance.pixel_mark import detect, embed

KEY, OTHER = b"k" * 32, b"o" * 32
PAYLOAD = 0xDEADBEEF12345678


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def resized(picture: Image.Image, scale: float) -> Image.Image:
    size = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(size, Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, share: float) -> Image.Image:
    left, top = (round(side * (1 - share) * 0.7) for side in picture.size)
    return picture.crop((left, top, left + round(picture.width * share), top + round(picture.height * share)))


@cache
def ad(kind: str) -> Image.Image:
    """A flat, a text-only and a colourful creative of the size of a feed post."""
    if kind == "flat":
        return Image.new("RGB", (800, 800), "#1e786e")
    picture = Image.new("RGB", (800, 800), "white")
    if kind == "photo":
        blotches = np.random.default_rng(1).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        picture = Image.fromarray(blotches).resize((800, 800), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    draw.text((80, 200), "Slow coffee\nfor fast days", "black", font_size=100)
    draw.rounded_rectangle((80, 560, 400, 660), 30, "#f59e0b")
    return picture


@cache
def marked(kind: str) -> Image.Image:
    return embed(ad(kind), PAYLOAD, KEY)


KINDS = ("flat", "text", "photo")


@pytest.mark.parametrize("kind", KINDS)
def test_the_payload_is_read_back(kind: str) -> None:
    found = detect(marked(kind), KEY)
    assert found.present and found.payload == PAYLOAD
    assert found.false_alarm < 1e-6


def seen(before: Image.Image, after: Image.Image) -> npt.NDArray[np.floating]:
    """CIEDE2000 of every ninth pixel."""
    first, second = (rgb2lab(np.asarray(each)[::3, ::3]) for each in (before, after))
    return np.asarray(deltaE_ciede2000(first, second))


@pytest.mark.parametrize("kind", KINDS)
def test_the_mark_is_imperceptible(kind: str) -> None:
    assert seen(ad(kind), marked(kind)).mean() < 1
    change = np.asarray(marked(kind), float) - np.asarray(ad(kind), float)
    assert np.abs(change @ [0.299, 0.587, 0.114]).max() < 2  # all but rounding and clipping is colour


@pytest.mark.parametrize("color", ("#f4e4d6", "#e6eef5", "#f6ecb8", "white", "#808080"))
def test_a_large_flat_ground_differs_by_less_than_a_noticeable_difference(color: str) -> None:
    flat = Image.new("RGB", (1080, 1080), color)
    visible = seen(flat, embed(flat, PAYLOAD, KEY))
    assert visible.mean() < 0.9 and np.percentile(visible, 95) < 2.2


@pytest.mark.parametrize("size", ((560, 560), (1200, 628), (1080, 1080)))
@pytest.mark.parametrize("color", ("#f4e4d6", "#1e786e"))
def test_a_flat_ground_of_any_size_carries_just_enough(size: tuple[int, int], color: str) -> None:
    flat = embed(Image.new("RGB", size, color), PAYLOAD, KEY)
    found = detect(jpeg(resized(flat, 0.6), 70), KEY)
    assert found.payload == PAYLOAD and found.score > 12


def test_a_color_that_hides_the_mark_carries_more() -> None:
    pastel, saturated = (np.full((9, 9, 3), color, np.float32) for color in ((244, 228, 214), (232, 192, 32)))
    assert strength.strength(saturated).mean() == 2 * strength.strength(pastel).mean()


def test_marks_of_any_strength_are_read() -> None:
    """Files marked before the strength was made to depend on size and colour."""
    pattern = np.asarray(marked("photo"), float) - np.asarray(ad("photo"), float)
    twice = np.clip(np.asarray(ad("photo")) + 2 * pattern, 0, 255).astype(np.uint8)
    assert detect(Image.fromarray(twice), KEY).payload == PAYLOAD


@pytest.mark.parametrize("kind", KINDS)
def test_a_downsized_recompressed_crop_still_has_it(kind: str) -> None:
    damaged = jpeg(resized(cropped(marked(kind), 0.85), 0.6), 70)
    assert detect(damaged, KEY).payload == PAYLOAD


@pytest.mark.parametrize("scale", (0.5, 0.77, 1.3, 2.0))
def test_scale_is_found_without_being_told(scale: float) -> None:
    assert detect(resized(marked("photo"), scale), KEY).payload == PAYLOAD


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_key_finds_nothing(kind: str) -> None:
    found = detect(marked(kind), OTHER)
    assert not found.present and found.payload is None and found.short is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_unmarked_picture_has_no_mark(kind: str) -> None:
    found = detect(ad(kind), KEY, known=[PAYLOAD, 1, 2])
    assert not found.present and found.payload is None and found.short is None


def test_the_same_call_gives_the_same_pixels() -> None:
    assert embed(ad("photo"), PAYLOAD, KEY).tobytes() == marked("photo").tobytes()


BANNERS = ((300, 250), (728, 90), (160, 600), (300, 600))
SHORT = PAYLOAD & 0xFFFF


def banner(size: tuple[int, int]) -> Image.Image:
    """A picture, words beside or below it, and a button."""
    width, height = size
    picture = Image.new("RGB", size, "#f3ede2")
    beside = (width // 3, height) if width > 2 * height else (width, height // 2)
    picture.paste(Image.linear_gradient("L").resize(beside).convert("RGB"), (width - beside[0], 0))
    draw, em = ImageDraw.Draw(picture), min(size) // 6
    draw.ellipse((width - 4 * em, em // 2, width - 2 * em, 2.5 * em), "#b4472b")
    draw.text((em, height - 4 * em), "Slow coffee", "black", font_size=em)
    draw.rounded_rectangle((em, height - 2.5 * em, 4 * em, height - em), em // 2, "#f59e0b")
    return picture


@pytest.mark.parametrize("size", BANNERS)
@pytest.mark.parametrize("damage", ("resize, JPEG", "crop, JPEG", "crop, resize"))
def test_a_banner_says_sixteen_bits_through_pairs_of_damages(size: tuple[int, int], damage: str) -> None:
    picture = embed(banner(size), PAYLOAD, KEY)
    if "crop" in damage:
        picture = cropped(picture, 0.85)
    if "resize" in damage:
        picture = resized(picture, 0.6)
    found = detect(jpeg(picture, 70) if "JPEG" in damage else picture, KEY)
    assert found.present and (found.payload, found.short) == (None, SHORT)
    assert found.names(PAYLOAD) and found.names(SHORT) and not found.names(PAYLOAD + 1)


@pytest.mark.parametrize("size", BANNERS)
def test_a_banner_with_a_product_spared_says_them_after_resizing_and_jpeg(size: tuple[int, int]) -> None:
    spare = np.zeros(size[::-1], bool)
    spare[: int(0.55 * size[1]), int(0.45 * size[0]) :] = True  # 30 %
    marked = embed(banner(size), PAYLOAD, KEY, spare)
    assert detect(jpeg(resized(marked, 0.6), 60), KEY).short == SHORT


def test_edges_do_not_hide_the_mark_for_luma_tells_them() -> None:
    """Words everywhere, in a colour that has much blue on a ground that has little."""
    page = Image.new("RGB", (300, 250), "#f5d76e")
    for row in range(0, 250, 16):
        ImageDraw.Draw(page).text((4, row), "Slow coffee for fast days, " * 2, "#1f2a80", font_size=14)
    assert detect(jpeg(embed(page, PAYLOAD, KEY), 70), KEY).short == SHORT


def test_the_payload_of_a_banner_is_told_by_those_that_are_known() -> None:
    marked = embed(banner((300, 250)), PAYLOAD, KEY)
    assert detect(marked, KEY, known=[1, PAYLOAD]).payload == PAYLOAD
    assert detect(marked, KEY, known=[1, 2]).payload is None
    twins = detect(marked, KEY, known=[SHORT, PAYLOAD])  # equal in the bits that a banner carries
    assert (twins.payload, twins.short) == (None, SHORT)


def test_a_known_payload_is_recognised_where_it_cannot_be_read() -> None:
    damaged = jpeg(embed(banner((160, 90)), PAYLOAD, KEY), 40)
    assert detect(damaged, KEY).short is None
    assert detect(damaged, KEY, known=[1, 2, PAYLOAD]).payload == PAYLOAD
    assert detect(damaged, KEY, known=[1, 2, 3]).short is None


def test_a_picture_of_which_most_is_spared_carries_sixteen_bits() -> None:
    spare = np.zeros((800, 800), bool)
    spare[:, 300:] = True
    found = detect(embed(ad("text"), PAYLOAD, KEY, spare), KEY)
    assert (found.payload, found.short) == (None, SHORT)


def test_more_is_drawn_where_the_picture_is_busy() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 200, 3)).astype(np.float32)
    noise[:, :100] = 128
    assert strength.busy(noise)[:, :90].max() == 0
    assert strength.busy(noise)[:, 110:].min() > 0.9


def test_greyscale_loses_the_mark_as_documented() -> None:
    assert not detect(marked("photo").convert("L").convert("RGB"), KEY).present


@pytest.mark.parametrize("size", ((1, 1), (3, 900), (40, 40)))
def test_pictures_too_small_for_a_mark_are_read_without_error(size: tuple[int, int]) -> None:
    assert not detect(embed(Image.new("RGB", size, "teal"), PAYLOAD, KEY), OTHER).present


def test_a_mark_less_damaged_is_less_likely_chance() -> None:
    marked = embed(banner((300, 250)), PAYLOAD, KEY)
    chances = [detect(jpeg(marked, quality), KEY).false_alarm for quality in (95, 70, 30)]
    assert chances == sorted(chances) and chances[0] < chances[-1]


def test_time_is_bounded_for_huge_pictures() -> None:
    huge = Image.new("RGB", (9000, 9000), "teal")
    assert cells.color_planes(huge, pixel_mark._MOST_PIXELS)[0].size == (2048, 2048)
