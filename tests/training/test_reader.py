"""A reader learns from sentences alone, and goes with the model that it reads for."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from adfusion.data.scenes.sentences import TAGS
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.training.reader import ReaderTask, trained_reader
from adfusion.training.recipe import ReaderRecipe
from tiny_model import save_tiny_model
from tiny_runs import recipe_file, run_to_end

READER = {
    "name": "tiny reader", "train": "reader", "seed": 1, "pictures": 96, "batch": 8,
    "network": {"width": 32, "heads": 2, "depth": 1},
    "optimizer": {"learning_rate": 3e-3, "warm_up": 8},
    "log_every": 32, "checkpoint_every": 48, "samples_every": 1000,
    "sample_prompts": ["a red lamp on steps"],
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    run_to_end(recipe_file(folder, READER), folder / "reader")
    return folder / "reader"


def test_reading_gets_better_with_every_sentence(run: Path) -> None:
    recipe = ReaderRecipe(**READER)  # type: ignore[arg-type]
    task = ReaderTask(recipe, run)
    list(task.prepare(Accelerator(cpu=True)))
    everything = slice(0, recipe.batch)
    with torch.no_grad():
        before = task.loss(1000, everything)
        task.network.load_state_dict(trained_reader(run).network.state_dict())
        after = task.loss(1000, everything)
    assert after < 0.8 * before


def test_a_batch_is_the_same_in_shares(run: Path) -> None:
    task = ReaderTask(ReaderRecipe(**READER), run)  # type: ignore[arg-type]
    list(task.prepare(Accelerator(cpu=True)))
    with torch.no_grad():
        assert torch.equal(task.loss(3, slice(0, 4)), task.loss(3, slice(0, 4)))
        assert not torch.equal(task.loss(3, slice(0, 4)), task.loss(4, slice(0, 4)))


def test_a_reader_lies_in_the_models_folder_and_comes_back(run: Path, tmp_path: Path) -> None:
    model = replace(store.load(save_tiny_model(tmp_path / "plain")), reader=trained_reader(run))
    saved = store.save(model, tmp_path / "reading")
    loaded = store.load(tmp_path / "reading")
    assert loaded.reader is not None
    assert loaded.reader.tags == TAGS
    assert store.verify(tmp_path / "reading").ok
    assert saved.hash != store.load(tmp_path / "plain").hash
    prompts = ["a teal mug on steps, pink background", "headphones"]
    assert loaded.read(prompts) == replace(model, card=saved.card).read(prompts)


def test_a_damaged_reader_is_one_clear_error(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reading"
    model = replace(store.load(save_tiny_model(tmp_path / "plain")), reader=trained_reader(run))
    store.save(model, folder)
    file = folder / "reader.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    with pytest.raises(UserError, match="the file was changed"):
        store.load(folder)
    assert not store.verify(folder).ok

    other = (folder / "upsampler.safetensors").read_bytes()  # of the hash that the card says, and no reader
    file.write_bytes(other)
    card = folder / "model.json"
    card.write_text(card.read_text().replace(sha256(whole).hexdigest(), sha256(other).hexdigest()))
    with pytest.raises(UserError, match="not a reader"):
        store.load(folder)
