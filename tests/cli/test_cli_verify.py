"""`adfusion verify`: one answer for each file, and an exit code that a script can use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from adfusion.campaigns import Campaign
from adfusion.generation import load_picture
from command_line import Adfusion
from painter import Painter, write_brief


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    brief = write_brief(folder / "brief", placements=["iab-medium-rectangle"])
    for _ in Campaign(brief, folder / "out", limit=2).run(Painter()):
        pass
    return folder / "out"


def test_the_creatives_of_a_campaign_are_fine(adfusion: Adfusion, campaign: Path) -> None:
    done = adfusion("verify", campaign)
    assert (done.code, done.err) == (0, "")
    assert done.out.count(": fine\n") == 2 and done.out.endswith("2 files: 2 fine, 0 not\n")
    assert "Adfusion development certificate (development)" in done.out


def test_generated_pictures_are_fine_and_can_still_be_drawn_again(
    adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    adfusion("generate", "a lamp", "--model", model, "--steps", 2, "--steps-strip", "-o", tmp_path)
    said = json.loads(adfusion("verify", tmp_path, "--json").out)["files"]
    names = {"a-lamp-0.png", "a-lamp-0-steps.png", "a-lamp-sheet.png"}
    assert {Path(each["file"]).name for each in said if each["fine"]} == names
    assert len({each["watermark"]["payload"] for each in said}) == 3
    assert all(each["credentials"]["prompt"] is None for each in said)
    assert load_picture(tmp_path / "a-lamp-0.png").request.prompt == "a lamp"


def test_a_folder_is_searched_and_what_is_not_marked_is_said(
    adfusion: Adfusion, campaign: Path, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    Image.new("RGB", (200, 200), "teal").save(tmp_path / "deep" / "plain.PNG")
    (tmp_path / "renamed.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not looked at")
    (tmp_path / "made.jpg").write_bytes(next((campaign / "creatives").glob("*.jpg")).read_bytes())
    done = adfusion("verify", tmp_path, "--json")
    assert done.code == 1
    said = {Path(each["file"]).name: each for each in json.loads(done.out)["files"]}
    assert {name: each["fine"] for name, each in said.items()} == {
        "plain.PNG": False, "renamed.jpg": False, "made.jpg": True,
    }  # fmt: skip
    assert said["plain.PNG"]["problems"] == ["no content credentials", "no watermark of this computer's key"]
    assert said["made.jpg"]["agree"] and said["made.jpg"]["registry"]["how"] == "file"


def test_words_of_a_file_cannot_steer_the_terminal(adfusion: Adfusion, tmp_path: Path) -> None:
    (tmp_path / "\x1b[2Jred.png").write_bytes(b"")
    done = adfusion("verify", tmp_path)
    assert done.code == 1 and "\x1b" not in done.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("https://example.org/a.png", "FILE: found the address 'https://example.org/a.png'"),
        ("missing.png", "missing.png: no such file or folder"),
        (".", "found no .png, .jpg, .jpeg, .webp, .pdf"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused("verify", path)
