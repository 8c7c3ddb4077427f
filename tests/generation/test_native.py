"""Pictures from a model: they depend on their request alone, and work is done only when it is asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import adfusion
from adfusion.diffusion import SAMPLERS
from adfusion.errors import UserError
from adfusion.generation import InputImage, NativeGenerator, Picture, Progress
from adfusion.generation.picture_file import load_picture, save_picture
from adfusion.models import store
from tiny_model import tiny_model


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image).astype(int)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_picture_is_the_same_alone_and_in_a_batch_of_eight(
    generator: NativeGenerator, sampler: str
) -> None:
    together = generator.generate("a teal bottle", n=8, seed=3, sampler=sampler, size=(192, 320)).pictures()
    alone = generator.generate("a teal bottle", seed=8, sampler=sampler, size=(192, 320)).last()
    assert np.abs(pixels(alone) - pixels(together[5])).max() <= 1


def test_a_picture_does_not_depend_on_its_neighbours_prompts_or_sizes(generator: NativeGenerator) -> None:
    wanted = generator.request("a red mug", seed=5, negative_prompt="snow")
    others = [
        generator.request("one " * 30 + "very long prompt", seed=1),
        generator.request("a red mug", seed=5, size=(256, 320)),
        generator.request("a red mug", seed=5, steps=2),
    ]
    alone = generator.generate(wanted).last()
    among = generator.generate([others[0], wanted, *others[1:]]).pictures()[1]
    assert np.abs(pixels(alone) - pixels(among)).max() <= 1


def test_words_seed_and_negative_prompt_change_the_picture(generator: NativeGenerator) -> None:
    base = pixels(generator.generate("a teal bottle", seed=1).last())
    for other in (
        generator.generate("a black sneaker on steps", seed=1),
        generator.generate("a teal bottle", seed=2),
        generator.generate("a teal bottle", seed=1, negative_prompt="confetti everywhere"),
    ):
        assert np.abs(pixels(other.last()) - base).max() > 10


def test_less_noise_makes_pictures_more_alike(generator: NativeGenerator) -> None:
    def spread(noise_scale: float) -> float:
        run = generator.generate("a teal bottle", n=6, noise_scale=noise_scale)
        return float(np.stack([pixels(picture) for picture in run.pictures()]).std(0).mean())

    assert spread(0.5) < 0.7 * spread(1.0)


def test_pictures_of_one_batch_may_have_their_own_scales_of_noise(generator: NativeGenerator) -> None:
    calm, lively = (
        generator.request("a red mug", seed=5, noise_scale=noise_scale) for noise_scale in (0.5, 1.0)
    )
    together = generator.generate([calm, lively]).pictures()
    for request, picture in zip((calm, lively), together, strict=True):
        assert np.abs(pixels(generator.generate(request).last()) - pixels(picture)).max() <= 1


def test_the_scale_of_the_noise_is_the_models_unless_asked(generator: NativeGenerator) -> None:
    defaults = generator.model.card.defaults.model_copy(update={"noise_scale": 0.6})
    card = generator.model.card.model_copy(update={"defaults": defaults})
    calm = NativeGenerator(replace(generator.model, card=card))
    assert calm.request("a red mug").noise_scale == 0.6
    assert calm.request("a red mug", noise_scale=1.0).noise_scale == 1.0
    picture = InputImage.of(Image.new("RGB", generator.sizes[0]))
    assert calm.request("a red mug", initial=picture, strength=0.5).noise_scale == 1.0
    with pytest.raises(UserError, match=r"noise_scale: found 0\.6 beside an initial picture, allowed: 1"):
        calm.request("a red mug", initial=picture, strength=0.5, noise_scale=0.6)


def test_pictures_come_in_the_order_of_their_requests(generator: NativeGenerator) -> None:
    sizes = [(256, 256), (192, 320), (256, 256), (320, 192)]
    requests = [generator.request("a lamp", seed=seed, size=size) for seed, size in enumerate(sizes)]
    pictures = generator.generate(requests).pictures()
    assert [picture.request for picture in pictures] == requests
    assert [picture.image.size for picture in pictures] == sizes
    assert all(picture.image.mode == "RGB" for picture in pictures)


def test_progress_counts_every_step_of_every_batch(generator: NativeGenerator) -> None:
    run = NativeGenerator(generator.model, batch_size=2).generate("a lamp", n=3, steps=4)
    events = list(run)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.index, event.total) for event in progress] == [(index, 8) for index in range(1, 9)]
    assert [len(event.requests) for event in progress] == [2] * 4 + [1] * 4
    assert [event.seed for event in events if isinstance(event, Picture)] == [0, 1, 2]


def test_equal_requests_are_drawn_once(generator: NativeGenerator) -> None:
    request = generator.request("a lamp")
    run = generator.generate([request, request])
    assert sum(isinstance(event, Picture) for event in run) == 1
    assert len(run.pictures()) == 2


def test_previews_are_decoded_only_when_asked_for(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    decode = type(generator.model).decode
    monkeypatch.setattr(
        type(generator.model), "decode", lambda model, latents: decoded.append(1) or decode(model, latents)
    )
    events = list(generator.generate("a lamp", n=2))
    assert len(decoded) == 1
    first = next(event for event in events if isinstance(event, Progress))
    assert [preview.size for preview in first.previews()] == [(64, 64)] * 2
    assert len(decoded) == 2


def test_the_last_preview_is_the_finished_picture_but_small(generator: NativeGenerator) -> None:
    *_, last, picture = generator.generate("a lamp")
    small = last.previews()[0].resize(picture.image.size)
    assert np.abs(np.asarray(small).astype(int) - pixels(picture)).mean() < 12


def test_without_guidance_the_negative_prompt_is_not_evaluated(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    denoiser = type(generator.model).denoiser
    monkeypatch.setattr(
        type(generator.model),
        "denoiser",
        lambda model, prompts: read.append(list(prompts)) or denoiser(model, prompts),
    )
    generator.generate("a lamp", guidance_scale=1, negative_prompt="snow").last()
    assert read == [["a lamp"]]


def test_iterating_leaves_gradients_on_for_the_caller(generator: NativeGenerator) -> None:
    for _ in generator.generate("a lamp"):
        assert torch.is_grad_enabled()


def test_stopping_to_iterate_stops_the_work_and_last_carries_on(generator: NativeGenerator) -> None:
    run = generator.generate("a lamp", n=2)
    next(iter(run))
    assert run.last().seed == 1


def test_bad_input_is_refused_before_any_work(generator: NativeGenerator) -> None:
    with pytest.raises(UserError, match="size: found 100x100, allowed: 256x256"):
        generator.generate("a lamp", size=(100, 100))
    with pytest.raises(UserError, match="sampler: found 'magic', allowed: "):
        generator.generate("a lamp", sampler="magic")


def test_in_bfloat16_pictures_are_nearly_the_same(tmp_path: Path) -> None:
    store.save(tiny_model(), tmp_path / "tiny")
    exact, rough = (
        pixels(adfusion.load(tmp_path / "tiny", memory=memory).generate("a red mug", seed=5).last())
        for memory in ("auto", "bfloat16")
    )
    assert 0 < np.abs(exact - rough).mean() < 5
    rough_picture = adfusion.load(tmp_path / "tiny", memory="bfloat16").generate("a red mug", seed=5).last()
    save_picture(rough_picture, tmp_path / "mug.png")
    assert load_picture(tmp_path / "mug.png").computed_in == rough_picture.computed_in == "bfloat16"
    with pytest.raises(UserError, match=r"found 'offload', allowed .*: auto, float32, bfloat16"):
        adfusion.load(tmp_path / "tiny", memory="offload")
