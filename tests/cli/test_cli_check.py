"""`adfusion check`: what a finished folder is told, with the brief and the model long gone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adfusion.campaigns import Campaign
from command_line import Adfusion
from painter import Painter, write_brief


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    brief = write_brief(
        folder / "brief",
        placements=["iab-medium-rectangle", "google-landscape"],
        concepts=[{"name": "One", "prompt": "a lamp"}],
    )
    for _ in Campaign(brief, folder / "out").run(Painter()):
        pass
    shutil.rmtree(folder / "brief")
    return folder / "out"


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "out")


def tampered(out: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Change the first creative's document as someone would who also mends the manifest; gives its id."""
    from adfusion.files import sha256

    manifest = json.loads((out / "manifest.json").read_text())
    record = manifest["creatives"][0]
    path = out / record["files"][-1]["path"]
    document = json.loads(path.read_text())
    change(document["creative"])
    path.write_text(json.dumps(document))
    record["files"][-1]["sha256"] = sha256(path)
    (out / "manifest.json").write_text(json.dumps(manifest))
    return str(record["id"])


def recolor(creative: dict[str, Any]) -> None:
    """Set every word in mid-grey, which no ground of the campaign carries."""
    for group in creative["layers"]:
        for layer in group.get("layers", []):
            if layer["kind"] == "Text":
                layer["color"] = "#808080"


def test_a_campaign_is_checked_at_its_end_and_again_to_the_same_report(adfusion: Adfusion, out: Path) -> None:
    before = (out / "checks.json").read_bytes()
    done = adfusion("check", out)
    assert (out / "checks.json").read_bytes() == before
    assert "8 creatives: 0 errors" in done.out
    assert (done.code, done.err) == (0, "")


def test_json_is_the_report(adfusion: Adfusion, out: Path) -> None:
    said = json.loads(adfusion("check", out, "--json").out)
    assert said == json.loads((out / "checks.json").read_text())
    assert {"errors", "warnings", "creatives", "look_alikes"} == said.keys()
    assert len(said["creatives"]) == 8


def test_an_error_is_in_the_table_in_the_report_and_in_the_exit_code(adfusion: Adfusion, out: Path) -> None:
    id = tampered(out, recolor)
    done = adfusion("check", out)
    assert done.code == 1
    assert "contrast" in done.out
    report = json.loads((out / "checks.json").read_text())
    assert report["errors"] > 0
    assert {creative["id"] for creative in report["creatives"] if creative["findings"]} >= {id}


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_file_that_is_not_what_the_run_wrote_is_an_error(
    adfusion: Adfusion, out: Path, damage: str
) -> None:
    victim = next((out / "creatives").glob("*.jpg"))
    victim.write_bytes(victim.read_bytes() + b"x") if damage == "changed" else victim.unlink()
    done = adfusion("check", out)
    assert done.code == 1
    assert "changed" in done.out


def test_what_is_not_a_finished_campaign_is_one_line(
    refused: Callable[..., str], out: Path, tmp_path: Path
) -> None:
    assert "found no manifest.json" in refused("check", tmp_path)
    manifest = json.loads((out / "manifest.json").read_text())
    for record in manifest["creatives"]:
        record["files"] = record["files"][:2]
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert "--resume" in refused("check", out)


def test_a_damaged_asset_is_one_line(refused: Callable[..., str], out: Path) -> None:
    for asset in (out / "assets").iterdir():
        asset.write_bytes(b"x")
    assert "assets/" in refused("check", out)
