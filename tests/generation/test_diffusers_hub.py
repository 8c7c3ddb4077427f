"""Models of the hub, against a stand-in on this machine: no traffic leaves it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from adfusion.errors import UserError
from adfusion.generation.backends import open_generator
from adfusion.generation.diffusers import hub
from adfusion.generation.diffusers.memory import GIB, Machine
from hub import COMMIT, Hub, serving
from tiny_pipelines import save_tiny

NAME = "hf:example/tiny"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny("sd", tmp_path_factory.mktemp("hub") / "sd")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point the client to an address, and to an empty cache."""
    import huggingface_hub
    from huggingface_hub import constants

    cache = tmp_path / "cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")

    def point(url: str) -> None:
        api, snapshot = huggingface_hub.HfApi, huggingface_hub.snapshot_download
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api(endpoint=url))
        monkeypatch.setattr(
            huggingface_hub,
            "snapshot_download",
            lambda *names, **options: snapshot(*names, endpoint=url, cache_dir=cache, **options),
        )

    return point


def test_a_pulled_model_is_in_the_cache_and_needs_no_network_again(
    folder: Path, at: Callable[[str], None]
) -> None:
    with serving(Hub("example/tiny", folder)) as server:
        at(server.url)
        assert hub.cached(NAME) is None
        pulled = hub.pull(NAME)
        assert "unet/diffusion_pytorch_model.safetensors" in server.downloads
    again = hub.cached(NAME)
    assert again is not None
    assert pulled.path.name == COMMIT
    assert pulled.hash() == again.hash()
    assert pulled.hashes()["unet/diffusion_pytorch_model.safetensors"]


def test_a_pull_that_was_cut_off_is_not_taken_for_a_model(folder: Path, at: Callable[[str], None]) -> None:
    with serving(Hub("example/tiny", folder)) as server:
        at(server.url)
        pulled = hub.pull(NAME)
        (pulled.path / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    assert hub.cached(NAME) is None


def test_half_precision_is_preferred_and_nothing_twice(folder: Path, tmp_path: Path) -> None:
    sizes = {
        "model_index.json": 1,
        "README.md": 1,
        "big.safetensors": 9,
        "unet/config.json": 1,
        "unet/diffusion_pytorch_model.safetensors": 8,
        "unet/diffusion_pytorch_model.fp16.safetensors": 4,
        "unet/diffusion_pytorch_model.bin": 8,
        "vae/diffusion_pytorch_model.safetensors": 2,
        "vae/decoder.onnx": 5,
    }
    assert set(hub._wanted("example/tiny", sizes)) == {
        "model_index.json",
        "README.md",
        "unet/config.json",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    }


def test_a_repository_of_pickles_is_refused_before_any_download(
    folder: Path, tmp_path: Path, at: Callable[[str], None]
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "pickled"))
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with serving(Hub("example/tiny", copy)) as server:
        at(server.url)
        with pytest.raises(UserError, match=r"hf:example/tiny: unet: found a pickle only.*save_pretrained"):
            hub.pull(NAME)
        assert server.downloads == []


def test_too_small_a_disk_is_said_before_any_download(
    folder: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.shutil, "disk_usage", lambda place: SimpleNamespace(free=1_000_000_000))
    with serving(Hub("example/tiny", folder)) as server:
        at(server.url)
        with pytest.raises(UserError, match=r"needs 0\.0 GB in .*cache, found 0\.0 GB free"):
            hub.pull(NAME)
        assert server.downloads == []


def test_too_little_memory_is_said_before_any_download(
    folder: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "here", lambda device: Machine("cpu", GIB, GIB))
    with serving(Hub("example/tiny", folder)) as server:
        at(server.url)
        with pytest.raises(UserError, match=r"needs 2\.0 GiB of memory as bfloat16, found 1\.0 GiB free"):
            open_generator(NAME)
        assert server.downloads == []


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "GatedRepo", "is gated: accept its licence on https://huggingface.co/example/tiny"),
        (404, "RepoNotFound", "not found"),
        (404, "RevisionNotFound", "has no such revision"),
        (500, "", "the hub answered 500"),
    ],
)
def test_what_the_hub_refuses_is_one_line(
    folder: Path, at: Callable[[str], None], status: int, code: str, said: str
) -> None:
    with serving(Hub("example/tiny", folder, status=status, code=code)) as server:
        at(server.url)
        with pytest.raises(UserError, match=f"hf:example/tiny: .*{said}"):
            hub.pull(NAME)


def test_no_network_and_offline_are_one_line(
    at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("http://127.0.0.1:9")
    with pytest.raises(UserError, match="is not in the cache, and the hub cannot be reached"):
        hub.pull(NAME)


@pytest.mark.parametrize("name", ["hf:", "hf:tiny", "hf:a/b/c", "hf:../x", "hf:a/b@", "hf:a/..@x/../y"])
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="allowed: hf:ORGANISATION/NAME"):
        hub.parse(name)
