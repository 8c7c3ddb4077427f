"""`adfusion finetune`, and what it makes in the other verbs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from command_line import Adfusion
from painter import write_brief
from tiny_learnt import write_photos
from tiny_runs import AUTOENCODER, recipe_file

NAMES = ("zorbo_cup", "zorbo_cup_wide", "zorbo_table", "zorbo_left", "zorbo_right")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", NAMES)


@pytest.fixture(scope="module")
def lora(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from adfusion.data.folder import read_photos
    from adfusion.data.photo import usable
    from adfusion.models import store
    from adfusion.training.lora import finetune

    folder = tmp_path_factory.mktemp("lora")
    photos = usable(
        folder, list(read_photos(write_photos(folder / "photos", NAMES))), least=5, skip_bad=False
    )
    for _ in finetune(photos, store.load(model), folder / "zorbo", rights="Ours.", steps=2, prior_scenes=2):
        pass
    return folder / "zorbo"


def test_finetune_makes_a_lora_and_says_what_it_skipped(
    adfusion: Adfusion, model: Path, photos: Path, tmp_path: Path
) -> None:
    (photos / "notes.pdf").write_text("hello")
    out = tmp_path / "zorbo"
    rights = tmp_path / "rights.txt"
    rights.write_text("Photographs by the Zorbo studio,\nfor training.\n")
    done = adfusion(
        "finetune", photos, "-o", out, "--model", model, "--rights-file", rights, "--steps", 1, "--rank", 2,
        "--skip-bad",
    )  # fmt: skip
    assert done.code == 0, done.err
    skipped, made = done.out.splitlines()
    assert skipped.startswith("skipped notes.pdf: found no picture")
    assert made == f"{out}: a LoRA of tiny from 5 pictures; previews in {out}/training"
    card = json.loads((out / "lora.json").read_text())
    assert (card["rights"], card["rank"]) == ("Photographs by the Zorbo studio, for training.", 2)
    config = json.loads((out / "adapter_config.json").read_text())
    assert (config["peft_type"], config["r"]) == ("LORA", 2)


def test_finetune_refuses_in_one_line_before_it_trains(
    refused: Callable[..., str], model: Path, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "zorbo"
    command = ("finetune", photos, "-o", out, "--model", model)
    assert "rights: found no statement" in refused(*command)
    assert "rights: found no statement" in refused(*command, "--rights", "  ")
    assert "rights: cannot read" in refused(*command, "--rights-file", tmp_path / "none.txt")
    (photos / "notes.pdf").write_text("hello")
    assert "1 of 6 files cannot be used (--skip-bad): notes.pdf" in refused(*command, "--rights", "Ours.")
    assert "found no such folder" in refused("finetune", tmp_path / "none", "-o", out, "--rights", "Ours.")
    assert "in use" in refused("finetune", photos, "-o", photos, "--rights", "Ours.")
    assert not out.exists()


def test_too_few_are_left_and_what_was_skipped_is_said_all_the_same(
    adfusion: Adfusion, model: Path, photos: Path, tmp_path: Path
) -> None:
    bad = sorted(photos.iterdir())[0]
    bad.write_bytes(bad.read_bytes()[:90])
    done = adfusion(
        "finetune", photos, "-o", tmp_path / "zorbo", "--model", model, "--rights", "Ours.", "--skip-bad"
    )
    assert (done.code, done.out.startswith(f"skipped {bad.name}: found")) == (2, True)
    assert "found 4 usable pictures, allowed: 5 or more" in done.err


def test_generate_and_edit_draw_with_a_lora(
    adfusion: Adfusion, model: Path, lora: Path, tmp_path: Path
) -> None:
    made = {}
    for option in ("", f"{lora}:0", f"{lora}:0.5"):
        chosen = ["--lora", option] if option else []
        done = adfusion("generate", "a zorbo cup", "--model", model, *chosen, "-o", tmp_path, "--json")
        (made[option],) = json.loads(done.out)["pictures"]
    base, zero, half = (each.get("loras", []) for each in made.values())
    assert base == zero == []
    assert [(each["name"], each["weight"], each["rights"]) for each in half] == [("zorbo", 0.5, "Ours.")]
    assert len({each["model_hash"] for each in made.values()}) == 1
    edited = adfusion(
        "edit", "vary", made[f"{lora}:0.5"]["file"], "-n", 1, "--model", model, "--lora", lora,
        "-o", tmp_path / "edited", "--json",
    )  # fmt: skip
    assert edited.code == 0, edited.err
    assert json.loads(edited.out)["pictures"][0]["loras"] == half, "as in the picture that is varied"


def test_a_campaign_with_a_lora_says_so_and_resumes_only_with_it(
    adfusion: Adfusion, model: Path, lora: Path, tmp_path: Path
) -> None:
    brief = write_brief(tmp_path, placements=["iab-medium-rectangle"], headlines=["Slow"])
    content = yaml.safe_load(brief.read_text())
    brief.write_text(
        yaml.safe_dump({**content, "concepts": content["concepts"][:1], "segments": [{"name": "All"}]})
    )
    command = ("campaign", brief, "-o", tmp_path / "ads", "--model", model, "--json")
    runs = [
        json.loads(adfusion(*command, *more).out)
        for more in (("--lora", lora), ("--lora", lora, "--resume"), ("--resume",))
    ]
    assert [run["files_made"] > 0 for run in runs] == [True, False, True]
    adfusion(*command, "--lora", lora, "--resume")
    manifest = json.loads((tmp_path / "ads" / "manifest.json").read_text())
    (used,) = manifest["pictures"][0]["request"]["loras"]
    assert (used["name"], used["weight"], used["rights"]) == ("zorbo", 1.0, "Ours.")
    ledger = json.loads(adfusion("rights", tmp_path / "ads", "--model", model, "--json").out)
    assert [each["rights"] for each in ledger["model"]["loras"]] == ["Ours."]


def test_models_merge_makes_a_model(adfusion: Adfusion, model: Path, lora: Path, tmp_path: Path) -> None:
    out = tmp_path / "zorbo-model"
    done = adfusion("models", "merge", model, "--lora", f"{lora}:0.8", "-o", out)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{out}: zorbo-model, ")
    assert adfusion("models", "verify", out).code == 0
    shown = adfusion("models", "show", out).out
    assert "| zorbo | 0.8 | 5 | Ours. |" in shown


def test_a_lora_that_is_none_is_refused_in_one_line(
    refused: Callable[..., str], model: Path, lora: Path, tmp_path: Path
) -> None:
    command = ("generate", "a cup", "--model", model, "-o", tmp_path)
    assert "found 0 safetensors files, allowed" in refused(*command, "--lora", tmp_path)
    assert "weight: found 3, allowed: 0 to 2" in refused(*command, "--lora", f"{lora}:3")
    merging = ("models", "merge", model, "--lora", f"{lora}:0", "-o", tmp_path / "merged")
    assert "found none with a weight above 0" in refused(*merging)


def test_train_learns_from_a_folder_and_says_what_it_skipped(
    adfusion: Adfusion, refused: Callable[..., str], photos: Path, tmp_path: Path
) -> None:
    (photos / "notes.pdf").write_text("hello")
    data = {"folder": "photos", "rights": "Ours.", "sizes": [[32, 32]]}
    recipe = recipe_file(tmp_path, AUTOENCODER, pictures=4, data=data)
    assert "(skip_bad: true): notes.pdf: found no picture" in refused("train", recipe, "-o", tmp_path / "run")
    recipe = recipe_file(tmp_path, AUTOENCODER, pictures=4, data={**data, "skip_bad": True})
    done = adfusion("train", recipe, "-o", tmp_path / "run")
    assert done.code == 0, done.err
    skipped, run = done.out.splitlines()
    assert skipped.startswith("skipped notes.pdf: found no picture")
    assert run == str(tmp_path / "run")
