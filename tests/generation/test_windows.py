"""Windows cover what is to be drawn, from the known outwards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.generation.editing.windows import CONTEXT, windows

SIZES = ((512, 512), (448, 576), (384, 704), (704, 384))


def around(width: int, height: int, known: tuple[int, int, int, int]) -> np.ndarray:
    redraw = np.ones((height, width), bool)
    left, top, right, bottom = known
    redraw[top:bottom, left:right] = False
    return redraw


def test_a_picture_of_the_models_aspect_is_one_window_whatever_its_size() -> None:
    for width, height, size in ((512, 512, (512, 512)), (3000, 3100, (512, 512)), (108, 192, (384, 704))):
        assert windows(np.ones((height, width), bool), SIZES) == ((0, 0, width, height, size),)


def test_a_small_mask_in_a_long_picture_is_in_the_middle_of_one_window() -> None:
    redraw = np.zeros((90, 728), bool)
    redraw[20:60, 300:340] = True
    (window,) = windows(redraw, SIZES)
    assert (window.top, window.bottom, window.size) == (0, 90, (704, 384))
    assert window.left + window.right == pytest.approx(640, abs=2)
    assert (window.right - window.left) / 90 == pytest.approx(704 / 384, rel=0.01)


def test_a_leaderboard_grows_outwards_from_the_square_and_always_sees_enough_of_what_is_there() -> None:
    redraw = around(728, 90, (319, 0, 409, 90))
    left = redraw.copy()
    for window in windows(redraw, SIZES):
        assert 1 - left[window.part].mean() >= CONTEXT - 0.01
        left[window.part] = False
    assert not left.any()


def test_with_nothing_known_the_first_window_is_in_the_middle() -> None:
    first, *_ = windows(np.ones((100, 400), bool), SIZES)
    assert first.left + first.right == pytest.approx(400, abs=2)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(16, 300),
    height=st.integers(16, 300),
    corners=st.lists(st.integers(0, 300), min_size=4, max_size=4),
)
def test_windows_cover_every_mask_within_the_picture_and_end(
    width: int, height: int, corners: list[int]
) -> None:
    redraw = np.zeros((height, width), bool)
    (left, right), (top, bottom) = sorted(corners[:2]), sorted(corners[2:])
    redraw[top : bottom + 1, left : right + 1] = True
    redraw[0, 0] = True
    for window in windows(redraw, SIZES):
        assert 0 <= window.left < window.right <= width
        assert 0 <= window.top < window.bottom <= height
        assert redraw[window.part].any(), "no window is drawn for nothing"
        redraw[window.part] = False
    assert not redraw.any()
