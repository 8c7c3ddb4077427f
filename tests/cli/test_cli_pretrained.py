"""Pretrained models behind the verbs of the command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from adfusion.generation import load_picture, save_picture
from adfusion.generation.diffusers import DiffusersGenerator
from adfusion.generation.diffusers.weights import at
from command_line import Adfusion
from image_service import drawing, serving
from painter import write_brief
from tiny_pipelines import save_controlnet, save_lora, save_tiny

LICENSE = "creativeml-openrail-m (restricted uses are listed in the licence)"


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return save_tiny("sd", tmp_path_factory.mktemp("cli") / "sd")


def test_generate_says_licence_and_memory_once(adfusion: Adfusion, pretrained: Path, tmp_path: Path) -> None:
    done = adfusion("generate", "a can", "--model", pretrained, "-n", 2, "--steps", 2, "-o", tmp_path)
    assert (done.code, len(done.out.splitlines())) == (0, 3)
    assert done.err.count(LICENSE) == 1
    assert done.err.count("float32,resident") == 1
    assert len(done.err.splitlines()) == 2


def test_lora_and_memory_are_taken(adfusion: Adfusion, pretrained: Path, tmp_path: Path) -> None:
    save_lora(pretrained, tmp_path / "lora")
    done = adfusion(
        "generate", "a can", "--model", pretrained, "--lora", f"{tmp_path / 'lora'}:0.5", "--memory",
        "bfloat16,tiling", "--steps", 1, "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.code == 0
    assert "bfloat16,resident,tiling" in done.err


@pytest.mark.parametrize(
    ("memory", "allowed"),
    [
        ("huge", "auto, or with commas: float32, float16, bfloat16"),
        ("offload", "allowed on the CPU: resident"),
        ("float32,float16", "one of float32, float16, bfloat16"),
    ],
)
def test_other_memory_is_refused(
    refused: Callable[..., str], pretrained: Path, tmp_path: Path, memory: str, allowed: str
) -> None:
    assert allowed in refused("generate", "a can", "--model", pretrained, "--memory", memory, "-o", tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline whose native pictures are quick to draw."""
    folder = save_tiny("sd", tmp_path_factory.mktemp("cli") / "small")
    config = folder / "unet" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "sample_size": 32}))
    return folder


@pytest.fixture
def drawn(small: Path, tmp_path: Path) -> list[Path]:
    """Two pictures that the pipeline drew."""
    pictures = DiffusersGenerator.open(at(small)).generate("a can", n=2, steps=1).pictures()
    paths = [tmp_path / f"drawn-{picture.seed}.png" for picture in pictures]
    for picture, path in zip(pictures, paths, strict=True):
        save_picture(picture, path)
    return paths


@pytest.mark.parametrize(
    ("verb", "arguments", "made"),
    [
        ("image", ("{0}", "a red can", "--steps", 2), ["drawn-0-image-0.png"]),
        ("inpaint", ("{0}", "a red can", "--mask", "{mask}", "--steps", 2), ["drawn-0-inpaint-0.png"]),
        ("outpaint", ("{0}", "a wall", "--size", "4:3", "--steps", 2), ["drawn-0-outpaint-0.png"]),
        ("vary", ("{0}", "-n", 2), ["drawn-0-subtle-1.png", "drawn-0-subtle-2.png"]),
        ("blend", ("{0}", "{1}"), ["drawn-0-to-drawn-1-50.png"]),
        ("film", ("a can", "--seeds", "0..1", "--frames", 2, "--steps", 1), ["a-can-film.gif"]),
    ],
)
def test_verbs_of_edit_run_on_a_pretrained_model(
    adfusion: Adfusion, small: Path, drawn: list[Path], tmp_path: Path, verb: str,
    arguments: tuple[object, ...], made: list[str],
) -> None:  # fmt: skip
    mask = Image.new("L", Image.open(drawn[0]).size)
    mask.paste(255, (0, 0, mask.width // 2, mask.height))
    mask.save(tmp_path / "mask.png")
    given = [str(each).format(*drawn, mask=tmp_path / "mask.png") for each in arguments]
    done = adfusion("edit", verb, *given, "--model", small, "-o", tmp_path / "edited")
    assert done.code == 0, done.err
    for name in made:
        path = tmp_path / "edited" / name
        assert path.is_file()
        assert path.suffix == ".gif" or load_picture(path).model == "small"


@pytest.mark.parametrize(
    ("verb", "arguments", "field"),
    [
        ("tile", ("confetti",), "tile"),
        ("recolor", ("{0}", "--from", "a can", "--to", "a red can"), "initial_prompt"),
    ],
)
def test_verbs_that_pipelines_have_no_door_for_are_refused_in_one_line(
    adfusion: Adfusion, small: Path, drawn: list[Path], tmp_path: Path, verb: str,
    arguments: tuple[str, ...], field: str,
) -> None:  # fmt: skip
    given = [each.format(*drawn) for each in arguments]
    done = adfusion("edit", verb, *given, "--model", small, "-o", tmp_path / "edited")
    assert (done.code, done.out) == (2, "")
    assert f"{field}: small cannot do this edit, allowed: initial, mask, strength, toward" in done.err


def test_a_campaign_runs_unchanged_and_keeps_the_licence(
    adfusion: Adfusion, pretrained: Path, tmp_path: Path
) -> None:
    brief = write_brief(tmp_path, placements=["iab-medium-rectangle"])
    run = ("campaign", brief, "-o", tmp_path / "out", "--model", pretrained, "--steps", 1, "--limit", 2)
    done = adfusion(*run)
    assert done.code == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["model"]["name"] == "sd"
    assert manifest["model"]["license"] == LICENSE
    assert len(manifest["creatives"]) == 2
    again = adfusion(*run, "--resume", "--json")
    assert json.loads(again.out)["files_made"] == 0


def test_show_prints_licence_family_and_hashes(adfusion: Adfusion, pretrained: Path) -> None:
    said = json.loads(adfusion("models", "show", pretrained, "--json").out)
    assert (said["license"], said["family"]) == (LICENSE, "Stable Diffusion 1/2")
    assert len(said["files"]["unet/diffusion_pytorch_model.safetensors"]) == 64
    assert said["hash"] in adfusion("models", "show", pretrained).out


def test_export_and_import_are_verbs(adfusion: Adfusion, model: Path, tmp_path: Path) -> None:
    assert adfusion("models", "export", model, "-o", tmp_path / "theirs").code == 0
    assert adfusion("models", "import", tmp_path / "theirs", "-o", tmp_path / "ours").code == 0
    assert (tmp_path / "ours" / "model.json").read_bytes() == (model / "model.json").read_bytes()


def test_a_controlnet_draws_after_a_picture(
    adfusion: Adfusion, refused: Callable[..., str], pretrained: Path, tmp_path: Path
) -> None:
    net = save_controlnet("sd", tmp_path / "net")
    Image.linear_gradient("L").save(tmp_path / "edges.png")
    command = ("generate", "a can", "--model", pretrained, "--steps", 1, "--controlnet", net, "-o", tmp_path)
    assert adfusion(*command, "--control", tmp_path / "edges.png").code == 0
    control = load_picture(tmp_path / "a-can-0.png").request.control
    assert control is not None
    assert control.size == (256, 256)
    assert "found one of --controlnet and --control, allowed: both" in refused(*command)


def test_a_controlnet_leads_edits(adfusion: Adfusion, small: Path, drawn: list[Path], tmp_path: Path) -> None:
    net = save_controlnet("sd", tmp_path / "net")
    Image.linear_gradient("L").save(tmp_path / "edges.png")
    Image.new("L", Image.open(drawn[0]).size, 255).save(tmp_path / "mask.png")
    options = ("--model", small, "--controlnet", net, "--steps", 2, "-o", tmp_path)
    control = ("--control", tmp_path / "edges.png")
    image = ("edit", "image", drawn[0], "a red can", *options)
    assert adfusion(*image, *control).code == 0
    inpaint = ("edit", "inpaint", drawn[0], "a red can", "--mask", tmp_path / "mask.png", *options)
    assert adfusion(*inpaint, *control).code == 0
    for verb in ("image", "inpaint"):
        assert load_picture(tmp_path / f"drawn-0-{verb}-0.png").request.control is not None
    without = adfusion(*image)
    assert without.code == 2
    assert "error: control: found no picture, allowed: one that the ControlNet follows" in without.err


def test_a_controlnet_is_only_for_pretrained_models(
    refused: Callable[..., str], model: Path, tmp_path: Path
) -> None:
    Image.new("L", (64, 64)).save(tmp_path / "edges.png")
    line = refused(
        "generate", "a can", "--model", model, "--controlnet", tmp_path, "--control", tmp_path / "edges.png",
        "-o", tmp_path / "out",
    )  # fmt: skip
    assert "controlnet" in line
    assert "pretrained models only" in line


def test_a_campaign_on_a_service_stays_within_its_limit(
    adfusion: Adfusion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADFUSION_REMOTE_KEY", "sk-secret-7")
    brief = write_brief(tmp_path, placements=["iab-medium-rectangle"], variants=2)
    with serving(drawing) as server:
        model = f"openai+{server.address}/v1?model=painter&price=0.5&sizes=128x128"
        run = ("campaign", brief, "--model", model, "--limit", 3, "--spend-limit")
        dear = adfusion(*run, 0.7, "-o", tmp_path / "dear")
        assert (dear.code, "error: spend_limit: " in dear.err) == (2, True)
        assert server.calls == []
        assert adfusion(*run, 2.0, "-o", tmp_path / "out").code == 0
        assert 1 <= len(server.calls) <= 3
        spent = json.loads((tmp_path / "out" / "spent.json").read_text())["spent"]
        assert spent == 0.5 * len(server.calls)
        more = ("campaign", brief, "--model", model, "--limit", 9, "-o", tmp_path / "out", "--resume")
        dear = adfusion(*more, "--spend-limit", spent + 0.4)
        assert (dear.code, "error: spend_limit: " in dear.err) == (2, True)
        assert spent == 0.5 * len(server.calls), "what the first run cost counts in the second"
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["model"]["name"] == f"127.0.0.1:{server.server_port}/painter"
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or b"sk-secret-7" not in path.read_bytes()


def test_a_model_that_is_nowhere_is_one_line(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for arguments in (("generate", "a can", "--model"), ("models", "pull"), ("models", "show")):
        assert "is not in the cache" in refused(*arguments, "hf:example/nowhere")
