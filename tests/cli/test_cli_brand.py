"""`adfusion brand` checks, draws and begins a brand kit."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from command_line import Adfusion
from painter import LOGO

BRAND = 'name: Solera\nlogo: logo.svg\npalette: {primary: "#0f766e", accent: "#c2410c"}\n'


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_text(LOGO)
    path = tmp_path / "brand.yaml"
    path.write_text(BRAND)
    return path


def test_a_sound_brand_is_ready(adfusion: Adfusion, brand: Path) -> None:
    done = adfusion("brand", "check", brand)
    assert (done.code, done.out, done.err) == (0, f"{brand}: Solera is ready\n", "")
    assert sorted(path.name for path in brand.parent.iterdir()) == ["brand.yaml", "logo.svg"]


def test_the_sheet_is_an_svg_and_a_png_of_one_size(adfusion: Adfusion, brand: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = adfusion("brand", "check", brand, "-o", out)
    assert done.code == 0
    assert done.out.splitlines()[:2] == [str(out / "brand-sheet.svg"), str(out / "brand-sheet.png")]
    root = ElementTree.parse(out / "brand-sheet.svg").getroot()
    with Image.open(out / "brand-sheet.png") as sheet:
        assert sheet.size == (int(root.attrib["width"]), int(root.attrib["height"]))


def test_the_same_brand_gives_the_same_sheet(adfusion: Adfusion, brand: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        adfusion("brand", "check", brand, "-o", tmp_path / out)
    for name in ("brand-sheet.svg", "brand-sheet.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_cannot_be_read_is_an_error_and_the_sheet_is_drawn_all_the_same(
    adfusion: Adfusion, brand: Path, tmp_path: Path
) -> None:
    brand.write_text(BRAND.replace("accent", 'text: "#bbbbbb", accent'))
    done = adfusion("brand", "check", brand, "-o", tmp_path / "out")
    assert done.code == 2
    assert f"adfusion: error: {brand}: contrast: text on background is 1.92:1" in done.err
    assert (tmp_path / "out" / "brand-sheet.png").is_file()


def test_a_warning_is_said_and_lets_pass(adfusion: Adfusion, brand: Path) -> None:
    brand.write_text(BRAND.replace("#c2410c", "#f6cf2b"))
    done = adfusion("brand", "check", brand)
    assert done.code == 0
    assert done.out.startswith("warning: contrast: accent on background is 1.5")
    report = json.loads(adfusion("brand", "check", brand, "--json").out)
    assert report["ok"] is True
    assert [finding["severity"] for finding in report["findings"]] == ["warning"]


def test_a_mistake_is_one_line(refused: Callable[..., str], brand: Path, tmp_path: Path) -> None:
    brand.write_text(BRAND + "corner: round\n")
    assert "brand.yaml: corner: found 'round'; allowed: a number" in refused("brand", "check", brand)
    assert "cannot read the brand" in refused("brand", "check", tmp_path / "gone.yaml")
    assert "found no such file" in refused("brand", "from-logo", tmp_path / "gone.png")


def test_a_brand_begun_from_a_logo_passes_its_check(adfusion: Adfusion, brand: Path, tmp_path: Path) -> None:
    begun = tmp_path / "kits" / "solera" / "brand.yaml"
    done = adfusion("brand", "from-logo", tmp_path / "logo.svg", "-o", begun)
    assert (done.code, done.out) == (0, f"{begun}\n")
    assert '"#0f766e"  # 100% of the logo' in begun.read_text()
    assert adfusion("brand", "check", begun).code == 0


def test_without_a_file_the_proposal_is_printed(
    adfusion: Adfusion, brand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = adfusion("brand", "from-logo", "logo.svg").out
    brand.write_text(printed)
    assert adfusion("brand", "check", brand).code == 0
