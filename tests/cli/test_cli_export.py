"""`adfusion export`: from a finished folder to what designers and media buyers ask for."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from adfusion.campaigns import Campaign
from command_line import Adfusion
from painter import Painter, write_brief

PLACES = ["iab-medium-rectangle", "meta-feed-square", "google-landscape", "google-square", "custom 640x360"]
LONG = "A headline of more than thirty characters"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    brief = write_brief(
        folder / "brief",
        placements=PLACES,
        concepts=[{"name": "One", "prompt": "a lamp"}],
        headlines=["Light up", LONG],
        segments=[{"name": "Früh, spät"}],
    )
    for _ in Campaign(brief, folder / "out").run(Painter()):
        pass
    shutil.rmtree(folder / "brief")
    return folder / "out"


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_every_creative_is_written_in_every_form(adfusion: Adfusion, finished: Path, tmp_path: Path) -> None:
    done = adfusion("export", finished, "-o", tmp_path / "to", "--json")
    assert (done.code, done.err) == (0, "")
    to = tmp_path / "to"
    files = {path.relative_to(to).as_posix() for path in to.rglob("*.*")}
    assert {Path(path).relative_to(to).as_posix() for path in json.loads(done.out)["files"]} == files
    forms = ("svg", "psd", "pdf", "html5")
    count = {form: sum(file.startswith(f"{form}/") for file in files) for form in forms}
    assert count == {"svg": 10, "psd": 10, "pdf": 10, "html5": 4}
    zips = {"meta.zip", "google.zip", "iab.zip", "own-sizes.zip"}
    assert {file for file in files if "/" not in file} == zips


def test_formats_and_placements_can_be_chosen(adfusion: Adfusion, finished: Path, tmp_path: Path) -> None:
    adfusion("export", finished, "-o", tmp_path, "--format", "svg, pdf", "--placement", "google-square")
    assert {path.parent.name for path in tmp_path.rglob("*.*")} == {"svg", "pdf"}
    assert all("google-square" in path.name for path in tmp_path.rglob("*.*"))


def test_a_platforms_zip_has_its_files_and_lists_that_name_them(
    adfusion: Adfusion, finished: Path, tmp_path: Path
) -> None:
    adfusion("export", finished, "-o", tmp_path, "--format", "package", "--url", "https://example.org/tea")
    with zipfile.ZipFile(tmp_path / "meta.zip") as meta:
        listed = rows(meta.read("creatives.csv"))
        assert {row["File"] for row in listed} == {name for name in meta.namelist() if name.endswith(".jpg")}
        for row in listed:
            with Image.open(io.BytesIO(meta.read(row["File"]))) as image:
                assert image.size == (int(row["Width"]), int(row["Height"])) == (1080, 1080)
        ads = rows(meta.read("meta-ads.csv"))
        assert {ad["Image File Name"] for ad in ads} == {row["File"] for row in listed}
        assert {ad["Link"] for ad in ads} == {"https://example.org/tea"}
        assert {(ad["Ad Status"], ad["Ad Set Name"]) for ad in ads} == {("PAUSED", "Früh, spät")}
    with zipfile.ZipFile(tmp_path / "google.zip") as google:
        (group,) = rows(google.read("google-ads-editor.csv"))
        assert (group["Headline 1"], group["Headline 2"]) == ("Light up", "")
        assert (group["Long headline 1"], group["Long headline 2"]) == ("Light up", LONG)
        assert group["Final URL"] == "https://example.org/tea"
        pictures = [name for name in google.namelist() if name.endswith(".jpg")]
        assert len(pictures) == 4
        assert all(name.startswith(f"{group['Asset Group']}/") for name in pictures)


def test_errors_stop_everything_before_the_first_file(
    refused: Callable[..., str], finished: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    victim = next((out / "creatives").glob("*google-square*.jpg"))
    victim.write_bytes(victim.read_bytes() + b"x")
    line = refused("export", out, "-o", tmp_path / "to")
    assert victim.stem in line
    assert "adfusion check" in line
    assert not (tmp_path / "to").exists()


def test_an_error_elsewhere_does_not_stop_another_placement(
    adfusion: Adfusion, finished: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    next((out / "creatives").glob("*google-square*.jpg")).unlink()
    done = adfusion(
        "export", out, "-o", tmp_path / "to", "--format", "svg", "--placement", "meta-feed-square"
    )
    assert (done.code, len(list((tmp_path / "to/svg").iterdir()))) == (0, 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "svg,docx"], ["--format", "'docx'", "html5"]),
        (["--placement", "meta-story"], ["--placement", "'meta-story'", "google-square, custom-640x360"]),
    ],
)
def test_unknown_formats_and_placements_are_one_line(
    refused: Callable[..., str], finished: Path, tmp_path: Path, options: list[str], said: list[str]
) -> None:
    line = refused("export", finished, "-o", tmp_path / "to", *options)
    assert all(part in line for part in said)
    assert not (tmp_path / "to").exists()
