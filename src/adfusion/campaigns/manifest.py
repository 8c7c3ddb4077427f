"""`OUT/manifest.json`: everything needed to make a campaign again.

There is no time, host or absolute path in it. The same brief, model and keys give the same manifest
everywhere, but for the hashes of signed files: credentials are salted; pixels and claims are the same.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from adfusion import files
from adfusion.campaigns.ledger import Entry
from adfusion.creative.checks import Rules
from adfusion.errors import UserError

MANIFEST = "manifest.json"
FORMAT = 2


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileRecord(_Record):
    """One finished file."""

    path: str
    """Relative to the manifest, with forward slashes."""
    sha256: str
    made_from: str
    """Fingerprint of all that decides the file: unchanged means it need not be made again."""

    def entry(self, about: dict[str, Any] | None = None) -> Entry:
        return Entry(self.path, self.sha256, self.made_from, about or {})


class ModelRecord(_Record):
    name: str
    hash: str
    license: str = ""
    """As the model's card states it, with the restrictions that its name tells of; empty without a card."""


class BriefRecord(_Record):
    sha256: str
    """Of the brief's file."""
    content: dict[str, Any]
    """The checked brief, with what it left out filled in."""
    assets: dict[str, str]
    """SHA-256 of each file that the brief names (logo, product photo, fonts), by its name in the brief."""


class PictureRecord(_Record):
    id: str
    request: dict[str, Any]
    """The generator's request, complete: the same model draws the same picture from it."""
    file: FileRecord


class CreativeRecord(_Record):
    id: str
    concept: str
    segment: str
    headline: str
    call_to_action: str
    placement: str
    variant: int
    width: int
    height: int
    picture: str
    """Id of the picture in it."""
    varies: tuple[str, ...] = ()
    """The axes (keys of `metadata["axes"]`) on which it differs from its control; empty for a control."""
    metadata: dict[str, Any]
    """What the document says about itself."""
    files: tuple[FileRecord, ...]
    """The finished picture file first, then the SVG with live text, last the document of both."""
    assets: tuple[str, ...] = ()
    """Paths of the pictures, logos and fonts that the document shows."""


class RulesRecord(_Record):
    """What the brand asks of every creative; see `adfusion.creative.checks.Rules`."""

    clear_space: float = 0.0
    smallest_logo: float = 0.0
    never: tuple[str, ...] = ()
    legal: str = ""
    label: str = ""
    labels: dict[str, str] = {}
    """Of placements that have one of their own."""

    def of(self, placement: str) -> Rules:
        said = self.model_dump(exclude={"label", "labels"})
        return Rules(**said, label=self.labels.get(placement, self.label))


class Manifest(_Record):
    format: int
    software: str
    model: ModelRecord
    brief: BriefRecord
    pictures: tuple[PictureRecord, ...]
    creatives: tuple[CreativeRecord, ...]
    rules: RulesRecord = RulesRecord()
    assets: tuple[FileRecord, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """Every finished file, as a ledger keeps it."""
        for picture in self.pictures:
            yield picture.file.entry()
        yield from (asset.entry() for asset in self.assets)
        for creative in self.creatives:
            *views, document = creative.files
            yield from (view.entry() for view in views)
            yield document.entry(
                {
                    "files": [view.path for view in views],
                    "assets": list(creative.assets),
                    "metadata": creative.metadata,
                }
            )

    def save(self, out: Path) -> Path:
        path = out / MANIFEST
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        files.write_text(path, text + "\n")
        return path


def load_manifest(out: Path) -> Manifest | None:
    """The manifest in `out`, `None` if there is no such file. Raises `UserError` if it is not a manifest."""
    path = out / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "content"
        found = repr(str(first["input"])[:60])
        raise UserError(f"{path}: {field}: found {found}, allowed: a campaign's manifest") from error
