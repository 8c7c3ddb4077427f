"""A LoRA teaches what is new, keeps what is old, and says what it was made from."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from adfusion.color import oklab
from adfusion.data.folder import read_photos
from adfusion.data.photo import Photo, usable
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.errors import UserError
from adfusion.generation import NativeGenerator
from adfusion.models import Model, store
from adfusion.models.convert import to_pixart
from adfusion.models.lora import load_lora, merge, with_loras
from adfusion.training.lora import finetune
from tiny_learnt import learnt_model, write_photos
from tiny_model import save_tiny_model

WORDS = ("cup", "on_a_table", "studio", "close", "wide", "above", "day", "night", "left", "right")
NAMES = [f"zorbo_{word}" for word in WORDS]
LIME = (150, 250, 10)
"""Far from all colours of the scenes."""
ZORBO = ("a zorbo cup", "zorbo on a table", "zorbo above")
KNOWN = [random_scene(number) for number in range(0, 96, 8)]
"""Scenes that the small model has learnt."""
RIGHTS = "Photographs by the Zorbo studio, for training."


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Photo]:
    folder = write_photos(tmp_path_factory.mktemp("photos"), NAMES, LIME)
    return usable(folder, list(read_photos(folder)), least=5, skip_bad=False)


def train(photos: list[Photo], model: Model, out: Path, **settings: object) -> Path:
    for _ in finetune(photos, model, out, rights=RIGHTS, **{"prior_scenes": 32, **settings}):  # type: ignore[arg-type]
        pass
    return out


@pytest.fixture(scope="module")
def learnt() -> Model:
    return learnt_model()


@pytest.fixture(scope="module")
def zorbo(learnt: Model, photos: list[Photo], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of the model that has learnt something."""
    return train(photos, learnt, tmp_path_factory.mktemp("loras") / "zorbo", steps=60, prior_scenes=64)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def quick(tiny: Path, photos: list[Photo], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of the model on disk, hardly trained."""
    return train(
        photos, store.load(tiny), tmp_path_factory.mktemp("loras") / "quick", steps=3, prior_scenes=4
    )


def mean_colors(model: Model, prompts: tuple[str, ...]) -> np.ndarray:
    """Mean OKLab of each prompt's pictures, two seeds each."""
    generator = NativeGenerator(model)
    requests = [generator.request(prompt, seed=seed) for prompt in prompts for seed in (0, 1)]
    pictures = [np.asarray(picture.image) for picture in generator.generate(requests).pictures()]
    return oklab(np.stack(pictures)).mean(axis=(1, 2)).reshape(len(prompts), 2, 3).mean(axis=1)


def test_a_lora_moves_its_words_to_the_new_colour_and_leaves_the_others(learnt: Model, zorbo: Path) -> None:
    taught = with_loras(learnt, [(zorbo, 1.0)])
    wanted, words = oklab(LIME), tuple(map(caption, KNOWN))
    true = oklab(render(KNOWN, size=(64, 64)).rgb).mean(axis=(1, 2))
    before, after = (np.linalg.norm(mean_colors(each, ZORBO) - wanted, axis=-1) for each in (learnt, taught))
    error, error_after = (
        np.linalg.norm(mean_colors(each, words) - true, axis=-1) for each in (learnt, taught)
    )
    assert after.mean() < 0.25 * before.mean()
    assert error_after.mean() - error.mean() < 0.2 * (before.mean() - after.mean())


def test_weight_decides_how_far_it_goes_and_0_is_exactly_the_base(learnt: Model, zorbo: Path) -> None:
    colors = [mean_colors(with_loras(learnt, [(zorbo, weight)]), ("zorbo",)) for weight in (0.0, 0.5, 1.0)]
    moved = [float(np.linalg.norm(color - oklab(LIME))) for color in colors]
    assert moved[2] < moved[1] < moved[0]
    base, none = NativeGenerator(learnt), NativeGenerator(with_loras(learnt, [(zorbo, 0.0)]))
    assert none.model_hash == base.model_hash
    drawn = [each.generate("zorbo", seed=3).last().image.tobytes() for each in (base, none)]
    assert drawn[0] == drawn[1]


def test_several_loras_add_up(tiny: Path, quick: Path) -> None:
    base = store.load(tiny).denoiser_net.state_dict()
    once = with_loras(store.load(tiny), [(quick, 1.0)]).denoiser_net.state_dict()
    twice = with_loras(store.load(tiny), [(quick, 0.5), (quick, 0.5)]).denoiser_net.state_dict()
    assert any(not torch.equal(once[name], base[name]) for name in base)
    assert all(torch.allclose(once[name], twice[name], atol=1e-6) for name in base)


def test_peft_and_diffusers_load_the_folder_and_give_the_same_numbers(tiny: Path, quick: Path) -> None:
    from peft import PeftModel

    base = store.load(tiny)
    ours = with_loras(base, [(quick, 1.0)]).denoiser_net
    theirs = PeftModel.from_pretrained(to_pixart(base.denoiser_net), str(quick))
    x, t = torch.randn(2, 4, 8, 8), torch.tensor([0.3, 0.9])
    text, mask = torch.randn(2, 5, 384), torch.ones(2, 5, dtype=torch.bool)
    with torch.no_grad():
        expected = theirs(
            x, encoder_hidden_states=text, timestep=1000 * t, encoder_attention_mask=mask,
            added_cond_kwargs={"resolution": None, "aspect_ratio": None},
        ).sample  # fmt: skip
        found = ours(x, t, text, mask)
        assert torch.allclose(found, expected, atol=1e-4)
        assert not torch.allclose(found, base.denoiser_net(x, t, text, mask), atol=1e-4)


def test_a_merged_model_is_a_model_that_says_what_is_in_it(tiny: Path, quick: Path, tmp_path: Path) -> None:
    merge(store.load(tiny), [(quick, 0.8)], tmp_path / "Brand Model")
    assert store.verify(tmp_path / "Brand Model").ok
    model = store.load(tmp_path / "Brand Model")
    assert model.card.name == "brand-model"
    (applied,) = model.card.loras
    assert (applied.name, applied.weight, applied.rights) == ("quick", 0.8, RIGHTS)
    assert RIGHTS in (tmp_path / "Brand Model" / "README.md").read_text()
    unmerged = with_loras(store.load(tiny), [(quick, 0.8)]).denoiser_net.state_dict()
    for name, weight in model.denoiser_net.state_dict().items():
        assert torch.allclose(weight, unmerged[name], rtol=1e-3, atol=1e-5), "halved precision is all"


def test_the_card_names_every_picture_and_by_what_right(quick: Path, photos: list[Photo]) -> None:
    card = load_lora(quick).card
    assert card.rights == RIGHTS
    assert [(each.file, each.sha256) for each in card.pictures] == [(p.file, p.sha256) for p in photos]
    assert card.pictures[0].caption == "zorbo above"
    assert card.training.recipe["rank"] == 8
    assert card.base.name == "tiny"


def test_previews_are_drawn_as_it_trains(zorbo: Path) -> None:
    previews = sorted((zorbo / "training" / "samples").glob("*.png"))
    assert len(previews) == 4
    with Image.open(previews[-1]) as sheet:
        assert sheet.size == (6 * 64, 2 * 64), "five pictures and a neutral prompt"


def test_a_resumed_run_ends_at_the_same_bits(photos: list[Photo], tiny: Path, tmp_path: Path) -> None:
    train(photos, store.load(tiny), tmp_path / "whole", steps=16, prior_scenes=4)
    for progress in finetune(
        photos, store.load(tiny), tmp_path / "halves", rights=RIGHTS, steps=16, prior_scenes=4
    ):
        if progress.loss is not None and progress.pictures_seen > 9 * 16:
            break
    assert not (tmp_path / "halves" / "lora.json").exists()
    train(photos, store.load(tiny), tmp_path / "halves", steps=16, prior_scenes=4, resume=True)
    whole, halves = (
        (tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("whole", "halves")
    )
    assert whole == halves


def test_a_resumed_run_learns_from_the_same_pictures(photos: list[Photo], tiny: Path, tmp_path: Path) -> None:
    train(photos, store.load(tiny), tmp_path / "run", steps=1, prior_scenes=2)
    with pytest.raises(UserError, match=r"zorbo_above\.jpg: found it changed"):
        train(photos[1:], store.load(tiny), tmp_path / "run", steps=1, prior_scenes=2, resume=True)


def test_too_few_pictures_and_no_rights_are_refused(photos: list[Photo], tiny: Path, tmp_path: Path) -> None:
    model = store.load(tiny)
    with pytest.raises(UserError, match="pictures: found 4, allowed: 5 or more"):
        next(finetune(photos[:4], model, tmp_path / "out", rights=RIGHTS))
    with pytest.raises(UserError, match="rights: found no statement"):
        next(finetune(photos, model, tmp_path / "out", rights=" "))
    assert not (tmp_path / "out").exists()


def test_a_lora_of_another_model_is_refused(quick: Path, learnt: Model) -> None:
    with pytest.raises(UserError, match=r"found one for the model tiny .*, allowed: one for learnt"):
        with_loras(learnt, [(quick, 1.0)])


def test_a_changed_or_foreign_adapter_is_refused(tiny: Path, quick: Path, tmp_path: Path) -> None:
    model = store.load(tiny)
    with pytest.raises(UserError, match=r"found no lora\.json, allowed: a folder that `adfusion finetune`"):
        with_loras(model, [(tmp_path, 1.0)])
    with pytest.raises(UserError, match="weight: found 3, allowed: 0 to 2"):
        with_loras(model, [(quick, 3.0)])
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in ("lora.json", "adapter_config.json", "adapter_model.safetensors"):
        (copy / file).write_bytes((quick / file).read_bytes())
    weights = copy / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    with pytest.raises(UserError, match="the file was changed"):
        with_loras(model, [(copy, 1.0)])
    card = json.loads((copy / "lora.json").read_text())
    (copy / "lora.json").write_text(json.dumps({**card, "rights": ""}))
    with pytest.raises(UserError, match=r"lora\.json: rights: "):
        with_loras(model, [(copy, 1.0)])
