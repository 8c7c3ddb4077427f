"""Pretrained models, with tiny real pipelines of random weights in their place."""

import gc
import shutil
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from adfusion.errors import UserError
from adfusion.generation import InputImage, LoraUse, Picture, Progress, Request, load_picture, save_picture
from adfusion.generation.backends import license_of, open_generator
from adfusion.generation.diffusers import DiffusersGenerator
from adfusion.generation.diffusers.weights import at
from single_file import save_single_file, save_z_image_file
from tiny_pipelines import CONTROLNETS, TINY, save_controlnet, save_lora, save_tiny

Tiny = Callable[[str], Path]
Drawer = Callable[[str], DiffusersGenerator]
EDITING = ("sd", "sdxl", "sd3", "flux", "z_image", "qwen_image")
PROMPT = "a teal bottle"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("pretrained")
    return cache(lambda name: save_tiny(name, place / name))


@pytest.fixture(scope="session")
def drawer(folder: Tiny) -> Drawer:
    return cache(lambda name: DiffusersGenerator.open(at(folder(name)), side=64))


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image).astype(int)


def draw(generator: DiffusersGenerator, *requests: Request) -> list[np.ndarray]:
    return [pixels(picture) for picture in generator.generate(requests).pictures()]


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 255, (12, 15, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((120, 96), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def mask() -> Image.Image:
    mask = np.zeros((96, 120), np.uint8)
    mask[20:60, 40:90] = 255
    return Image.fromarray(mask)


@pytest.mark.parametrize("name", TINY)
def test_every_family_draws_step_by_step(drawer: Drawer, name: str) -> None:
    generator = drawer(name)
    request = generator.request(PROMPT, seed=3, steps=3)
    *steps, picture = generator.generate(request)
    assert [(step.index, step.total) for step in steps if isinstance(step, Progress)] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]
    assert isinstance(picture, Picture)
    assert picture.image.size == request.size == (64, 64)
    assert picture.image.mode == "RGB"
    assert picture.model_hash == generator.model_hash


@pytest.mark.parametrize("name", TINY)
def test_the_last_preview_is_the_picture(drawer: Drawer, name: str) -> None:
    generator = drawer(name)
    shown = []
    for event in generator.generate(PROMPT, steps=3):
        if isinstance(event, Progress):
            shown.append(np.asarray(event.previews()[0]).astype(int))
        else:
            distances = [np.abs(preview - pixels(event)).mean() for preview in shown]
    assert distances[-1] < 1.5
    assert distances[-1] <= distances[0]


def test_a_picture_does_not_depend_on_its_batch(drawer: Drawer, folder: Tiny) -> None:
    generator = DiffusersGenerator.open(at(folder("sd")))
    object.__setattr__(generator._loaded.plan, "batch_size", 3)
    requests = [generator.request(PROMPT, seed=seed, steps=2) for seed in (1, 2, 3)]
    together = draw(generator, *requests)
    alone = draw(generator, requests[1])
    assert np.abs(together[1] - alone[0]).max() <= 2
    assert np.abs(together[1] - together[0]).mean() > 2


def test_seed_words_and_sampler_matter(drawer: Drawer) -> None:
    generator = drawer("sd")
    base = {"seed": 1, "steps": 3}
    requests = [
        generator.request(PROMPT, **base),
        generator.request(PROMPT, **base | {"seed": 2}),
        generator.request("a lamp on a box", **base),
        generator.request(PROMPT, **base, sampler="euler"),
        generator.request(PROMPT, **base, negative_prompt="blurred"),
    ]
    first, *others = draw(generator, *requests)
    assert np.array_equal(first, draw(generator, requests[0])[0])
    assert all(np.abs(first - other).max() > 0 for other in others)


@pytest.mark.parametrize("name", EDITING)
def test_inpainting_leaves_every_unmasked_pixel_as_it_was(
    drawer: Drawer, name: str, photo: Image.Image, mask: Image.Image
) -> None:
    after = drawer(name).edit.inpaint(photo, mask, PROMPT, steps=2).last()
    changed = np.abs(pixels(after) - np.asarray(photo)).max(axis=2)
    assert after.image.size == photo.size
    assert changed[np.asarray(mask) == 0].max() == 0
    assert changed[np.asarray(mask) > 0].mean() > 5


@pytest.mark.parametrize("name", EDITING)
def test_strength_decides_how_much_of_a_picture_stays(drawer: Drawer, name: str, photo: Image.Image) -> None:
    generator = drawer(name)
    little, much = (
        pixels(generator.edit.image(photo, PROMPT, strength=strength, steps=4).last())
        for strength in (0.25, 1.0)
    )
    steps = list(generator.edit.image(photo, PROMPT, strength=0.5, steps=4))
    assert np.abs(little - much).mean() > 1
    assert [event.total for event in steps if isinstance(event, Progress)] == [2, 2]


def test_outpainting_keeps_the_picture_in_the_middle(drawer: Drawer, photo: Image.Image) -> None:
    wide = drawer("sd").edit.outpaint(photo, (200, 96), PROMPT, steps=2).last()
    assert np.array_equal(pixels(wide)[:, 40:160], np.asarray(photo))


@pytest.mark.parametrize("name", TINY)
def test_a_variation_lies_between_two_seeds(drawer: Drawer, name: str) -> None:
    generator = drawer(name)
    requests = [generator.request(PROMPT, steps=2, seed=seed) for seed in (1, 2)]
    (own, other), pictures = draw(generator, *requests), generator.generate(requests).pictures()
    same, little, whole = (
        pixels(generator.edit.vary(pictures[0], amount, n=1, seed=2).last()) for amount in (0.0, 0.1, 1.0)
    )
    assert np.abs(same - own).max() <= 1
    assert np.abs(whole - other).max() <= 1
    assert 0 < np.abs(little - own).mean() < np.abs(other - own).mean()


def test_words_are_not_blended_and_edits_not_varied(drawer: Drawer, photo: Image.Image) -> None:
    generator = drawer("sd")
    one, other = generator.generate(
        [generator.request(words, steps=1) for words in ("a can", "a mug")]
    ).pictures()
    with pytest.raises(UserError, match="toward: sd cannot blend words, allowed: pictures of equal words"):
        generator.edit.blend(one, other)
    edited = generator.edit.image(photo, PROMPT, steps=2).last()
    with pytest.raises(UserError, match="toward: sd varies what is drawn from words alone, allowed: no pict"):
        generator.edit.vary(edited)


def test_an_edit_that_a_family_has_not_is_refused(
    drawer: Drawer, photo: Image.Image, mask: Image.Image
) -> None:
    for name in ("pixart", "sana"):
        with pytest.raises(UserError, match=f"initial: {name} cannot do this edit, allowed: toward"):
            drawer(name).edit.inpaint(photo, mask, PROMPT)
    with pytest.raises(
        UserError, match="tile: sd cannot do this edit, allowed: initial, mask, strength, tow"
    ):
        drawer("sd").edit.tile(PROMPT)


def test_a_distilled_model_refuses_a_negative_prompt(drawer: Drawer) -> None:
    with pytest.raises(UserError, match="negative_prompt: found 'blurred', allowed: none: FLUX dev"):
        drawer("flux").request(PROMPT, negative_prompt="blurred")


def test_less_than_one_step_is_refused(drawer: Drawer, photo: Image.Image) -> None:
    with pytest.raises(UserError, match=r"strength: found 0\.1 of 3 steps, allowed: 0\.33 or more"):
        drawer("sd").edit.image(photo, PROMPT, strength=0.1, steps=3)


def test_closing_the_run_stops_the_pipeline(drawer: Drawer) -> None:
    generator, before = drawer("sd"), threading.active_count()
    run = generator.generate(PROMPT, steps=500)
    next(iter(run))
    assert threading.active_count() == before + 1
    del run
    gc.collect()
    assert threading.active_count() == before
    assert len(draw(generator, generator.request(PROMPT, steps=1))) == 1


def test_a_fault_inside_of_the_pipeline_reaches_the_caller(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = drawer("sd")

    def full(*args: object, **options: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")

    monkeypatch.setattr(generator._pipes["text"].unet, "forward", full)
    with pytest.raises(UserError, match=r"not enough memory: .* --memory offload"):
        generator.generate(PROMPT, steps=1).last()


def test_a_picture_that_the_safety_checker_blackened_is_not_handed_on(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = drawer("sd")
    monkeypatch.setattr(
        generator._pipes["text"], "run_safety_checker", lambda image, *_: (image, [True]), raising=True
    )
    with pytest.raises(UserError, match="seed 4: the safety checker of sd refused the picture"):
        generator.generate(PROMPT, steps=1, seed=4).last()


@pytest.mark.parametrize("name", CONTROLNETS)
def test_a_controlnet_follows_its_picture(
    folder: Tiny, tmp_path: Path, photo: Image.Image, name: str
) -> None:
    net = save_controlnet(name, tmp_path / "net")
    generator = DiffusersGenerator.open(at(folder(name)), controlnet=net, side=64)
    controls = [InputImage.of(photo), InputImage.of(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT))]
    one, other = draw(
        generator, *(generator.request(PROMPT, steps=2, control=control) for control in controls)
    )
    assert np.abs(one - other).mean() > 0.2
    with pytest.raises(
        UserError, match="control: found no picture, allowed: one that the ControlNet follows"
    ):
        generator.request(PROMPT)


@pytest.mark.parametrize("name", ["sd", "sdxl", "flux"])
def test_a_controlnet_leads_edits_too(
    folder: Tiny, tmp_path: Path, photo: Image.Image, mask: Image.Image, name: str
) -> None:
    net = save_controlnet(name, tmp_path / "net")
    edit = DiffusersGenerator.open(at(folder(name)), controlnet=net, side=64).edit
    controls = [InputImage.of(photo), InputImage.of(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT))]
    redrawn = [
        edit.image(photo, PROMPT, strength=0.5, steps=2, control=control).last() for control in controls
    ]
    assert np.abs(pixels(redrawn[0]) - pixels(redrawn[1])).mean() > 0.2
    edits = [edit.inpaint(photo, mask, PROMPT, steps=2, control=control).last() for control in controls]
    one, other = map(pixels, edits)
    inside = np.asarray(mask) > 0
    assert np.abs(one - other)[inside].mean() > 0.2
    assert np.array_equal(one[~inside], np.asarray(photo)[~inside])
    save_picture(edits[0], tmp_path / "edited.png")
    assert load_picture(tmp_path / "edited.png").request.control == controls[0]


@pytest.mark.parametrize("name", ["sd3", "sana", "z_image", "qwen_image"])
def test_with_a_controlnet_some_families_draw_from_words_only(
    folder: Tiny, tmp_path: Path, photo: Image.Image, name: str
) -> None:
    net = save_controlnet(name, tmp_path / "net")
    generator = DiffusersGenerator.open(at(folder(name)), controlnet=net, side=64)
    with pytest.raises(UserError, match=f"initial: {name} cannot do this edit, allowed: control, toward"):
        generator.edit.image(photo, PROMPT, control=InputImage.of(photo))


def test_a_controlnet_of_another_model_is_refused(folder: Tiny, tmp_path: Path) -> None:
    net = save_controlnet("sdxl", tmp_path / "net")
    said = r"controlnet .*: cross_attention_dim: found 64, allowed: 32, that of the model"
    with pytest.raises(UserError, match=said):
        DiffusersGenerator.open(at(folder("sd")), controlnet=net)


def test_what_a_family_has_not_is_refused(
    folder: Tiny, drawer: Drawer, tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = save_controlnet("sd3", tmp_path / "net")
    with pytest.raises(UserError, match=r"controlnet .*: cannot be loaded"):
        DiffusersGenerator.open(at(folder("pixart")), controlnet=net)
    with pytest.raises(UserError, match=r"controlnet .*: cannot be loaded"):
        DiffusersGenerator.open(at(folder("sd")), controlnet=tmp_path)
    monkeypatch.delitem(drawer("sd")._pipes, "image")
    with pytest.raises(UserError, match="mask: found none, allowed: one, as sd has no image-to-image"):
        drawer("sd").edit.image(photo, PROMPT)


def test_without_a_controlnet_a_control_picture_is_refused(drawer: Drawer, photo: Image.Image) -> None:
    with pytest.raises(UserError, match="control: sd cannot do this edit, allowed: initial, mask, strength"):
        drawer("sd").request(PROMPT, control=InputImage.of(photo))


@pytest.mark.parametrize("name", [*EDITING, "sana"])
def test_loras_change_pictures_by_their_weight(
    folder: Tiny, drawer: Drawer, tmp_path: Path, name: str
) -> None:
    save_lora(folder(name), tmp_path)
    generator = DiffusersGenerator.open(at(folder(name)), side=64)
    plain, little, much = (
        generator.request(PROMPT, steps=2, loras=[LoraUse.of(tmp_path, weight)]) for weight in (0, 0.2, 1)
    )
    before, *after, unchanged = (draw(generator, each)[0] for each in (plain, little, much, plain))
    assert np.array_equal(before, draw(drawer(name), plain)[0])
    assert np.array_equal(before, unchanged)
    far = [np.abs(before - each).mean() for each in after]
    assert 0 < far[0] < far[1]


def test_each_picture_has_its_own_loras_and_few_stay_loaded(
    folder: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adfusion.generation.diffusers.adapters.MOST", 2)
    generator = DiffusersGenerator.open(at(folder("sd")), side=64)
    uses = []
    for seed in range(3):
        save_lora(folder("sd"), tmp_path / str(seed), seed)
        uses.append(LoraUse.of(tmp_path / str(seed)))
    sets = [[], uses[:1], uses[:2], uses[2:]]
    requests = [generator.request(PROMPT, steps=1, loras=each) for each in sets]
    drawn = draw(generator, *requests)
    assert len({each.tobytes() for each in drawn}) == len(sets)
    assert len(generator._adapters._held) == 2
    assert np.array_equal(draw(generator, requests[2])[0], drawn[2])
    twice = generator.request(PROMPT, steps=1, loras=[LoraUse.of(tmp_path / "0", 0.5)] * 2)
    assert np.array_equal(draw(generator, twice)[0], drawn[1])


def test_loras_count_in_edits_too(
    folder: Tiny, tmp_path: Path, photo: Image.Image, mask: Image.Image
) -> None:
    save_lora(folder("sd"), tmp_path)
    edit = DiffusersGenerator.open(at(folder("sd")), side=64).edit
    one, other = (
        pixels(edit.inpaint(photo, mask, PROMPT, steps=2, loras=loras).last())
        for loras in ([], [LoraUse.of(tmp_path)])
    )
    inside = np.asarray(mask) > 0
    assert np.abs(one - other)[inside].mean() > 0.1
    assert np.array_equal(one[~inside], other[~inside])


def test_a_family_that_takes_no_loras_says_so(folder: Tiny, tmp_path: Path) -> None:
    save_lora(folder("sd"), tmp_path)
    with pytest.raises(UserError, match=r"lora .*: pixart takes none"):
        open_generator(folder("pixart"), loras=[(tmp_path, 1.0)])


def test_a_lora_of_another_model_is_refused(folder: Tiny, tmp_path: Path) -> None:
    weights = {f"base_model.model.blocks.0.lora_{side}.weight": torch.ones(4, 4) for side in "AB"}
    save_file(weights, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match=r"other\.safetensors: does not fit to the model"):
        open_generator(folder("sd"), loras=[(tmp_path / "other.safetensors", 1.0)])


def test_half_precision_draws_and_edits(
    folder: Tiny, drawer: Drawer, photo: Image.Image, mask: Image.Image
) -> None:
    half = DiffusersGenerator.open(at(folder("sd")), memory="bfloat16,slicing,tiling")
    assert {pipe.unet.dtype for pipe in half._pipes.values()} == {torch.bfloat16}
    request = half.request(PROMPT, steps=2, seed=1)
    assert np.abs(draw(half, request)[0] - draw(drawer("sd"), request)[0]).mean() < 8
    after = half.edit.inpaint(photo, mask, PROMPT, steps=2).last()
    assert np.array_equal(pixels(after)[np.asarray(mask) == 0], np.asarray(photo)[np.asarray(mask) == 0])


def test_the_hash_knows_weights_and_configuration_but_not_the_place(folder: Tiny, tmp_path: Path) -> None:
    own = at(folder("sd")).hash()
    copy = Path(shutil.copytree(folder("sd"), tmp_path / "elsewhere"))
    assert at(copy).hash() == own
    weights = copy / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    assert at(copy).hash() != own


def test_one_function_opens_any_model(folder: Tiny) -> None:
    generator = open_generator(folder("sd"))
    assert isinstance(generator, DiffusersGenerator)
    assert license_of(generator) == "creativeml-openrail-m (restricted uses are listed in the licence)"
    assert any("licence" in note for note in generator.notes)
    assert any("float32,resident" in note for note in generator.notes)


def test_a_pickle_is_refused_with_the_way_to_convert_it(folder: Tiny, tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"anything")
    with pytest.raises(UserError, match=r"model\.ckpt: found a pickle.*safe.*save_pretrained"):
        open_generator(tmp_path / "model.ckpt")
    copy = Path(shutil.copytree(folder("sd"), tmp_path / "pickled"))
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(UserError, match="unet: found a pickle"):
        open_generator(copy)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda copy: (copy / "vae" / "diffusion_pytorch_model.safetensors").unlink(),
            "vae: found no tensors",
        ),
        (
            lambda copy: (copy / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"{}"),
            "not a safetensors file",
        ),
        (lambda copy: (copy / "model_index.json").write_text("["), "no readable model_index.json"),
        (lambda copy: (copy / "scheduler").rename(copy / "other"), "scheduler: found nothing"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    folder: Tiny, tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    copy = Path(shutil.copytree(folder("sd"), tmp_path / "copy"))
    damage(copy)
    with pytest.raises(UserError, match=said):
        open_generator(copy)


def test_without_the_extra_one_line_says_what_to_install(
    folder: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adfusion.generation.diffusers.installed.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'adfusion\[diffusers\]'"):
        open_generator(folder("sd"))


def test_a_single_file_draws_what_its_folder_draws(folder: Tiny, drawer: Drawer, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder("sd"), tmp_path / "sd"))
    file = save_single_file(copy, copy / "tiny.safetensors")
    for part in ("unet", "vae", "text_encoder"):
        for weights in (copy / part).glob("*.safetensors"):
            weights.unlink()
    generator = DiffusersGenerator.open(at(file), side=64)
    request = drawer("sd").request(PROMPT, steps=2, seed=4)
    assert np.array_equal(*(draw(each, request)[0] for each in (generator, drawer("sd"))))
    assert generator.name == "tiny.safetensors"
    alone = file.rename(tmp_path / "alone.safetensors")
    with pytest.raises(UserError, match=r"found no configuration for it, allowed: model_index\.json"):
        open_generator(alone)


def test_a_file_with_a_transformer_alone_takes_the_rest_from_the_folder_beside_it(
    folder: Tiny, drawer: Drawer, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder("z_image"), tmp_path / "z_image"))
    file = save_z_image_file(copy, copy / "z.safetensors")
    (copy / "transformer" / "diffusion_pytorch_model.safetensors").unlink()
    generator = DiffusersGenerator.open(at(file), side=64)
    request = drawer("z_image").request(PROMPT, steps=2, seed=4)
    assert np.array_equal(*(draw(each, request)[0] for each in (generator, drawer("z_image"))))
    shutil.rmtree(copy / "text_encoder")
    with pytest.raises(UserError, match=r"z\.safetensors: cannot be loaded: .*"):
        DiffusersGenerator.open(at(file))


def test_a_file_of_something_else_is_refused(folder: Tiny, tmp_path: Path) -> None:
    save_lora(folder("sd"), tmp_path)
    save_file({"a.weight": torch.ones(3, 3)}, tmp_path / "other.safetensors")
    for path in tmp_path.glob("*.safetensors"):
        with pytest.raises(UserError, match="found no model that draws from words, allowed: a single file"):
            open_generator(path)


def test_a_model_that_is_none_is_refused_with_all_that_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"model\.json, with model_index\.json, a \.safetensors file, hf:"):
        open_generator(tmp_path)
