"""Where a picture is calm, where its subject is, and which part of it is shown."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from stand_ins import noise, scene, stand_in

from adfusion.creative.document import Box
from adfusion.creative.framing import frame, overlap
from adfusion.creative.saliency import saliency


def test_the_product_of_a_scene_is_found() -> None:
    found = []
    for side, seed in product(("left", "right", "top", "centre"), range(11, 17)):
        picture, mask = scene("1:1", side, seed, pixels=256)
        guess, true = saliency(picture, side).subject, saliency(picture, side, mask)
        large = guess.width * guess.height > 4 * true.subject.width * true.subject.height
        found.append(true.covered(guess) > 0.9 and not large)
    assert sum(found) >= 22


def test_a_gradient_has_no_subject_and_its_place_is_taken_from_the_copy_space() -> None:
    ramp = np.tile(np.linspace(0, 255, 90).astype(np.uint8)[:, None, None], (1, 160, 3))
    found = saliency(Image.fromarray(ramp), "left")
    assert found.covered(Box(0, 0, 160, 90)) == 0
    assert found.subject.center[0] == pytest.approx(0.7 * 160)


def test_flat_colour_is_calm_and_noise_is_not() -> None:
    half = noise((200, 100))
    half.paste("#f7f7f5", (0, 0, 100, 100))
    found = saliency(half)
    assert found.busyness(Box(5, 5, 80, 90)) < 0.1
    assert found.busyness(Box(120, 5, 75, 90)) > 0.5


def test_a_mask_and_a_box_of_it_say_the_same() -> None:
    picture = stand_in("1:1", "left")
    mask = np.zeros((256, 256), np.uint8)
    mask[64:128, 32:160] = 255
    for known in (mask, mask > 0, Box(32, 64, 128, 64)):
        found = saliency(picture, "left", known)
        assert found.covered(Box(32, 64, 128, 64)) == pytest.approx(1)
        assert found.covered(Box(160, 128, 96, 128)) == 0
        assert found.subject.center == pytest.approx((96, 96), abs=3)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(60, 1920), st.integers(50, 1920)),
    st.tuples(st.floats(0.1, 0.7), st.floats(0.1, 0.7)),
)
def test_a_view_fills_its_box_from_inside_the_picture(size: tuple[int, int], at: tuple[float, float]) -> None:
    picture = Image.new("RGB", (352, 200), "white")
    gaze = saliency(picture, "left", Box(352 * at[0], 200 * at[1], 70, 40))
    box = Box(10, 20, *size)
    view = frame(gaze, box, box.inset(0.1 * size[0], 0.1 * size[1]))
    assert Box(0, 0, 352, 200).contains(view.crop)
    assert view.crop.width / view.crop.height == pytest.approx(size[0] / size[1])
    place = Box(30, 40, 50, 60)
    assert view.in_picture(view.on_canvas(place)).center == pytest.approx(place.center)


def test_a_subject_at_the_edge_is_moved_into_the_stage_by_going_nearer() -> None:
    gaze = saliency(Image.new("RGB", (400, 400), "white"), "centre", Box(170, 150, 60, 100))
    canvas = Box(0, 0, 1000, 1000)
    stage = Box(520, 100, 440, 800)
    view = frame(gaze, canvas, stage)
    assert overlap(view.on_canvas(gaze.subject), stage) > 0.95
    assert view.crop.width < 400
