"""Contrast: what WCAG asks of which text, and that it is measured on the pixels behind the glyphs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.creative.coloring import text_layer
from adfusion.creative.colors import blend, contrast, rgb
from adfusion.creative.document import Box, Creative, Panel, Text
from adfusion.creative.fonts import installed_font
from adfusion.creative.legibility import SLACK, Ground, choose_ink, contrasts, required
from adfusion.creative.paragraph import setting

BOLD, REGULAR = installed_font("manrope", "display"), installed_font("roboto", "text")


def text(size: float, color: str = "#000000", words: str = "Slow tea", bold: bool = True) -> Text:
    found = setting(words, BOLD if bold else REGULAR, size, 2000)
    assert found is not None
    return text_layer("text", found, Box(20, 20, 900, 100), "left", 20, color)


@pytest.mark.parametrize(
    ("size", "bold", "min_text", "ratio"),
    [
        (18.7, True, 11, 3.0),
        (18.6, True, 11, 4.5),
        (24, False, 11, 3.0),
        (23.9, False, 11, 4.5),
        (52, True, 30, 3.0),  # 19 CSS pixels of a feed picture that a phone shows 390 points wide
        (50, True, 30, 4.5),
    ],
)
def test_large_text_needs_less_contrast(size: float, bold: bool, min_text: float, ratio: float) -> None:
    assert required(text(size, bold=bold), min_text) == ratio


def test_contrast_is_the_least_behind_the_glyphs_and_nowhere_else() -> None:
    words = text(40)
    middle = words.box.center[0]
    light = Panel("light", Box(0, 0, 800, 100), "#ffffff")
    grey = Panel("grey", Box(middle, 0, 400, 100), "#777777")
    elsewhere = Panel("elsewhere", Box(0, 90, 800, 10), "#000000")
    creative = Creative(800, 100, (light, grey, elsewhere, words), "test", "test")
    assert contrasts(creative)["text"] == pytest.approx(float(contrast(rgb("#777777"), (0, 0, 0))), abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=40),
    st.sampled_from([3.0, 4.5]),
    st.sampled_from(["#14312c", "#ffffff", "#d32229", "#8d9093"]),
)
def test_on_any_ground_there_is_an_ink_and_a_scrim_that_hold(
    ground: list[tuple[int, int, int]], minimum: float, first: str
) -> None:
    pixels = np.array(ground, np.uint8)
    ink = choose_ink([Ground(pixels, minimum)], [first])
    faded = blend(pixels, rgb(ink.scrim), ink.strength)
    assert float(contrast(faded, rgb(ink.color)).min()) >= minimum + SLACK - 1e-9


def test_a_calm_ground_needs_no_scrim() -> None:
    ground = Ground(np.full((50, 3), 250, np.uint8), 4.5)
    assert choose_ink([ground], ["#14312c"]).strength == 0
