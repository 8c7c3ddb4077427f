"""A brief as a manifest needs it: what it says, and the exact files that it names."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.creative.brief import Brief, load_brief
from adfusion.creative.fonts import FAMILIES


@dataclass(frozen=True)
class Source:
    path: Path
    brief: Brief
    sha256: str
    """Of the brief's file."""
    content: dict[str, Any]
    """The brief as JSON; files by their path from the brief."""
    assets: dict[str, str]
    """SHA-256 of each of those files, by the same path."""


def open_source(path: Path) -> Source:
    """Read and check a brief and every file it names. Raises `UserError`."""
    path = Path(path)
    brief = load_brief(path)
    content = brief.model_dump(mode="json")
    assets: dict[str, str] = {}
    for section, field in (("brand", "logo"), ("product", "photo")):
        if content[section][field] is not None:
            content[section][field] = _asset(path, content[section][field], assets)
    for role, font in content["brand"]["fonts"].items():
        if font not in FAMILIES:
            content["brand"]["fonts"][role] = _asset(path, font, assets)
    return Source(path, brief, files.sha256(path), content, assets)


def _asset(brief: Path, file: str, assets: dict[str, str]) -> str:
    name = Path(os.path.relpath(file, brief.parent)).as_posix()
    assets[name] = files.sha256(Path(file))
    return name
