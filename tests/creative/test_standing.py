"""Product photos stand on the stage of the picture, in its light, and are never changed by it."""

import io
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw
from psd_tools import PSDImage
from stand_ins import noise, stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.checks import prove
from adfusion.creative.document import Box, Creative, Picture
from adfusion.creative.draw import pixels, resampled
from adfusion.creative.export.psd import psd
from adfusion.creative.layout import compose
from adfusion.creative.placement import PLACEMENTS
from adfusion.creative.saliency import SPOTS
from adfusion.creative.stage import WIDEST_ON_FLOOR, brighter_side, stage
from adfusion.creative.standing import place
from adfusion.creative.svg import svg
from adfusion.creative.wording import Copy
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import Scene

COPY = Copy("Slow tea. Bright days.", "Shop now")


def podium(x: float = 0.5, top: float = 0.62, bottom: float = 0.8, wide: float = 0.5) -> Image.Image:
    """A white podium seen from above, in shares of the picture, before a blue wall."""
    image = Image.new("RGB", (400, 400), "#5b8db8")
    draw = ImageDraw.Draw(image)
    left, right = 400 * (x - wide / 2), 400 * (x + wide / 2)
    draw.rectangle((left, 400 * (top + bottom) / 2, right, 400), fill="#b9b5ae")
    draw.ellipse((left, 400 * top, right, 400 * bottom), fill="#f4f1ea")
    return image


def cut_out(width: int = 60, height: int = 150) -> Image.Image:
    """A grained product with an anti-aliased outline."""
    image = noise((width, height), seed=9).convert("RGBA")
    mask = Image.new("L", (4 * width, 4 * height))
    ImageDraw.Draw(mask).rounded_rectangle((8, 8, 4 * width - 9, 4 * height - 9), 40, 255)
    image.putalpha(mask.resize((width, height), Image.Resampling.BOX))
    return image


def composed(
    brand: Brand, *products: Image.Image, name: str = "meta-feed-square", picture: Image.Image | None = None
) -> Creative:
    chosen = PLACEMENTS[name]
    picture = picture or stand_in(chosen.aspect, chosen.copy_space)
    return compose(picture, COPY, brand, chosen, copy_space=chosen.copy_space, product=products)


def photos(creative: Creative) -> list[Picture]:
    return [
        layer
        for layer in creative.walk()
        if isinstance(layer, Picture) and layer.id.startswith("product-photo")
    ]


@pytest.mark.parametrize(("x", "side"), [(0.5, "centre"), (0.7, "left"), (0.3, "right")])
def test_the_foot_is_on_the_podiums_top(x: float, side: str) -> None:
    found = stage(podium(x), side)  # type: ignore[arg-type]
    assert 0.68 * 400 < found.foot < 0.79 * 400
    assert found.front == pytest.approx(0.8 * 400, abs=8)
    assert found.x == pytest.approx(x * 400, abs=8)
    assert found.width <= 0.5 * 400


def test_the_foot_is_where_scenes_have_it() -> None:
    """Measured on the mask of the same scene with its product."""
    scenes = [
        Scene(stage=kind, backdrop_color=color, second_color=color, copy_space=side, seed=seed)
        for seed, (kind, color, side) in enumerate(
            [
                ("round podium", "navy", "centre"),
                ("square podium", "green", "left"),
                ("steps", "pink", "right"),
            ]
        )
    ]
    empty = render([replace(scene, product=None) for scene in scenes], size=(160, 160), threads=1)
    full = render(scenes, size=(160, 160), threads=1)
    for index, scene in enumerate(scenes):
        foot = np.flatnonzero((full.mask[index] > 0.5).any(axis=1))[-1] + 1
        found = stage(Image.fromarray(empty.rgb[index]), scene.copy_space)  # type: ignore[arg-type]
        assert found.foot == pytest.approx(foot, abs=0.06 * 160)


def test_without_a_podium_it_stands_on_the_floor_where_scenes_have_their_product() -> None:
    plain = Image.new("RGB", (300, 300), "#e0c9a3")
    assert stage(plain, "left").foot == SPOTS["left"].foot * 300
    arch = plain.copy()
    ImageDraw.Draw(arch).rounded_rectangle((90, 60, 210, 330), 40, outline="#8d9093", width=14)
    assert stage(arch, "centre").foot == SPOTS["centre"].foot * 300


def test_a_wide_product_is_no_wider_than_its_podium() -> None:
    standing = place(podium(), (cut_out(300, 100),), "centre")
    assert standing.whole.width <= 0.5 * 400
    assert standing.whole.bottom == standing.stage.foot


def test_a_product_on_the_floor_leaves_some_of_the_scene_to_be_seen() -> None:
    tall = Image.new("RGB", (300, 533), "#e0c9a3")
    assert place(tall, (cut_out(110, 100),), "top").whole.width == pytest.approx(WIDEST_ON_FLOOR * 300)


def test_products_stand_side_by_side_with_the_same_area_in_the_order_given() -> None:
    boxes = place(podium(), (cut_out(50, 150), cut_out(150, 100), cut_out(80, 80)), "centre").boxes
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(one.right < other.left for one, other in pairwise(boxes))
    assert np.ptp([box.width * box.height for box in boxes]) < 1
    assert np.ptp([box.bottom for box in boxes]) < 0.01


@pytest.mark.parametrize("name", ["meta-story", "google-landscape", "iab-medium-rectangle", "iab-skyscraper"])
@pytest.mark.parametrize("count", [1, 3])
def test_every_product_is_whole_in_the_picture_and_exactly_its_photo(
    brand: Brand, name: str, count: int
) -> None:
    creative = composed(brand, *[cut_out(60 + 40 * index, 150) for index in range(count)], name=name)
    shown = creative.find("picture")
    assert isinstance(shown, Picture)
    proofs = prove(creative)
    assert len(proofs) == count
    for photo, proof in zip(photos(creative), proofs, strict=True):
        assert shown.box.contains(photo.box)
        assert photo.box.bottom < shown.box.bottom
        assert proof.opaque > 0
        assert (proof.altered, proof.photo_sha256) == (0, proof.drawn_sha256)


def test_no_scrim_changes_the_product(brand: Brand) -> None:
    """Noise wants the strongest scrim, over half of the picture and more."""
    creative = composed(brand, cut_out(), picture=noise((300, 300)), name="google-landscape")
    assert [proof.altered for proof in prove(creative)] == [0]


def test_the_shadow_is_darkest_at_the_foot(brand: Brand) -> None:
    creative = composed(brand, cut_out(), picture=Image.new("RGB", (300, 300), "#e0c9a3"))
    (photo,) = photos(creative)
    drawn = pixels(creative).astype(int).sum(axis=-1)
    x, foot = round(photo.box.center[0]), round(photo.box.bottom)
    below = drawn[foot : foot + round(0.1 * photo.box.height), x]
    ground = drawn[foot, round(photo.box.right + 0.6 * photo.box.width)]
    assert below[:3].max() < 0.85 * ground
    assert below[0] <= below[-1]


def test_the_scenes_light_shows_around_the_product_and_not_on_it(brand: Brand) -> None:
    creative = composed(brand, cut_out(), picture=Image.new("RGB", (300, 300), "#2f4a5a"))
    (photo,) = photos(creative)
    change = (pixels(creative) != pixels(creative, hide={"product-edge"})).any(axis=-1)
    assert change.sum() > 100
    room = photo.box.inset(-0.1 * photo.box.width)
    seen = np.zeros_like(change)
    seen[round(room.top) : round(room.bottom), round(room.left) : round(room.right)] = True
    assert not (change & ~seen).any()
    opaque = np.asarray(resampled(photo))[..., 3] == 255
    under = change[round(photo.box.top) :, round(photo.box.left) :][: opaque.shape[0], : opaque.shape[1]]
    assert opaque.mean() > 0.8
    assert not under[opaque].any()


def test_a_calm_floor_reflects_and_a_busy_one_does_not(brand: Brand) -> None:
    calm = composed(brand, cut_out(), picture=Image.new("RGB", (300, 300), "#e0c9a3"))
    busy = composed(brand, cut_out(), picture=noise((300, 300)))
    assert calm.find("product-reflection") is not None
    assert busy.find("product-reflection") is None


def test_light_comes_from_the_brighter_side() -> None:
    ramp = Image.linear_gradient("L").rotate(90).convert("RGB")
    middle = Box(100, 60, 56, 120)
    sides = [
        brighter_side(image, middle) for image in (ramp, ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    ]
    assert sides[0] == pytest.approx(-sides[1], abs=0.05)
    assert abs(sides[0]) > 0.5
    assert brighter_side(Image.new("RGB", (256, 256), "#777777"), middle) == 0


def test_every_form_has_the_shadow_and_the_photos_as_layers(brand: Brand) -> None:
    creative = composed(brand, cut_out(), cut_out(90, 60), name="iab-medium-rectangle")
    wanted = {"product-shadow", "product-edge", "product-photo", "product-photo-2"}
    assert all(f'id="{name}"' in svg(creative) for name in wanted)
    layers = PSDImage.open(io.BytesIO(psd(creative))).descendants()
    assert wanted <= {layer.name for layer in layers}
