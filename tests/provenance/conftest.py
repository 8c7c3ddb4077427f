"""Keys and certificates of a computer that is new in each test."""

from pathlib import Path

import pytest

from adfusion.provenance.identity import Identity, load_identity


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setenv("ADFUSION_CONFIG", str(folder))
    return folder


@pytest.fixture
def identity(config: Path) -> Identity:
    return load_identity()
