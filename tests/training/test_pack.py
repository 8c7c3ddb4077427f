"""From runs to a model that loads, is measured, and is what the runs learnt."""

from pathlib import Path

import pytest
import torch
import yaml

from adfusion.data import shards
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.training.pack import pack
from tiny_probe import PROBE, TINY_EFFORT, UNTRAINED, tiny_probe
from tiny_runs import AUTOENCODER, DENOISER, UPSAMPLER, recipe_file, run_to_end, write_smooth_shards

LABEL = {
    "name": "tiny",
    "description": "Smooth pictures.",
    "data": {"description": "Random gradients.", "rights": "Ours."},
    "defaults": {"sampler": "ddim", "steps": 2, "guidance_scale": 1.5},
}


def label_file(folder: Path, **changes: object) -> Path:
    path = folder / "label.yaml"
    path.write_text(yaml.safe_dump({**LABEL, **changes}))
    return path


def test_three_runs_become_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 12)
    write_smooth_shards(tmp_path / "scenes")
    for recipe in (PROBE, AUTOENCODER, DENOISER, UPSAMPLER):
        weights = run_to_end(recipe_file(tmp_path, recipe), tmp_path / str(recipe["train"]))
    label = label_file(tmp_path, notes={"upsampler": "small"})
    pack(label, tmp_path, tmp_path / "model", tiny_probe(tmp_path, "product"), TINY_EFFORT)

    model = store.load(tmp_path / "model")
    assert store.verify(tmp_path / "model").ok
    assert torch.equal(model.upsampler.state_dict()["head.weight"], weights["head.weight"].half().float())
    assert model.card.sizes == ((32, 32), (24, 40))
    assert model.card.training["denoiser"].pictures_seen == 48
    assert set(model.card.metrics["prompt fidelity, seen combinations"]) == {"product", "all of them"}
    ledger = {source.part: source for source in model.card.data.sources}
    assert ledger.keys() == set(store.PARTS)
    assert (ledger["denoiser"].first, ledger["denoiser"].last) == (0, 23)
    assert ledger["upsampler"].note == "small"
    assert "scenes 0 to 23 of adfusion.data.scenes" in (tmp_path / "model" / "README.md").read_text()
    names = {path.name for path in (tmp_path / "model" / "training").iterdir()}
    assert names == {f"{part}.{kind}" for part in store.PARTS for kind in ("jsonl", "png")}


def test_an_unfinished_run_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished training run here"):
        pack(label_file(tmp_path), tmp_path, tmp_path / "model", UNTRAINED)
    assert not (tmp_path / "model").exists()


def test_a_wrong_label_names_file_and_field(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"label\.yaml: author: found 'me'"):
        pack(label_file(tmp_path, author="me"), tmp_path, tmp_path / "model", UNTRAINED)
