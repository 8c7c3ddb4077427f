"""`adfusion check OUT`: every creative of a finished campaign, and the set as a whole.

It reads the folder alone. The manifest says which files there are, with their hashes, and what the brand asks
for; each creative's document (see `adfusion.creative.archive`) is drawn and measured again, so that nothing
is taken on trust from the run that made it. The result is `OUT/checks.json`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from adfusion import files
from adfusion.campaigns.manifest import MANIFEST, CreativeRecord, FileRecord, Manifest, load_manifest
from adfusion.creative import archive, checks
from adfusion.creative.checks import Finding, Sight
from adfusion.creative.placement import placement
from adfusion.errors import UserError

CHECKS = "checks.json"


@dataclass(frozen=True)
class CheckProgress:
    done: int
    total: int


@dataclass(frozen=True)
class CreativeReport:
    """What was found in one creative; nothing, if all is well."""

    id: str
    placement: str
    concept: str
    segment: str
    file: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class LookAlikes:
    """Creatives of one placement whose pictures cannot be told apart, though they should differ."""

    placement: str
    creatives: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    creatives: tuple[CreativeReport, ...]
    look_alikes: tuple[LookAlikes, ...] = field(default=())

    @property
    def errors(self) -> int:
        return self._count("error")

    @property
    def warnings(self) -> int:
        return self._count("warning")

    def findings(self, id: str) -> tuple[Finding, ...]:
        """Those of one creative."""
        return self._by_id[id].findings

    def as_json(self) -> dict[str, object]:
        return {
            "errors": self.errors,
            "warnings": self.warnings,
            "creatives": [asdict(creative) for creative in self.creatives],
            "look_alikes": [asdict(group) for group in self.look_alikes],
        }

    def save(self, out: Path) -> Path:
        path = out / CHECKS
        files.write_text(path, json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n")
        return path

    @cached_property
    def _by_id(self) -> dict[str, CreativeReport]:
        return {creative.id: creative for creative in self.creatives}

    def _count(self, severity: str) -> int:
        return sum(
            finding.severity == severity for creative in self.creatives for finding in creative.findings
        )


def check(out: Path) -> Iterator[CheckProgress | Report]:
    """Check a finished campaign and write its report, which comes last.

    Raises `UserError` if `out` holds no campaign, or one without documents.
    """
    manifest = open_campaign(out)
    found: dict[str, list[Finding]] = {}
    sights: list[Sight] = []
    seen: set[tuple[str, str]] = set()
    for index, record in enumerate(manifest.creatives, 1):
        found[record.id] = list(_changed(out, record))
        if not found[record.id]:
            creative = archive.load(out / record.files[-1].path, out / archive.ASSETS)
            data = (out / record.files[0].path).read_bytes()
            rules = manifest.rules.of(record.placement)
            found[record.id] += checks.check(creative, data, placement(record.placement), rules)
            if (record.placement, record.picture) not in seen:
                seen.add((record.placement, record.picture))
                sights.append(checks.sight(record.id, record.picture, creative))
        yield CheckProgress(index, len(manifest.creatives))
    groups = [tuple(each.creative for each in group) for group in checks.look_alikes(sights)]
    alike = tuple(LookAlikes(_record(manifest, group[0]).placement, group) for group in groups)
    for group in groups:
        for id in group:
            others = ", ".join(other for other in group if other != id)
            found[id].append(checks.warning("look-alike", f"its picture looks like that of {others}"))
    report = Report(
        tuple(
            CreativeReport(
                record.id,
                record.placement,
                record.concept,
                record.segment,
                record.files[0].path,
                tuple(found[record.id]),
            )
            for record in manifest.creatives
        ),
        alike,
    )
    report.save(out)
    yield report


def open_campaign(out: Path) -> Manifest:
    """The manifest of a finished campaign with documents. Raises `UserError` if there is none in `out`."""
    manifest = load_manifest(Path(out))
    if manifest is None:
        raise UserError(f"{out}: found no {MANIFEST}; allowed: the folder of a finished campaign")
    for record in manifest.creatives:
        if not record.files[-1].path.startswith(f"{archive.DOCUMENTS}/"):
            raise UserError(
                f"{out}: found creatives without documents, made by an older version; "
                "allowed: a campaign run again with --resume"
            )
    return manifest


def _record(manifest: Manifest, id: str) -> CreativeRecord:
    return next(record for record in manifest.creatives if record.id == id)


def _changed(out: Path, record: CreativeRecord) -> Iterator[Finding]:
    for file in record.files:
        if not _is_as_recorded(out, file):
            yield checks.error("changed", f"{file.path} is missing or not the file that {MANIFEST} names")


def _is_as_recorded(out: Path, file: FileRecord) -> bool:
    path = out / file.path
    return path.is_file() and files.sha256(path) == file.sha256
