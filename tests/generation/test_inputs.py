"""Pictures in requests are known by their content, and their pixels travel outside of JSON."""

import copy
import dataclasses
import json

import pytest
from PIL import Image

from adfusion.errors import UserError
from adfusion.generation import InputImage, Request, Toward

PICTURE = Image.effect_noise((48, 32), 60).convert("RGB")


def request(image: Image.Image) -> Request:
    return Request(
        "a lamp", 48, 32, 1, 2, 3.0, "ddim",
        initial=InputImage.of(image), strength=0.5, toward=(Toward(0.2, seed=4),),
    )  # fmt: skip


def test_equal_pixels_make_equal_requests() -> None:
    assert request(PICTURE) == request(PICTURE.copy())
    assert hash(request(PICTURE)) == hash(request(PICTURE.copy()))
    changed = PICTURE.copy()
    changed.putpixel((3, 3), (1, 2, 3))
    assert request(PICTURE) != request(changed)


def test_the_same_bytes_in_another_shape_or_mode_are_another_input() -> None:
    grey = Image.new("L", (3, 2), 7)
    shas = {
        InputImage.of(image, mode).sha256
        for image, mode in ((grey, "L"), (Image.new("L", (2, 3), 7), "L"), (Image.new("L", (1, 2), 7), "RGB"))
    }
    assert len(shas) == 3


def test_a_request_with_pictures_is_json_without_their_pixels() -> None:
    said = json.loads(json.dumps(dataclasses.asdict(request(PICTURE))))
    assert said["initial"] == {"sha256": InputImage.of(PICTURE).sha256, "width": 48, "height": 32}
    assert said["toward"] == [{"amount": 0.2, "seed": 4, "prompt": None, "noise_mark": ""}]


def test_pixels_stay_with_a_copied_or_changed_request() -> None:
    for other in (copy.deepcopy(request(PICTURE)), dataclasses.replace(request(PICTURE), seed=9)):
        assert other.initial is not None and other.initial.image.tobytes() == PICTURE.tobytes()


def test_changing_the_picture_afterwards_does_not_change_the_input() -> None:
    image = PICTURE.copy()
    given = InputImage.of(image)
    image.paste("red", (0, 0, 48, 32))
    assert given.image.tobytes() == PICTURE.tobytes()


def test_an_input_known_by_name_only_says_so() -> None:
    with pytest.raises(UserError, match="input picture: found only its SHA-256 abab"):
        InputImage("ab" * 32, 48, 32).image  # noqa: B018


def test_transparency_is_paper_in_a_picture_and_kept_in_a_mask() -> None:
    clear = Image.new("RGBA", (2, 2), (255, 255, 255, 0))
    assert InputImage.of(clear).image.getpixel((0, 0)) == (255, 255, 255)
    assert InputImage.of(clear, "L").image.getpixel((0, 0)) == 0
