"""A mood board is one page: pictures of every theme in one light, colours, type and details."""

import itertools

import numpy as np
import pytest
from PIL import Image

from adfusion.campaigns.moodboard import draw_moodboard, requests
from adfusion.creative import draw
from adfusion.creative.brand import Brand, Palette
from adfusion.creative.document import Box, Creative, Panel, Picture, Text
from adfusion.creative.moodboard import HEIGHT, WIDTH, main_colors, mood_board, slots
from adfusion.errors import UserError
from painter import Painter

THEMES = ("a glossy teal bottle, autumn leaves", "an orange teapot")
BRAND = Brand("Solera", Palette("#0f766e", "#e0c9a3", "#f59e0b"))


@pytest.fixture(scope="module")
def board() -> Creative:
    *_, found = draw_moodboard(THEMES, BRAND, Painter())
    assert isinstance(found, Creative)
    return found


def test_every_theme_is_drawn_in_one_light_before_one_backdrop() -> None:
    prompts = [request.prompt for request in requests(THEMES, BRAND, Painter())]
    assert len(set(prompts)) == len(prompts) == 6
    assert all("soft studio light" in prompt and "beige backdrop" in prompt for prompt in prompts)
    assert {prompt.split(",")[0] for prompt in prompts} == {"a glossy teal bottle", "an orange teapot"}


def test_a_theme_keeps_its_own_light_and_backdrop() -> None:
    prompts = [each.prompt for each in requests(["a can, neon light, pink wall"], BRAND, Painter())]
    assert not any("studio" in prompt or "backdrop" in prompt for prompt in prompts)


def test_the_light_of_the_first_theme_is_that_of_all() -> None:
    prompts = [each.prompt for each in requests(["a can, golden hour light", "a mug"], None, Painter())]
    assert all("golden hour" in prompt for prompt in prompts)


def test_pictures_and_textures_fill_their_places_without_overlap() -> None:
    places = [*slots()[0], *slots()[1]]
    page = Box(0, 0, WIDTH, HEIGHT)
    assert all(page.contains(place) for place in places)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(places, 2))
    assert {place.right for place in places if place.right > WIDTH - 80} == {WIDTH - 64}


def test_the_page_has_pictures_palette_and_type(board: Creative) -> None:
    shown = [layer for layer in board.walk() if isinstance(layer, Picture)]
    assert [layer.id.split("-")[0] for layer in shown] == ["picture"] * 6 + ["texture"] * 2
    colors = {layer.color for layer in board.walk() if isinstance(layer, Panel)}
    assert set(BRAND.palette.roles.values()) <= colors
    words = " ".join(layer.text for layer in board.walk() if isinstance(layer, Text))
    assert "Manrope 800" in words
    assert "#0f766e" in words
    assert draw.pixels(board).shape == (HEIGHT, WIDTH, 3)


def test_no_words_touch_each_other_or_leave_the_page(board: Creative) -> None:
    texts = [layer.box for layer in board.walk() if isinstance(layer, Text)]
    assert all(board.canvas.contains(box) for box in texts)
    lines = [
        Box(line.left, line.baseline - 0.7 * layer.size, line.width, 0.7 * layer.size)
        for layer in board.walk()
        if isinstance(layer, Text)
        for line in layer.lines
    ]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(lines, 2))


def test_pictures_keep_their_proportions(board: Creative) -> None:
    for layer in board.walk():
        if isinstance(layer, Picture):
            assert layer.crop.width / layer.crop.height == pytest.approx(layer.box.width / layer.box.height)


def test_without_a_brand_the_colours_are_those_of_the_pictures() -> None:
    pictures = [Image.new("RGB", (64, 64), color) for color in ("#c02020", "#2040c0") * 3]
    assert set(main_colors(pictures)) == {"#c02020", "#2040c0"}
    assert set(mood_board(THEMES, pictures, None).metadata["palette"]) == {"#c02020", "#2040c0"}


def test_the_same_themes_give_the_same_page(board: Creative) -> None:
    *_, again = draw_moodboard(THEMES, BRAND, Painter())
    assert isinstance(again, Creative)
    assert np.array_equal(draw.pixels(again), draw.pixels(board))


@pytest.mark.parametrize("themes", [(), ("",), ("a can",) * 7])
def test_no_theme_or_too_many_are_one_line(themes: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match=r"theme: found .*; allowed: 1 to 6"):
        requests(themes, None, Painter())
