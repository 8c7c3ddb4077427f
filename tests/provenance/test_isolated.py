"""A file that keeps its reader busy, or ends it, costs a while and no more."""

from pathlib import Path

import pytest

from adfusion.provenance import isolated
from adfusion.provenance.isolated import Isolated
from signable import file_of


def test_a_reader_that_is_slow_or_dies_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(file_of("png"))
    with Isolated() as reader:
        first = reader.verify(path)
        assert first.problems[0] == "no content credentials"
        assert reader._process is not None
        reader._process.kill()
        reader._process.join()
        assert reader.verify(path).problems == ("cannot be read: it broke the reader",)
        assert reader.verify(path) == first
        reader._seconds = 0
        assert reader.verify(path).problems == ("cannot be read in 0 s",)
        assert reader._process is None


def test_memory_is_limited_beyond_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, both: limits.append(both))
    isolated._limit_memory()
    assert all(soft == hard > isolated.MEMORY for soft, hard in limits)
