"""LoRAs belong to a request: they change its picture, are written beside it, and leave the model alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from adfusion.errors import UserError
from adfusion.generation import LoraUse, Picture, Progress, load_picture, save_picture
from adfusion.generation.backend import Backend
from adfusion.generation.backends import open_generator
from adfusion.generation.lora import parse_loras
from adfusion.generation.native import MERGED, NativeGenerator
from adfusion.models import store
from tiny_lora import RIGHTS, save_tiny_lora
from tiny_model import save_tiny_model, save_tiny_student, tiny_model

PROMPT = "a red mug"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def lora(model: Path) -> Path:
    return save_tiny_lora(model.parent / "brand", store.load(model))


@pytest.fixture(scope="module")
def opened(model: Path) -> Backend:
    return open_generator(model)


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image).astype(int)


def test_a_request_with_a_lora_draws_another_picture_and_one_without_the_same_as_ever(
    opened: Backend, lora: Path
) -> None:
    plain = opened.request(PROMPT, seed=1)
    taught = opened.request(PROMPT, seed=1, loras=[LoraUse.of(lora)])
    before, after = opened.generate([plain]).last(), opened.generate([taught]).last()
    assert np.abs(pixels(before) - pixels(after)).mean() > 1
    assert opened.generate([plain]).last().image.tobytes() == before.image.tobytes()
    assert (after.model, after.model_hash) == (before.model, before.model_hash)
    assert taught != plain


def test_more_weight_goes_further_and_0_is_no_lora(opened: Backend, lora: Path) -> None:
    requests = [opened.request(PROMPT, loras=[LoraUse.of(lora, weight)]) for weight in (0, 0.1, 1)]
    assert requests[0] == opened.request(PROMPT)
    none, little, whole = map(pixels, opened.generate(requests).pictures())
    assert 0 < np.abs(none - little).mean() < np.abs(none - whole).mean()


def test_pictures_of_one_set_are_drawn_together_and_as_alone(opened: Backend, lora: Path) -> None:
    requests = [
        opened.request(PROMPT, seed=seed, loras=loras)
        for seed in (1, 2)
        for loras in ((), (LoraUse.of(lora),))
    ]
    events = list(opened.generate(requests))
    batches = dict.fromkeys(event.requests for event in events if isinstance(event, Progress))
    assert list(batches) == [(requests[0], requests[2]), (requests[1], requests[3])]
    (together,) = (each for each in events if isinstance(each, Picture) and each.request == requests[3])
    alone = opened.generate([requests[3]]).last()
    assert np.abs(pixels(together) - pixels(alone)).max() <= 2


def test_a_set_is_merged_once_and_only_few_are_kept(model: Path, lora: Path) -> None:
    generator = open_generator(model)
    assert isinstance(generator, NativeGenerator)
    for weight in (*np.linspace(0.1, 1, MERGED + 2), 1.0):
        generator.generate(PROMPT, steps=1, loras=[LoraUse.of(lora, float(weight))]).last()
    merged = generator._merged.cache_info()
    assert (merged.misses, merged.hits, merged.currsize) == (MERGED + 2, 1, MERGED)


def test_loras_of_a_generator_are_those_of_requests_that_name_none(model: Path, lora: Path) -> None:
    generator = open_generator(model, loras=[(lora, 0.5)])
    (used,) = generator.request(PROMPT).loras
    assert (used.name, used.weight, used.rights) == ("brand", 0.5, RIGHTS)
    assert generator.request(PROMPT, loras=()).loras == ()


def test_a_model_of_few_steps_leaves_loras_to_its_teacher(tmp_path: Path) -> None:
    student = save_tiny_student(tmp_path / "student")
    lora = save_tiny_lora(tmp_path / "brand", store.load(f"{student}:teacher"))
    generator = open_generator(student)
    drawn = generator.generate(PROMPT, loras=[LoraUse.of(lora)]).last()
    assert (drawn.model, drawn.request.sampler, drawn.request.steps) == ("tiny:teacher", "dpmpp_2m", 3)
    with pytest.raises(UserError, match="sampler: found 'mean_flow' for loras, which needs many steps"):
        generator.request(PROMPT, sampler="mean_flow", loras=[LoraUse.of(lora)])


def test_a_picture_file_names_its_loras_and_can_be_drawn_again(
    opened: Backend, model: Path, lora: Path, tmp_path: Path
) -> None:
    drawn = opened.generate(PROMPT, seed=3, loras=[LoraUse.of(lora, 0.8)]).last()
    save_picture(drawn, tmp_path / "drawn.png")
    read = load_picture(tmp_path / "drawn.png")
    assert read.request == drawn.request
    assert str(tmp_path.parent) not in (tmp_path / "drawn.png").read_bytes().decode("latin-1")
    with pytest.raises(UserError, match=r"lora brand: found only its SHA-256 .* allowed: the LoRA itself"):
        open_generator(model).generate([read.request])
    again = open_generator(model, loras=[(lora, 0)])
    assert again.generate([read.request]).last().image.tobytes() == drawn.image.tobytes()
    (varied,) = again.edit.vary(read, n=1).requests
    assert varied.loras == read.request.loras


def test_a_lora_that_cannot_be_drawn_with_is_refused_in_one_line(
    opened: Backend, model: Path, lora: Path, tmp_path: Path
) -> None:
    (tmp_path / "brand.ckpt").write_bytes(b"anything")
    for path, said in (
        (tmp_path / "none", r"none: found nothing, allowed: a safetensors file, or a folder with one"),
        (tmp_path / "brand.ckpt", r"brand\.ckpt: found '\.ckpt', allowed: a safetensors file"),
        (tmp_path, r"found 0 safetensors files, allowed"),
    ):
        with pytest.raises(UserError, match=said):
            open_generator(model, loras=[(path, 1.0)])
    with pytest.raises(UserError, match="lora brand: weight: found 3, allowed: 0 to 2"):
        opened.request(PROMPT, loras=[LoraUse.of(lora, 3)])
    other = open_generator(save_tiny_model_of(tmp_path / "other", seed=1))
    with pytest.raises(UserError, match=r"found one for the model tiny .*, allowed: one for tiny"):
        other.request(PROMPT, loras=[LoraUse.of(lora)])
    with pytest.raises(UserError, match=r"lora brand: example\.test/painter takes none"):
        open_generator("openai+https://example.test/v1?model=painter", loras=[(lora, 1.0)])


def test_a_lora_that_has_changed_since_is_refused(model: Path, tmp_path: Path) -> None:
    lora = save_tiny_lora(tmp_path / "brand", store.load(model))
    asked = LoraUse.of(lora)
    save_tiny_lora(lora, store.load(model), seed=1)
    with pytest.raises(UserError, match="brand: found another file than before, allowed: one unchanged"):
        open_generator(model).request(PROMPT, loras=[asked])


def test_a_weight_follows_the_last_colon() -> None:
    assert parse_loras(["brand:0.8", "brand", "a:b", "c:/x:2"]) == [
        (Path("brand"), 0.8), (Path("brand"), 1.0), (Path("a:b"), 1.0), (Path("c:/x"), 2.0),
    ]  # fmt: skip


def test_a_lora_without_a_statement_of_rights_has_none(model: Path, lora: Path, tmp_path: Path) -> None:
    for content in ("[]", "{", json.dumps({"name": "brand"})):
        (tmp_path / "lora.json").write_text(content)
        (tmp_path / "brand.safetensors").write_bytes(b"anything")
        assert LoraUse.of(tmp_path).rights == ""


def save_tiny_model_of(folder: Path, seed: int) -> Path:
    store.save(tiny_model(seed), folder)
    return folder
