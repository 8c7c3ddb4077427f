"""Bad requests are refused with the field, what was found and what is allowed."""

import dataclasses
import math

import pytest

from adfusion.errors import UserError
from adfusion.generation import Request
from adfusion.generation.request import check
from adfusion.generation.size import nearest_size, parse_size
from adfusion.generation.slug import slug

SIZES = ((512, 512), (512, 640), (384, 672), (672, 384))
GOOD = Request("a teal bottle", 512, 640, seed=7, steps=25, guidance_scale=4.0, sampler="ddim")


def test_a_good_request_passes() -> None:
    check(GOOD, SIZES, ["ddim"])


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"prompt": ""}, "prompt", "some words"),
        ({"prompt": " \t\n"}, "prompt", "some words"),
        ({"width": 500}, "size: found 500x640", "512x512, 512x640, 384x672, 672x384"),
        ({"sampler": "magic"}, "sampler: found 'magic'", "ddim"),
        ({"steps": 0}, "steps: found 0", "1 to 1000"),
        ({"steps": 1001}, "steps", "1 to 1000"),
        ({"guidance_scale": -1.0}, "guidance_scale: found -1.0", "0 to 30"),
        ({"guidance_scale": math.nan}, "guidance_scale", "0 to 30"),
        ({"guidance_scale": math.inf}, "guidance_scale", "0 to 30"),
        ({"noise_scale": 0.0}, "noise_scale: found 0.0", "above 0, to 2"),
        ({"noise_scale": math.nan}, "noise_scale", "above 0, to 2"),
        ({"seed": -1}, "seed: found -1", "0 to"),
        ({"seed": 2**63}, "seed", "0 to"),
    ],
)
def test_a_bad_request_is_refused_in_one_line(change: dict[str, object], field: str, allowed: str) -> None:
    with pytest.raises(UserError) as caught:
        check(dataclasses.replace(GOOD, **change), SIZES, ["ddim"])
    message = str(caught.value)
    assert message.startswith(field)
    assert allowed in message.partition("allowed: ")[2]
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512x640", (512, 640)),
        ("512X640", (512, 640)),
        ("4:5", (512, 640)),
        ("1:1", (512, 512)),
        ("16:9", (672, 384)),
        ("1.8:1", (672, 384)),
    ],
)
def test_a_size_is_pixels_or_an_aspect(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text, SIZES) == size


@pytest.mark.parametrize(
    "text", ["", "big", "512", "512x", "0:5", "0.0:5", "1.:1", "3:1", "4:5:6", "-4:5", "9999999x1"]
)
def test_a_size_that_is_neither_is_refused_with_the_allowed_ones(text: str) -> None:
    with pytest.raises(UserError, match="512x512, 512x640"):
        parse_size(text, SIZES)


def test_the_nearest_size_is_nearest_as_a_ratio() -> None:
    assert nearest_size(1080 / 1080, SIZES) == (512, 512)
    assert nearest_size(160 / 600, SIZES) == (384, 672)
    assert nearest_size(728 / 90, SIZES) == (672, 384)


def test_a_slug_is_short_ascii_and_cut_between_words() -> None:
    assert slug("Don't wait: Crème brûlée, 20% off!") == "dont-wait-creme-brulee-20-off"
    assert slug("one two three four", 11) == "one-two"
    assert slug("x" * 99, 11) == "x" * 11
    assert slug("../../etc/passwd") == "etc-passwd"


def test_words_without_latin_letters_get_a_name_of_their_own() -> None:
    assert slug("قهوة") != slug("кофе")
    assert len(slug("кофе")) == 8
