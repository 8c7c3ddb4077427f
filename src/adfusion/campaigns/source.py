"""A brief as a manifest needs it: what it says, and the exact files that it names."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from adfusion import files
from adfusion.creative.brief import Brief, load_brief
from adfusion.creative.season import known_season


@dataclass(frozen=True)
class Source:
    path: Path
    brief: Brief
    sha256: str
    """Of the brief's file."""
    content: dict[str, Any]
    """The brief as JSON, the brand in full; files by their path from the brief."""
    assets: dict[str, str]
    """SHA-256 of each of those files, by the same path."""

    @property
    def campaign(self) -> str:
        """What the campaign is called."""
        return f"{self.brief.brand.name}: {self.brief.product.name}"

    @property
    def drawn_assets(self) -> dict[str, str]:
        """Those that every creative depends on: all but the audience, whose rows are copy."""
        audience = self.content["audience"]
        return {name: sha256 for name, sha256 in self.assets.items() if name != audience}


def open_source(path: Path, season: str | None = None) -> Source:
    """Read and check a brief and every file it names, in `season` if one is given. Raises `UserError`."""
    path = Path(path)
    brief = load_brief(path)
    if season is not None:
        brief = brief.in_season(known_season(season, "--season"))
    assets: dict[str, str] = {}
    content = to_jsonable_python(_named(brief.model_dump(), path.parent, assets))
    return Source(path, brief, files.sha256(path), content, assets)


def _named(value: Any, folder: Path, assets: dict[str, str]) -> Any:
    """`value` with each file in it by its name from `folder`; its hash goes into `assets`."""
    match value:
        case dict():
            return {key: _named(each, folder, assets) for key, each in value.items()}
        case list() | tuple():
            return [_named(each, folder, assets) for each in value]
        case Path():
            name = Path(os.path.relpath(value, folder)).as_posix()
            assets[name] = files.sha256(value)
            return name
        case _:
            return value
