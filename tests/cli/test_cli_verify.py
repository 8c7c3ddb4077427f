"""`adfusion verify`: one answer for each file, and an exit code that a script can use."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from adfusion.campaigns import Campaign
from adfusion.errors import UserError
from adfusion.generation import load_picture
from adfusion.provenance.fetch import fetch
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


def test_noise_is_marked_unless_told_otherwise_and_looked_at_when_asked(
    adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    draw = ("generate", "a lamp", "--model", model, "--steps", 2, "-o")
    adfusion(*draw, tmp_path / "marked")
    adfusion(*draw, tmp_path / "plain", "--no-mark")
    names = tmp_path / "marked" / "a-lamp-0.png", tmp_path / "plain" / "a-lamp-0.png"
    assert [bool(load_picture(name).request.noise_mark) for name in names] == [True, False]
    done = adfusion("verify", names[0], "--deep", "--model", model, "--json")
    assert done.code == 0 and "noise" in json.loads(done.out)["files"][0]


def test_a_campaigns_rights_are_verified_with_their_signature(
    adfusion: Adfusion, campaign: Path, tmp_path: Path
) -> None:
    adfusion("rights", campaign, "-o", tmp_path)
    done = adfusion("verify", tmp_path / "rights.json.jws", tmp_path / "rights.pdf", "--json")
    said = json.loads(done.out)["files"]
    assert done.code == 0 and [each["fine"] for each in said] == [True, True]
    assert said[1]["registry"]["how"] == "file"
    (tmp_path / "rights.json").write_text("{}")
    assert adfusion("verify", tmp_path / "rights.json.jws").code == 1


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


def test_an_address_is_fetched_if_that_is_allowed(
    adfusion: Adfusion, refused: Callable[..., str], campaign: Path
) -> None:
    data = next((campaign / "creatives").glob("*.jpg")).read_bytes()
    with serving(data) as address:
        assert "or addresses with --allow-urls" in refused("verify", address)
        done = adfusion("verify", address, "--allow-urls", "--json")
        (said,) = json.loads(done.out)["files"]
        assert (done.code, said["fine"], said["file"]) == (0, True, address)
        with pytest.raises(UserError, match="found more than 1,000 bytes"):
            fetch(address, campaign / "fetched", most=1000)
    assert "cannot fetch" in refused("verify", "http://127.0.0.1:1/a.png", "--allow-urls")


@contextmanager
def serving(data: bytes) -> Iterator[str]:
    """An address on this computer."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/a.jpg"
        server.shutdown()


def test_words_of_a_file_cannot_steer_the_terminal(adfusion: Adfusion, tmp_path: Path) -> None:
    (tmp_path / "\x1b[2Jred.png").write_bytes(b"")
    done = adfusion("verify", tmp_path)
    assert done.code == 1 and "\x1b" not in done.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("https://example.org/a.png", "FILE: found the address 'https://example.org/a.png'"),
        ("missing.png", "missing.png: no such file or folder"),
        ("a" * 300, "no such file or folder, or none that may be read"),
        (".", "found no .png, .jpg, .jpeg, .webp, .pdf, .jws"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused("verify", path)
