from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from adfusion.creative.fonts import installed_font
from adfusion.provenance.rights import font_flags, font_rights, license_flags, statement_flags

FONT = installed_font("roboto", "text").files[0].path


def altered(folder: Path, bits: int, *, license: str | None = None) -> Path:
    """Roboto with other embedding bits and another licence text."""
    with TTFont(FONT) as font:
        font["OS/2"].fsType = bits
        if license is not None:
            font["name"].names = [each for each in font["name"].names if each.nameID not in (13, 14)]
            if license:
                font["name"].setName(license, 13, 3, 1, 0x409)
        font.save(folder / "font.ttf")
    return folder / "font.ttf"


def reasons(path: Path) -> str:
    return "; ".join(flag.reason for flag in font_flags(font_rights(path, "Roboto 500")))


def test_a_font_states_its_licence_and_its_permission_to_embed() -> None:
    found = font_rights(FONT, "Roboto 500")
    assert (found.license, found.embedding) == (
        "Licensed under the Apache License, Version 2.0",
        "installable",
    )
    assert font_flags(found) == []


@pytest.mark.parametrize(
    ("bits", "embedding"),
    [(0, "installable"), (2, "restricted"), (4, "preview and print"), (8, "editable"), (0x102, "restricted")],
)
def test_embedding_bits_are_read_as_opentype_says(tmp_path: Path, bits: int, embedding: str) -> None:
    assert font_rights(altered(tmp_path, bits), "Roboto 500").embedding == embedding


def test_fonts_that_forbid_embedding_or_state_no_licence_are_flagged(tmp_path: Path) -> None:
    assert "forbids embedding" in reasons(altered(tmp_path, 2))
    assert "states no licence" in reasons(altered(tmp_path, 0, license=""))
    assert "read it" in reasons(altered(tmp_path, 0, license="One seat, one year."))
    (tmp_path / "broken.ttf").write_bytes(FONT.read_bytes()[:500])
    assert "does not say" in reasons(tmp_path / "broken.ttf")


@pytest.mark.parametrize(
    ("license", "said"),
    [
        ("Apache-2.0", ""),
        ("", "not stated"),
        ("not stated", "not stated"),
        ("cc-by-nc-4.0", "commercial use is not allowed"),
        ("other (Some Non-Commercial License)", "commercial use is not allowed"),
        ("creativeml-openrail-m", "use is limited"),
    ],
)
def test_model_licences_that_limit_use_are_flagged(license: str, said: str) -> None:
    flags = license_flags("model x", license)
    assert [flag.reason.startswith((said, f"its licence is {said}")) for flag in flags] == [True] * bool(said)


def test_a_photograph_needs_a_statement_and_its_dates_are_said() -> None:
    (flag,) = statement_flags("photo a.png", None)
    assert "no statement of rights" in flag.reason
    assert statement_flags("photo a.png", "our own photograph") == []
    (flag,) = statement_flags("photo a.png", "Stock agency, licence 7, until 2027-05-31")
    assert flag.reason == "the right names a date: 2027-05-31"
