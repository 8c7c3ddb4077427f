"""Edits keep what they should, change what they should, and do not depend on their batch."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from adfusion.errors import UserError
from adfusion.generation import (
    NativeGenerator,
    Picture,
    Progress,
    Toward,
    load_picture,
    save_picture,
)
from adfusion.generation.drawing import Drawing
from adfusion.models import Model

SMOOTH = Image.radial_gradient("L").resize((256, 256))
PHOTO = Image.merge("RGB", (SMOOTH, SMOOTH.rotate(90), Image.linear_gradient("L")))
LARGE = PHOTO.resize((600, 420)).effect_spread(5)
"""Of no size of the model."""


def pixels(picture: Picture | Image.Image) -> np.ndarray:
    return np.asarray(picture.image if isinstance(picture, Picture) else picture).astype(int)


def hole(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse((size[0] * 0.3, size[1] * 0.2, size[0] * 0.6, size[1] * 0.7), fill="white")
    return mask


def autoencoded(model: Model, image: Image.Image) -> np.ndarray:
    small = np.asarray(image.resize((64, 64), Image.Resampling.LANCZOS))
    x = torch.tensor(small).permute(2, 0, 1)[None] / 127.5 - 1
    back = model.upsample(model.decode(model.encode(x)))
    return ((back[0].permute(1, 2, 0) + 1) * 127.5).numpy()


# image to image


def test_full_strength_is_text_to_image_bit_for_bit(generator: NativeGenerator) -> None:
    edited = generator.edit.image(PHOTO, "a red mug", strength=1, seed=3).last()
    drawn = generator.generate("a red mug", seed=3).last()
    assert edited.image.tobytes() == drawn.image.tobytes()


def test_almost_no_strength_is_the_picture_as_the_autoencoder_sees_it(generator: NativeGenerator) -> None:
    edited = generator.edit.image(PHOTO, "a red mug", strength=1e-3).last()
    assert np.abs(pixels(edited) - autoencoded(generator.model, PHOTO)).max() < 3


def test_more_strength_moves_further_from_the_picture(generator: NativeGenerator) -> None:
    distances = [
        np.abs(
            pixels(generator.edit.image(PHOTO, "a red mug", strength=s, steps=8).last())
            - autoencoded(generator.model, PHOTO)
        ).mean()
        for s in (0.05, 0.3, 0.7)
    ]
    assert distances == sorted(distances)


def test_strength_decides_how_many_steps_are_taken(generator: NativeGenerator) -> None:
    run = generator.edit.image(PHOTO, "a red mug", strength=0.5, steps=8)
    progress = [event for event in run if isinstance(event, Progress)]
    assert [(event.index, event.total) for event in progress] == [(index, 4) for index in range(1, 5)]


def test_a_picture_of_another_shape_is_cut_to_the_nearest_size(generator: NativeGenerator) -> None:
    edited = generator.edit.image(LARGE.resize((300, 500)), "a red mug").last()
    assert edited.image.size == edited.request.size == (192, 320)


# inpainting


@pytest.mark.parametrize(
    "picture", [PHOTO, LARGE, LARGE.resize((900, 120))], ids=["native", "large", "banner"]
)
@pytest.mark.parametrize("sampler", ["dpmpp_2m", "ddpm"])
def test_unmasked_pixels_are_the_inputs_and_masked_ones_are_redrawn(
    generator: NativeGenerator, picture: Image.Image, sampler: str
) -> None:
    mask = hole(picture.size)
    edited = generator.edit.inpaint(picture, mask, "a red mug", sampler=sampler).last()
    assert edited.image.size == picture.size
    difference = np.abs(pixels(edited) - pixels(picture)).max(axis=2)
    inside = np.asarray(mask) > 0
    assert difference[~inside].max() == 0
    assert difference[inside].mean() > 5


def test_what_is_drawn_meets_what_stays_without_a_step(generator: NativeGenerator) -> None:
    mask = hole(PHOTO.size)
    edited = pixels(generator.edit.inpaint(PHOTO, mask, "a red mug").last())
    inside = np.asarray(mask) > 0
    crossing = inside[:, 1:] != inside[:, :-1]
    jumps = np.abs(np.diff(edited, axis=1)).max(axis=2)[crossing]
    assert jumps.mean() < 25


def test_the_network_sees_the_known_part_at_every_step(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[float, torch.Tensor]] = []
    original = Model.denoiser

    def spying(model: Model, prompts: list[str]):
        denoise = original(model, prompts)

        def call(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            seen.append((t[0].item(), x_t))
            return denoise(x_t, t)

        return call

    monkeypatch.setattr(Model, "denoiser", spying)
    request = generator.edit.inpaint(PHOTO, hole(PHOTO.size), "a red mug", steps=6, guidance_scale=1, seed=2)
    request.last()
    x = torch.tensor(np.asarray(PHOTO.resize((64, 64), Image.Resampling.LANCZOS))).permute(2, 0, 1)[None]
    known, noise = generator.model.encode(x / 127.5 - 1), seen[0][1]
    for t, x_t in seen:
        corner = (..., slice(6, 8), slice(6, 8))
        assert torch.allclose(x_t[corner], (1 - t) * known[corner] + t * noise[corner], atol=1e-4)


# outpainting


@pytest.mark.parametrize(
    ("size", "place"), [((256, 455), "center"), ((700, 256), "left"), ((256, 300), "bottom")]
)
def test_outpainting_keeps_the_picture_where_it_was_placed(
    generator: NativeGenerator, size: tuple[int, int], place: str
) -> None:
    edited = generator.edit.outpaint(PHOTO, size, "an empty stage", place=place).last()
    assert edited.image.size == edited.request.size == size
    room = size[0] - 256, size[1] - 256
    corner = {"center": (room[0] // 2, room[1] // 2), "left": (0, 0), "bottom": (0, room[1])}[place]
    if place == "center":
        corner = round(room[0] / 2), round(room[1] / 2)
    kept = edited.image.crop((*corner, corner[0] + 256, corner[1] + 256))
    assert kept.tobytes() == PHOTO.tobytes()


def test_progress_counts_every_window(generator: NativeGenerator) -> None:
    run = generator.edit.outpaint(PHOTO, (1000, 256), "an empty stage", strength=1, steps=2)
    totals = {(event.total) for event in run if isinstance(event, Progress)}
    assert len(totals) == 1 and totals.pop() >= 6
    assert run.last().image.size == (1000, 256)


# change of words with inversion


@pytest.mark.parametrize("picture", [PHOTO, LARGE], ids=["native", "large"])
@pytest.mark.parametrize("guidance_scale", [1.0, 7.0])
def test_inverting_and_drawing_with_the_same_words_returns_the_picture(
    generator: NativeGenerator, picture: Image.Image, guidance_scale: float
) -> None:
    same = generator.edit.recolor(
        picture, "a red mug", "a red mug", guidance_scale=guidance_scale, strength=1
    )
    assert np.abs(pixels(same.last()) - pixels(picture)).max() <= 1


def test_with_a_mask_the_same_words_return_the_picture_too(generator: NativeGenerator) -> None:
    same = generator.edit.recolor(LARGE, "a red mug", "a red mug", mask=hole(LARGE.size), guidance_scale=5)
    assert np.abs(pixels(same.last()) - pixels(LARGE)).max() <= 1


def test_other_words_change_it(generator: NativeGenerator) -> None:
    changed = generator.edit.recolor(PHOTO, "a red mug", "a blue vase on steps", guidance_scale=4).last()
    assert np.abs(pixels(changed) - pixels(PHOTO)).max() > 8


def test_a_mask_confines_the_change_of_words(generator: NativeGenerator) -> None:
    mask = hole(LARGE.size)
    changed = generator.edit.recolor(LARGE, "a red mug", "a blue vase", mask=mask, guidance_scale=6).last()
    difference = np.abs(pixels(changed) - pixels(LARGE)).max(axis=2)
    assert difference[np.asarray(mask) == 0].max() == 0 < difference.max()


# variations and blends


def test_variations_stay_near_and_strong_ones_less(generator: NativeGenerator) -> None:
    own = generator.generate("a teal bottle", seed=5).last()

    def distance(amount: str) -> float:
        others = generator.edit.vary(own, amount).pictures()
        assert len({each.image.tobytes() for each in others}) == 4
        return float(np.mean([np.abs(pixels(each) - pixels(own)).mean() for each in others]))

    assert 0 < distance("subtle") < distance("strong")


def test_all_the_way_is_the_other_seed(generator: NativeGenerator) -> None:
    own = generator.generate("a teal bottle", seed=5).last()
    other = generator.generate("a teal bottle", seed=9).last()
    varied = generator.edit.vary(own, 1.0, n=1, seed=9).last()
    assert varied.image.tobytes() == other.image.tobytes()


def test_a_variation_can_be_varied_from_its_file(generator: NativeGenerator, tmp_path) -> None:
    first = generator.edit.vary(generator.generate("a teal bottle", size=(192, 320)).last(), n=2).last()
    save_picture(first, tmp_path / "a.png")
    again = generator.edit.vary(load_picture(tmp_path / "a.png"), n=1, seed=77).last()
    assert again.request.toward == (*first.request.toward, Toward(0.15, seed=77))
    assert again.image.tobytes() != first.image.tobytes()


def test_the_ends_of_a_blend_are_its_pictures(generator: NativeGenerator) -> None:
    one = generator.generate("a teal bottle", seed=1).last()
    other = generator.generate("a black sneaker on steps", seed=2).last()
    start, middle, end = generator.edit.blend(one, other, (0, 0.5, 1)).pictures()
    assert np.abs(pixels(start) - pixels(one)).max() <= 1
    assert np.abs(pixels(end) - pixels(other)).max() <= 1
    assert min(np.abs(pixels(middle) - pixels(each)).max() for each in (one, other)) > 5


def test_pictures_of_another_model_or_with_lost_inputs_are_refused(
    generator: NativeGenerator, tmp_path
) -> None:
    own = generator.generate("a teal bottle").last()
    with pytest.raises(UserError, match="found one drawn by tiny 000000000000"):
        generator.edit.vary(dataclasses.replace(own, model_hash="0" * 64))
    save_picture(generator.edit.image(PHOTO, "a mug").last(), tmp_path / "a.png")
    with pytest.raises(UserError, match="input picture: found only its SHA-256"):
        generator.edit.vary(load_picture(tmp_path / "a.png"))


# tiles


@pytest.mark.parametrize("axis", [2, 3])
def test_opposite_edges_of_a_decoded_tile_meet(generator: NativeGenerator, axis: int) -> None:
    latents = torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    image = Drawing(generator.model, generator.edit.tile("confetti").requests, ()).decode(latents)
    steps = torch.cat([image, image.narrow(axis, 0, 1)], axis).diff(dim=axis).abs()
    assert steps.narrow(axis, -1, 1).mean() < 1.5 * steps.mean()


def test_a_moved_tile_is_decoded_to_the_moved_picture(generator: NativeGenerator) -> None:
    drawing = Drawing(generator.model, generator.edit.tile("confetti").requests, ())
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    moved, back = drawing.decode(latents.roll((3, 5), (2, 3))), drawing.decode(latents)
    assert torch.allclose(moved, back.roll((3 * 32, 5 * 32), (2, 3)), atol=1e-3)


# films


def test_a_film_leads_from_seed_to_seed(generator: NativeGenerator) -> None:
    frames = generator.edit.film("a red mug", [4, 5, 6], frames=3).pictures()
    assert len(frames) == 7
    for index, seed in ((0, 4), (3, 5), (6, 6)):
        still = generator.generate("a red mug", seed=seed).last()
        assert np.abs(pixels(frames[index]) - pixels(still)).max() <= 1
    to_neighbour, to_end = (np.abs(pixels(frames[k]) - pixels(frames[0])).mean() for k in (1, 3))
    assert to_neighbour < to_end


# all of them


def test_edits_do_not_depend_on_their_batch(generator: NativeGenerator) -> None:
    edit, own = generator.edit, generator.generate("a teal bottle").last()
    runs = [
        edit.image(PHOTO, "a mug", n=2),
        edit.image(LARGE, "a mug", size=(256, 256)),
        edit.inpaint(LARGE, hole(LARGE.size), "a mug", n=2, sampler="ddpm"),
        edit.outpaint(PHOTO, (700, 256), "a stage", n=2, sampler="dpmpp_2m_sde"),
        edit.recolor(PHOTO, "a mug", "a vase"),
        edit.recolor(PHOTO.rotate(90), "a cup", "a lamp"),
        edit.vary(own, n=2),
        edit.blend(own, generator.generate("a lamp", seed=3).last(), (0.3, 0.6)),
        edit.tile("confetti", n=2),
    ]
    requests = [request for run in runs for request in run.requests]
    together = generator.generate(requests).pictures()
    single = NativeGenerator(generator.model, batch_size=1)
    for picture, request in zip(together, requests, strict=True):
        alone = single.generate(request).last()
        assert np.abs(pixels(alone) - pixels(picture)).max() <= 1, request


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"strength": 0.0}, "strength: found 0.0, allowed: above 0, to 1"),
        ({"strength": float("nan")}, "strength: found nan"),
        ({"initial": None}, "strength: found no initial picture, allowed: one to edit"),
        ({"initial": None, "strength": 1.0, "initial_prompt": "x"}, "initial_prompt: found no initial"),
        ({"initial_prompt": " "}, "initial_prompt: found an empty text"),
        ({"initial_prompt": "x", "sampler": "heun"}, "sampler: found 'heun', allowed: ddim or euler"),
        ({"initial_prompt": "x", "negative_prompt": "y"}, "negative_prompt: found one beside initial_prompt"),
        ({"initial_prompt": "x", "toward": (Toward(0.1, seed=1),)}, "toward: found one beside"),
        ({"initial_prompt": "x", "tile": True}, "tile: found"),
        ({"initial_prompt": "x", "width": 250}, "initial picture: found 256x256 to make 250x256 of"),
        ({"toward": (Toward(1.5, seed=1),)}, "amount: found 1.5, allowed: 0 to 1"),
        ({"toward": (Toward(0.5, seed=-1),)}, "seed: found -1"),
        ({"toward": (Toward(0.5, prompt=""),)}, "prompt: found an empty text"),
        ({"width": 250}, "size: found 250x256, allowed: 256x256"),
    ],
)
def test_a_bad_edit_is_refused_in_one_line(
    generator: NativeGenerator, change: dict[str, object], said: str
) -> None:
    good = generator.edit.image(PHOTO, "a mug", strength=0.5, sampler="ddim").requests[0]
    with pytest.raises(UserError) as caught:
        generator.generate(dataclasses.replace(good, **change))
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_masks_that_fit_nothing_or_hide_everything_are_refused(generator: NativeGenerator) -> None:
    with pytest.raises(UserError, match="mask: found 10x10, allowed: 256x256, the size of the picture"):
        generator.edit.inpaint(PHOTO, Image.new("L", (10, 10), 255), "a mug")
    with pytest.raises(UserError, match="mask: found no white pixel"):
        generator.edit.inpaint(PHOTO, Image.new("L", (256, 256)), "a mug")


def test_a_generator_refuses_the_edits_that_it_cannot_do(generator: NativeGenerator) -> None:
    from adfusion.generation.request import check

    request = generator.edit.tile("confetti").requests[0]
    with pytest.raises(UserError, match="tile: found an edit, allowed: none"):
        check(request, generator.sizes, [request.sampler], ["initial", "strength"])
