"""`adfusion campaign`: as a user runs it, with every mistake in a brief and every way to be stopped."""

import errno
import json
import os
import signal
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from adfusion.files import sha256
from command_line import Adfusion, own_lines
from painter import write_brief
from signed import content

ONE = {
    "concepts": [{"name": "One", "prompt": "a lamp"}],
    "segments": [{"name": "All"}],
    "headlines": ["Light up"],
}


def bomb(path: Path) -> None:
    """A PNG of a few bytes that says it is 60,000 × 60,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def test_a_brief_becomes_creatives_a_manifest_and_a_gallery(
    adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = adfusion("campaign", write_brief(tmp_path, **ONE), "-o", out, "--model", model)
    assert (done.code, done.err) == (0, "")
    assert str(out / "index.html") in done.out
    assert sorted(path.name for path in (out / "creatives").iterdir()) == [
        "one_all_light-up_iab-leaderboard_v1.png",
        "one_all_light-up_iab-leaderboard_v1.svg",
        "one_all_light-up_iab-medium-rectangle_v1.jpg",
        "one_all_light-up_iab-medium-rectangle_v1.svg",
        "one_all_light-up_iab-skyscraper_v1.jpg",
        "one_all_light-up_iab-skyscraper_v1.svg",
    ]
    assert json.loads((out / "manifest.json").read_text())["model"]["name"] == "tiny"


def test_the_same_command_gives_the_same_campaign(adfusion: Adfusion, model: Path, tmp_path: Path) -> None:
    brief = write_brief(tmp_path, **ONE)
    for name in ("a", "b"):
        adfusion("campaign", brief, "-o", tmp_path / name, "--model", model)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_product_photo_is_set_on_the_picture(adfusion: Adfusion, model: Path, tmp_path: Path) -> None:
    plain = write_brief(tmp_path / "plain", **ONE)
    photo = Image.new("RGBA", (60, 120))
    photo.paste((255, 0, 0, 255), (10, 10, 50, 110))
    (tmp_path / "photo").mkdir()
    photo.save(tmp_path / "photo/p.png")
    withphoto = write_brief(tmp_path / "photo", **ONE, product={"name": "P", "photo": "p.png"})
    for brief in (plain, withphoto):
        adfusion("campaign", brief, "-o", brief.parent / "out", "--model", model, "--limit", 1)
    name = "out/creatives/one_all_light-up_iab-medium-rectangle_v1.jpg"
    reds = [
        sum(
            red > 200 and green < 60 and blue < 60
            for red, green, blue in Image.open(tmp_path / which / name).getdata()
        )
        for which in ("plain", "photo")
    ]
    assert reds[1] > reds[0] + 500


def test_json_says_where_everything_is(adfusion: Adfusion, model: Path, tmp_path: Path) -> None:
    brief = write_brief(tmp_path, **ONE)
    done = adfusion("campaign", brief, "-o", tmp_path / "out", "--model", model, "--limit", 1, "--json")
    said = json.loads(done.out)
    assert (said["pictures"], said["creatives"], said["errors"], said["files_kept"]) == (1, 1, 0, 0)
    assert said["files_made"] == len(content(tmp_path / "out")) - len({"manifest", "gallery", "checks"})
    assert Path(said["gallery"]).is_file()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"placements": ["meta-feed-square", "billboard"]}, ["placements[1]", "'billboard'", "meta-story"]),
        (
            {"brand": {"name": "B", "palette": {"primary": "blurple"}}},
            ["brand.palette.primary", "'blurple'", "teal"],
        ),
        ({"colour": "red"}, ["colour", "unknown field", "headlines"]),
        (
            {"brand": {"name": "B", "palette": {"primary": "teal", "third": "red"}}},
            ["brand.palette.third", "accent"],
        ),
        ({"concepts": [{"name": "One", "prompt": ""}]}, ["concepts[0].prompt", "printable text"]),
        ({"concepts": [{"name": "One", "prompt": "  "}]}, ["concepts[0].prompt", "printable text"]),
        ({"headlines": []}, ["headlines", "empty list"]),
        ({"variants": 0}, ["variants", "0"]),
        (
            {"brand": {"name": "B", "logo": "none.svg", "palette": {"primary": "teal"}}},
            ["brand.logo", "none.svg"],
        ),
        ({"product": {"name": "P", "photo": "none.png"}}, ["product.photo", "none.png"]),
        ({"product": {"name": "P", "photo": "brief.yaml"}}, ["brief.yaml", "product.photo", "not a picture"]),
        ({"product": {"name": "P", "photo": "bomb.png"}}, ["bomb.png", "product.photo", "too many pixels"]),
        ({"product": {"name": "P", "photo": "half.png"}}, ["half.png", "product.photo", "damaged"]),
    ],
)
def test_a_mistake_in_a_brief_is_one_line_and_code_2(
    refused: Callable[..., str], tmp_path: Path, changes: dict[str, object], said: list[str]
) -> None:
    brief = write_brief(tmp_path, **changes)
    bomb(tmp_path / "bomb.png")
    Image.effect_noise((64, 64), 50).convert("RGBA").save(tmp_path / "half.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "half.png").read_bytes()[:2000])
    line = refused("campaign", brief, "-o", tmp_path / "out", "--model", "never reached")
    assert all(part in line for part in said)
    assert not (tmp_path / "out").exists()


def test_a_missing_or_broken_brief_is_one_line_and_code_2(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    assert "none.yaml" in refused("campaign", tmp_path / "none.yaml", "-o", tmp_path / "out")
    (tmp_path / "broken.yaml").write_text("brand: [unclosed")
    assert "broken.yaml: line 1" in refused("campaign", tmp_path / "broken.yaml", "-o", tmp_path / "out")


def test_another_briefs_campaign_is_not_overwritten(
    adfusion: Adfusion, refused: Callable[..., str], model: Path, tmp_path: Path
) -> None:
    brief, other = write_brief(tmp_path, **ONE), write_brief(tmp_path / "other", **ONE, seed=99)
    adfusion("campaign", brief, "-o", tmp_path / "out", "--model", model, "--limit", 1)
    before = content(tmp_path / "out")
    assert "another brief" in refused("campaign", other, "-o", tmp_path / "out", "--model", model)
    assert content(tmp_path / "out") == before
    assert adfusion("campaign", other, "-o", tmp_path / "out", "--model", model, "--resume").code == 0


@pytest.mark.parametrize("full_at", ["write_bytes", "write_text"])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    refused: Callable[..., str],
    adfusion: Adfusion,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full_at: str,
) -> None:
    brief, out = write_brief(tmp_path, **ONE), tmp_path / "out"
    write = getattr(Path, full_at)

    def fill_up(path: Path, data: str | bytes, **options: str) -> int:
        if path.parent.name == "creatives":
            write(path, data[: len(data) // 2], **options)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return int(write(path, data, **options))

    with monkeypatch.context() as full:
        full.setattr(Path, full_at, fill_up)
        line = refused("campaign", brief, "-o", out, "--model", model)
    assert "out/creatives/one_all_light-up_iab-medium-rectangle_v1" in line
    assert "No space left on device" in line
    left = {path.suffix for path in (out / "creatives").iterdir()}
    assert left == (set() if full_at == "write_bytes" else {".jpg"})
    assert adfusion("campaign", brief, "-o", out, "--model", model, "--resume").code == 0
    adfusion("campaign", brief, "-o", tmp_path / "whole", "--model", model)
    assert content(out) == content(tmp_path / "whole")


def test_ctrl_c_keeps_what_is_finished_and_resume_makes_only_the_rest(
    process: Callable[..., "subprocess.Popen[str]"], adfusion: Adfusion, model: Path, tmp_path: Path
) -> None:
    brief = write_brief(tmp_path, variants=4)
    out, journal = tmp_path / "out", tmp_path / "out" / "journal.jsonl"
    running = process("campaign", brief, "-o", out, "--model", model, start_new_session=True)
    patience = time.monotonic() + 60
    while not (journal.exists() and journal.read_text().count("creatives/") >= 4):
        assert running.poll() is None
        assert time.monotonic() < patience
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert (running.returncode, stdout) == (130, "")
    assert own_lines(stderr) == "adfusion: stopped by SIGINT; finished files are kept\n"

    finished = {
        line["path"]: line["sha256"] for line in map(json.loads, journal.read_text().splitlines()[1:])
    }
    there = {path for path in content(out) if path != journal.name}
    assert there >= set(finished)
    assert len(there) <= len(finished) + 1  # one file may have got its name just before the journal's line
    assert not [path for path in there if Path(path).name.startswith(".")]
    assert all(sha256(out / path) == found for path, found in finished.items())

    for path in finished:
        os.utime(out / path, ns=(1, 1))
    done = adfusion("campaign", brief, "-o", out, "--model", model, "--resume", "--json")
    assert json.loads(done.out)["files_kept"] >= len(finished)
    assert all((out / path).stat().st_mtime_ns == 1 for path in finished)
    assert not journal.exists()
    assert len(json.loads((out / "manifest.json").read_text())["creatives"]) == 2 * 2 * 2 * 3 * 4


def test_sigterm_is_one_line_and_code_143(
    process: Callable[..., "subprocess.Popen[str]"], model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    running = process(
        "campaign", write_brief(tmp_path, **ONE, variants=20), "-o", out, "--model", model, "--steps", 1000
    )
    patience = time.monotonic() + 60
    while not (out / "journal.jsonl").exists():
        assert running.poll() is None
        assert time.monotonic() < patience
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 143
    assert own_lines(stderr) == "adfusion: stopped by SIGTERM; finished files are kept\n"
    assert not [path for path in content(out) if Path(path).name.startswith(".")]
