"""Every part of a model learns from somebody's own pictures, in a folder or in Parquet files, by recipe."""

import io
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from adfusion.data import parquet, photo_shards, shards
from adfusion.errors import UserError
from adfusion.files import sha256
from adfusion.models import Model, store
from adfusion.training import train
from adfusion.training.pack import pack
from adfusion.training.pictures import Order
from adfusion.training.recipe import load_recipe
from tiny_learnt import write_photos
from tiny_model import SIZES, save_tiny_model
from tiny_probe import PROBE, TINY_EFFORT, tiny_probe
from tiny_runs import AUTOENCODER, UPSAMPLER, recipe_file, run_to_end, write_smooth_shards

RIGHTS = "Photographs by the Zorbo studio, for training."
NAMES = [f"zorbo_{word}" for word in ("cup", "above", "on_a_table", "close", "wide", "left", "right")]
FINETUNE = {
    "name": "zorbo", "train": "denoiser", "seed": 3, "pictures": 12, "batch": 4,
    "data": {"folder": "photos", "rights": RIGHTS, "sizes": [list(size) for size in SIZES[:3]]},
    "network": {"width": 32, "heads": 2, "depth": 2, "patch_size": 2},
    "optimizer": {"learning_rate": 1e-3, "cool_down": 0.0},
    "log_every": 4, "checkpoint_every": 4, "samples_every": 1000,
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with `photos` and the model `tiny`, for recipes and runs."""
    write_photos(tmp_path / "photos", NAMES)
    save_tiny_model(tmp_path / "models" / "tiny")
    return tmp_path


def finetune(place: Path, **changes: object) -> Path:
    return recipe_file(place, {**FINETUNE, "start_from": str(place / "models" / "tiny")}, **changes)


def data(**changes: object) -> dict[str, object]:
    return {**FINETUNE["data"], **changes}  # type: ignore[dict-item]


def write_parquet(file: Path, photos: Path, names: list[str]) -> None:
    """As `datasets` writes it: the file's bytes and its name in a struct."""
    paths = [photos / f"{name}.jpg" for name in names]
    rows = {
        "image": [{"bytes": path.read_bytes(), "path": path.name} for path in paths],
        "text": [name.replace("_", " ") for name in names],
        "id": list(range(len(names))),
    }
    pyarrow.parquet.write_table(pyarrow.table(rows), file)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_model_goes_on_learning_from_a_folder(place: Path) -> None:
    tuned = run_to_end(finetune(place), place / "run")
    base = store.load(place / "models" / "tiny")
    before = base.denoiser_net.state_dict()
    assert tuned.keys() == before.keys()
    changes = [float((tuned[name] - before[name]).abs().max()) for name in before]
    assert 0 < max(changes) < 0.02, "three steps from the model, not from random weights"
    statistics = json.loads((place / "run" / "latents.json").read_text())
    assert tuple(statistics["mean"]) == base.card.latents.mean, "latents keep their meaning"
    record = json.loads((place / "run" / "record.json").read_text())
    assert record["recipe"]["data"]["rights"] == RIGHTS
    entries = photo_shards.entries_of(place / "run" / "pictures")
    assert sorted(each.caption for each in entries) == sorted(name.replace("_", " ") for name in NAMES)
    assert {len(each.sha256) for each in entries} == {64}


def test_every_picture_goes_into_the_bucket_of_its_aspect(place: Path) -> None:
    run_to_end(finetune(place), place / "run")
    found = photo_shards.shards_of(place / "run" / "pictures")
    assert {shard.size: shard.count for shard in found} == {(48, 80): 3, (64, 64): 4}
    for shard in found:
        assert shard.pictures().shape == (shard.count, shard.size[1], shard.size[0], 3)


def test_parquet_files_teach_the_same_as_the_folder(place: Path) -> None:
    from_folder = run_to_end(finetune(place), place / "folder-run")
    in_order = sorted(NAMES)
    write_parquet(place / "train-0.parquet", place / "photos", in_order[:3])
    write_parquet(place / "train-1.parquet", place / "photos", in_order[3:])
    said = {key: value for key, value in data().items() if key != "folder"}
    recipe = finetune(place, data={**said, "parquet": ["train-*.parquet"]})
    assert same(from_folder, run_to_end(recipe, place / "parquet-run"))


@pytest.mark.parametrize("kind", [AUTOENCODER, UPSAMPLER], ids=lambda kind: kind["train"])
def test_the_other_parts_learn_from_pictures_too(place: Path, kind: dict[str, object]) -> None:
    sizes = data(sizes=[[64, 64], [48, 80]])
    run_to_end(recipe_file(place, AUTOENCODER, data=sizes, pictures=8), place / "autoencoder")
    run_to_end(recipe_file(place, kind, data=sizes, pictures=8), place / "run")


def test_a_resumed_run_goes_on_with_what_it_had_read(place: Path) -> None:
    recipe = finetune(place)
    whole = run_to_end(recipe, place / "whole")
    for progress in train(recipe, place / "halves"):
        if progress.pictures_seen > 4 and progress.loss is not None:
            break
    shutil.rmtree(place / "photos")
    assert same(whole, run_to_end(recipe, place / "halves", resume=True))


def test_bad_pictures_are_all_named_before_training(place: Path) -> None:
    (place / "photos" / "notes.docx").write_text("hello")
    Image.new("RGB", (300, 40)).save(place / "photos" / "thin.png")
    with pytest.raises(UserError, match=r"photos: 2 of 9 .*\(skip_bad: true\): notes\.docx: .*; thin\.png: "):
        run_to_end(finetune(place), place / "run")
    assert not (place / "run" / "checkpoint.safetensors").exists()


def test_skipped_pictures_are_reported_one_by_one(place: Path) -> None:
    (place / "photos" / "notes.docx").write_text("hello")
    Image.new("RGB", (130, 130)).save(place / "photos" / "small.png")
    recipe = finetune(place, data=data(skip_bad=True, sizes=[[144, 144]]), network=FINETUNE["network"])
    with pytest.raises(UserError, match="sample_size"):
        run_to_end(recipe, place / "run")
    recipe = recipe_file(place, AUTOENCODER, data=data(skip_bad=True, sizes=[[144, 144]]), pictures=4)
    notes = [progress.note for progress in train(recipe, place / "run") if progress.note]
    assert [note.split(": ")[0] for note in notes] == ["skipped notes.docx", "skipped small.png"]
    assert notes[1].endswith("found 130x130 pixels, allowed: 144x144 or more, the size it would have")


def test_nothing_usable_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(UserError, match="photos: found 0 usable pictures, allowed: 1 or more"):
        run_to_end(recipe_file(tmp_path, AUTOENCODER, data=data()), tmp_path / "run")


ROWS = {
    "no bytes": ({"bytes": None, "path": "a.jpg"}, "a cup", "found no bytes of a picture"),
    "no caption": ({"bytes": b"x", "path": None}, " ", "found no caption"),
    "no picture": ({"bytes": b"x", "path": None}, "a cup", "found no picture, allowed: PNG"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_bad_row_is_named_by_its_number(tmp_path: Path, kind: str) -> None:
    good = io.BytesIO()
    Image.new("RGB", (200, 200)).save(good, format="PNG")
    image, text, said = ROWS[kind]
    rows = {"image": [{"bytes": good.getvalue(), "path": None}, image], "text": ["a mug", text]}
    pyarrow.parquet.write_table(pyarrow.table(rows), tmp_path / "a.parquet")
    mug, bad = parquet.read_rows(tmp_path / "a.parquet", "image", "text")
    assert isinstance(mug, photo_shards.Photo)
    assert (mug.caption, mug.file) == ("a mug", "a.parquet row 1")
    assert str(bad).startswith(f"a.parquet row 2: {said}")


def test_what_is_wrong_with_parquet_files_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"png": [b"x"], "text": ["a cup"]}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match=r"found no column 'image', allowed: one of png, text"):
        list(parquet.read_rows(tmp_path / "a.parquet", "image", "text"))
    (tmp_path / "b.parquet").write_bytes(b"hello")
    with pytest.raises(UserError, match=r"b\.parquet: cannot be read"):
        list(parquet.read_rows(tmp_path / "b.parquet", "image", "text"))
    with pytest.raises(UserError, match=r"c-\*\.parquet: found no such file"):
        parquet.find_shards(["c-*.parquet"], tmp_path)
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'adfusion\[parquet\]'"):
        list(parquet.read_rows(tmp_path / "a.parquet", "image", "text"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rights": ""}, r"denoiser\.data\.folder\.rights: found ''"),
        ({"scenes": 5}, r"denoiser\.data\.folder\.scenes: found 5"),
        ({"sizes": [[64, 4096]]}, r"denoiser\.data\.folder\.sizes\.0\.1: found 4096"),
    ],
)
def test_a_wrong_recipe_names_the_field(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_recipe(recipe_file(tmp_path, FINETUNE, data=data(**change)))


def test_the_recipes_of_the_documentation_are_valid(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "finetuning.md").read_text()
    folder, parquet_data = (
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    )
    for recipe in (folder, {**folder, **parquet_data}):
        assert load_recipe(recipe_file(tmp_path, recipe)).data.rights.startswith("Photographs")  # type: ignore[union-attr]


def test_a_recipe_has_to_fit_the_model_it_starts_from(place: Path) -> None:
    with pytest.raises(UserError, match="start_from tiny: network: depth: found 3, allowed: 2"):
        train(finetune(place, network={**FINETUNE["network"], "depth": 3}), place / "run")  # type: ignore[dict-item]
    with pytest.raises(UserError, match="prediction: found v, allowed: flow"):
        train(finetune(place, prediction="v"), place / "run")
    with pytest.raises(UserError, match="model: found 'nowhere', allowed: mini"):
        train(finetune(place, start_from="nowhere"), place / "run")


def test_a_resumed_run_needs_the_model_it_began_with(place: Path) -> None:
    recipe = finetune(place)
    run_to_end(recipe, place / "run")
    model = store.load(place / "models" / "tiny")
    card = model.card.model_copy(update={"description": "Another."})
    changed = Model(card, model.denoiser_net, model.autoencoder, model.upsampler)
    store.save(changed, place / "models" / "tiny", overwrite=True)
    with pytest.raises(UserError, match=r"base\.json: the run began with tiny .*, found tiny "):
        run_to_end(recipe, place / "run", resume=True)


def test_a_packed_model_has_the_pictures_in_its_ledger(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 12)
    write_smooth_shards(place / "scenes")
    run_to_end(recipe_file(place, PROBE), place / "probe")
    weights = run_to_end(finetune(place), place / "runs" / "denoiser")
    label = place / "label.yaml"
    label.write_text(
        "name: zorbo\ndescription: Zorbo's.\ndata: {description: Cups., rights: See the ledger.}\n"
        "defaults: {sampler: ddim, steps: 2}\n"
    )
    pack(label, place / "runs", place / "model", tiny_probe(place, "product"), TINY_EFFORT)
    assert store.verify(place / "model").ok
    model = store.load(place / "model")
    assert same(
        model.denoiser_net.state_dict(), {name: each.half().float() for name, each in weights.items()}
    )
    assert same(
        load_file(place / "model" / "autoencoder.safetensors"),
        load_file(place / "models" / "tiny" / "autoencoder.safetensors"),
    )
    (source,) = model.card.data.sources
    assert (source.part, source.license, source.last) == ("denoiser", RIGHTS, len(NAMES) - 1)
    listed = place / "model" / "training" / "denoiser-pictures.jsonl"
    assert len(listed.read_text().splitlines()) == len(NAMES)
    assert source.version == sha256(listed)
    assert f"pictures 0 to 6 of {source.generator}, version" in (place / "model" / "README.md").read_text()
    assert model.card.training["denoiser"].model_dump()["base"]["name"] == "tiny"


def test_pictures_of_a_small_bucket_come_as_often_as_the_others() -> None:
    order = Order([40, 3, 1], batch=8, seed=0)
    steps = 8 * (40 + 3 + 1) // 8
    seen = Counter((order[step][0], int(index)) for step in range(steps) for index in order[step][1])
    assert set(seen.values()) == {8}
    assert all(len(order[step][1]) == 8 for step in range(steps))


def test_without_small_buckets_an_epoch_is_one_pass() -> None:
    order = Order([10, 9], batch=4, seed=0)
    batches = [order[step] for step in range(4)]
    for group in (0, 1):
        indices = np.concatenate([chosen for which, chosen in batches if which == group])
        assert len(indices) == len(set(indices.tolist())) == 8
