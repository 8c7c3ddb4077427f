"""A photo on a plain ground is cut out cleanly, or refused in one line that says why."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from skimage.data import coffee
from stand_ins import EXAMPLE, noise

from adfusion.creative.brief import load_brief
from adfusion.creative.cutout import cut_out, open_cutout
from adfusion.errors import UserError

SIZE = 320
PLACE_IN_COFFEE = 79, 19


def shape(*, scale: float = 1.0, left: float = 0.0) -> Image.Image:
    """The silhouette of a bottle, anti-aliased, "L"."""
    large = Image.new("L", (4 * SIZE, 4 * SIZE))
    draw = ImageDraw.Draw(large)
    for x0, y0, x1, y1 in ((0.4, 0.35, 0.6, 0.8), (0.46, 0.2, 0.54, 0.4)):
        box = [4 * SIZE * (0.5 + scale * (value - 0.5)) for value in (x0, y0, x1, y1)]
        draw.rounded_rectangle((box[0] - 4 * left, box[1], box[2] - 4 * left, box[3]), 40 * scale, 255)
    return large.resize((SIZE, SIZE), Image.Resampling.BOX)


def photo(
    product: str, ground: str, *, shadow: float = 0.35, silhouette: Image.Image | None = None
) -> Image.Image:
    """A product with a highlight on a ground that darkens toward its corners and holds a soft shadow."""
    light = 1 - 0.05 * (np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j] ** 2).sum(axis=0)
    cast = Image.new("L", (SIZE, SIZE))
    ImageDraw.Draw(cast).ellipse((0.34 * SIZE, 0.74 * SIZE, 0.78 * SIZE, 0.84 * SIZE), 255)
    light *= 1 - shadow * np.asarray(cast.filter(ImageFilter.GaussianBlur(9)), float) / 255
    scene = Image.fromarray(
        (np.asarray(Image.new("RGB", (SIZE, SIZE), ground)) * light[..., None]).astype(np.uint8)
    )
    body = Image.new("RGB", (SIZE, SIZE), product)
    ImageDraw.Draw(body).rectangle((0.44 * SIZE, 0.42 * SIZE, 0.47 * SIZE, 0.74 * SIZE), fill="#c9c9cb")
    scene.paste(body, mask=silhouette or shape())
    return scene


def overlap(cut: Image.Image, silhouette: Image.Image) -> float:
    """Intersection over union of a cut-out's opacity and the truth, each cropped to what can be seen."""
    truth = silhouette.crop(silhouette.point(lambda value: 255 * (value > 12)).getbbox())
    alpha = cut.getchannel("A").resize(truth.size)
    both, either = ImageChops.darker(alpha, truth), ImageChops.lighter(alpha, truth)
    return float(np.asarray(both, float).sum() / np.asarray(either, float).sum())


def pixels(image: Image.Image) -> npt.NDArray[np.int_]:
    return np.asarray(image).astype(int)


@pytest.mark.parametrize(
    ("product", "ground"),
    [
        pytest.param("#1d1d20", "#fdfdfd", id="dark on white"),
        pytest.param("#fbfbfa", "#d8d8d9", id="white on light grey"),
        pytest.param("#0f766e", "#f4efe6", id="teal on cream"),
        pytest.param("#7a4b2c", "#9fb8c8", id="brown on blue"),
        pytest.param("#6d6e70", "#f2f2f2", id="grey on white"),
    ],
)
def test_a_product_on_a_plain_ground_is_cut_out_without_its_soft_shadow(product: str, ground: str) -> None:
    cut = cut_out(photo(product, ground))
    assert cut.mode == "RGBA"
    assert overlap(cut, shape()) > 0.96


def test_opaque_pixels_are_exactly_the_photos() -> None:
    grain = np.random.default_rng(3).integers(-3, 4, (SIZE, SIZE, 3))
    taken = (pixels(photo("#0f766e", "#f4efe6")) + grain).clip(0, 255)
    cut = pixels(cut_out(Image.fromarray(taken.astype(np.uint8))))
    opaque = cut[..., 3] == 255
    assert opaque.sum() > 10_000
    left, top, _, _ = shape().getbbox() or (0, 0, 0, 0)
    windows = [
        taken[y : y + cut.shape[0], x : x + cut.shape[1]]
        for y in range(top - 4, top + 5)
        for x in range(left - 4, left + 5)
    ]
    assert any((window[opaque] == cut[opaque][:, :3]).all() for window in windows)


def test_the_edge_is_free_of_the_grounds_colour() -> None:
    """On black, a dark product from a white ground has no light fringe."""
    cut = cut_out(photo("#1d1d20", "#fdfdfd", shadow=0))
    alpha = pixels(cut.getchannel("A"))
    soft = (alpha > 0) & (alpha < 255)
    assert soft.sum() > 100
    assert pixels(cut)[soft][:, :3].max() < 60


def test_transparency_is_kept_as_it_is() -> None:
    own = noise((160, 200)).convert("RGBA")
    own.putalpha(shape(scale=1.4).resize((160, 200)).filter(ImageFilter.GaussianBlur(1)))
    assert cut_out(own).tobytes() == own.crop(own.getchannel("A").getbbox()).tobytes()


def test_the_ground_seen_through_a_handle_goes_too() -> None:
    ring = ImageChops.subtract(shape(scale=1.5), shape(scale=0.8))
    cut = cut_out(photo("#7c2d12", "#d8d8d9", shadow=0, silhouette=ring))
    assert cut.getpixel((cut.width // 2, cut.height // 2))[3] == 0  # type: ignore[index]
    with pytest.raises(ValueError, match="white ground, and inside the product an area just as white"):
        cut_out(photo_on_white(ring))


def photo_on_white(silhouette: Image.Image) -> Image.Image:
    scene = Image.new("RGB", (SIZE, SIZE), "#ffffff")
    scene.paste("#7c2d12", mask=silhouette)
    return scene


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ("a ground that is not plain", lambda: noise((SIZE, SIZE))),
        ("a ground that is not plain", lambda: two_grounds()),
        ("nothing that stands out", lambda: Image.new("RGB", (SIZE, SIZE), "#e0e0e0")),
        ("nothing that stands out", lambda: photo("#1d1d20", "#fdfdfd", silhouette=shape(scale=0.15))),
        ("touches the left", lambda: photo("#1d1d20", "#fdfdfd", silhouette=shape(left=0.42 * SIZE))),
        ("ragged|fragments", lambda: photo("#1d1d20", "#fdfdfd", silhouette=torn())),
        ("only 40×40 pixels", lambda: photo("#1d1d20", "#fdfdfd").resize((40, 40))),
        ("semi-transparent", lambda: glassy()),
        ("without an opaque pixel", lambda: Image.new("RGBA", (80, 80), (9, 9, 9, 120))),
    ],
)  # fmt: skip
def test_a_poor_cut_out_is_one_line_that_says_what_was_found(
    tmp_path: Path, found: str, taken: Callable[[], Image.Image]
) -> None:
    taken().save(tmp_path / "p.png")
    with pytest.raises(
        UserError, match=rf"p\.png: product\.photo: found [^\n]*({found})[^\n]*; allowed: "
    ) as error:
        open_cutout(tmp_path / "p.png", "product.photo")
    assert "\n" not in str(error.value)


def two_grounds() -> Image.Image:
    scene = photo("#1d1d20", "#fdfdfd")
    scene.paste("#3a6ea5", (0, 0, SIZE, SIZE // 3))
    return scene


def torn() -> Image.Image:
    """A disc whose outline a poor cut-out has frayed."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    frayed = np.hypot(x, y) < 0.5 + 0.12 * np.sin(60 * np.arctan2(y, x))
    return Image.fromarray(255 * frayed.astype(np.uint8))


def glassy() -> Image.Image:
    image = Image.new("RGBA", (80, 80))
    image.paste((200, 220, 230, 90), (10, 10, 70, 70))
    image.paste((10, 10, 10, 255), (30, 60, 50, 70))
    return image


def test_the_roasterys_cup_has_exactly_the_pixels_of_the_public_domain_photo() -> None:
    (cup,) = load_brief(EXAMPLE.parent / "roastery" / "brief.yaml").product.cutouts
    left, top = PLACE_IN_COFFEE
    taken = coffee()[top : top + cup.height, left : left + cup.width]
    opaque = pixels(cup)[..., 3] == 255
    assert opaque.mean() > 0.7
    assert (taken[opaque] == pixels(cup)[opaque][:, :3]).all()
