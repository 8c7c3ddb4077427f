"""`adfusion registry`: the log can be checked and taken elsewhere."""

import json
import sqlite3
from pathlib import Path

import pytest

from adfusion.provenance.registry import Registry, Row
from command_line import Adfusion


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "registry.sqlite"
    monkeypatch.setenv("ADFUSION_REGISTRY", str(path))
    with Registry() as opened:
        opened.add(*(Row(f"tea/{name}", "2026-08-02", "", "", "", 7) for name in "abc"))
    return path


def test_a_whole_chain_says_its_last_hash(adfusion: Adfusion, registry: Path) -> None:
    said = json.loads(adfusion("registry", "check", "--json").out)
    with Registry() as opened:
        last = opened.last_hash()
    assert said == {"file": str(registry), "rows": 3, "last_hash": last, "problem": None}


def test_a_changed_row_is_named_and_the_code_is_1(adfusion: Adfusion, registry: Path) -> None:
    with sqlite3.connect(registry) as db:
        db.execute("DROP TRIGGER no_update")
        db.execute("UPDATE rows SET model = 'other' WHERE number = 2")
    done = adfusion("registry", "check")
    assert done.code == 1 and "row 2 (tea/b): it was changed" in done.out


def test_the_export_is_a_line_for_each_row(adfusion: Adfusion, registry: Path, tmp_path: Path) -> None:
    printed = adfusion("registry", "export").out.splitlines()
    adfusion("registry", "export", "-o", tmp_path / "log.jsonl")
    assert (tmp_path / "log.jsonl").read_text().splitlines() == printed
    assert [json.loads(line)["id"] for line in printed] == ["tea/a", "tea/b", "tea/c"]


def test_a_registry_that_is_none_is_refused(adfusion: Adfusion, registry: Path) -> None:
    registry.write_text("a text long enough to be read as a database " * 30)
    done = adfusion("registry", "check")
    assert done.code == 2 and "found no registry" in done.err
