"""What is drawn shows inside of its mask only, softly, and in the colours around it."""

import numpy as np
import pytest

from adfusion.generation.editing.compositing import composed, matched, opacity


def test_outside_of_the_mask_nothing_shows_and_its_edge_is_soft_inwards() -> None:
    mask = np.zeros((200, 200), np.uint8)
    mask[50:150, 50:150] = 255
    shown = opacity(mask)
    assert (shown[mask == 0] == 0).all()
    assert (shown[mask > 0] > 0).all()
    assert shown[100, 100] == 1
    assert (np.diff(shown[100, 49:60]) >= 0).all() and shown[100, 50] < 0.5


def test_a_thin_stroke_still_shows() -> None:
    mask = np.zeros((400, 400), np.uint8)
    mask[200:203] = 255
    assert opacity(mask).max() == 1


def test_a_mask_of_everything_has_no_edge_and_greys_show_in_part() -> None:
    assert (opacity(np.full((9, 9), 255, np.uint8)) == 1).all()
    assert opacity(np.full((9, 9), 51, np.uint8)) == pytest.approx(0.2)


def test_composition_keeps_every_level_where_nothing_shows() -> None:
    picture = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    drawn = np.full((16, 16, 3), 300.0, np.float32)
    shown = np.zeros((16, 16), np.float32)
    assert (composed(picture, drawn, shown) == picture).all()
    assert (composed(picture, drawn, shown + 1) == 255).all()


def test_a_wrong_colour_of_all_that_is_drawn_is_put_right() -> None:
    picture = np.random.default_rng(0).normal(0, 0.3, (64, 64, 3)).astype(np.float32)
    redraw = np.zeros((64, 64), bool)
    redraw[16:48, 20:60] = True
    new = picture.copy()
    new[redraw] += 0.5 * np.sin(np.arange(3))
    shifted = new + np.array([0.2, -0.1, 0.05], np.float32)
    assert matched(shifted, picture, redraw) == pytest.approx(new, abs=1e-5)


def test_a_wrong_colour_at_one_side_is_put_right_at_that_side() -> None:
    picture, redraw = np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), bool)
    redraw[:, 20:44] = True
    drawn = picture.copy()
    drawn[:, :20] = 0.4
    drawn[redraw] = 1
    done = matched(drawn, picture, redraw)
    assert done[:, 21].mean() == pytest.approx(0.6, abs=0.1)
    assert done[:, 42] == pytest.approx(1, abs=0.01)


def test_where_nothing_is_known_colours_stay() -> None:
    drawn = np.ones((8, 8, 3), np.float32)
    assert matched(drawn, drawn * 0, np.ones((8, 8), bool)) is drawn
