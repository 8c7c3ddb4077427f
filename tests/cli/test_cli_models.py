"""`adfusion models`: what is there, and whether it is whole."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import Adfusion


@pytest.fixture
def tampered(model: Path, tmp_path: Path) -> Path:
    """One bit of one weight is another."""
    folder = shutil.copytree(model, tmp_path / "tampered")
    weights = folder / "denoiser.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    return folder


def test_list_prints_every_bundled_model(adfusion: Adfusion) -> None:
    done = adfusion("models", "list", "--json")
    assert done.code == 0
    assert all({"name", "description"} <= model.keys() for model in json.loads(done.out))


def test_show_prints_the_card(adfusion: Adfusion, model: Path) -> None:
    assert "# tiny" in adfusion("models", "show", model).out
    assert json.loads(adfusion("models", "show", model, "--json").out)["name"] == "tiny"


def test_verify_passes_a_whole_model(adfusion: Adfusion, model: Path) -> None:
    done = adfusion("models", "verify", model)
    assert (done.code, done.out.count(": ok"), done.err) == (0, 3, "")


def test_verify_names_the_tampered_file(adfusion: Adfusion, tampered: Path) -> None:
    done = adfusion("models", "verify", tampered)
    assert (done.code, done.out.count(": ok")) == (2, 2)
    assert done.err.count("\n") == 1
    assert "denoiser.safetensors" in done.err
    said = adfusion("models", "verify", tampered, "--json")
    assert (said.code, json.loads(said.out)["ok"]) == (2, False)


def test_a_tampered_model_draws_nothing(refused: Callable[..., str], tampered: Path, tmp_path: Path) -> None:
    line = refused("generate", "a lamp", "--model", tampered, "-o", tmp_path / "out")
    assert "denoiser.safetensors" in line
    assert "sha256" in line
    assert not (tmp_path / "out").exists()


def test_a_missing_weight_file_is_named(refused: Callable[..., str], tampered: Path, tmp_path: Path) -> None:
    (tampered / "autoencoder.safetensors").unlink()
    (tampered / "denoiser.safetensors").unlink()
    assert "safetensors" in refused("generate", "a lamp", "--model", tampered, "-o", tmp_path / "out")
