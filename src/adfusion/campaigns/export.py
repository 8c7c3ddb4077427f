"""`adfusion export OUT -o DIR`: checked creatives in the forms that designers and media buyers work with.

Every form is made from the creative's document (see `adfusion.creative.archive`); the brief and the model are
not needed. Errors found by the checks stop everything before the first file is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adfusion import files
from adfusion.campaigns.check import CheckProgress, Report, check, open_campaign
from adfusion.campaigns.manifest import CreativeRecord, Manifest
from adfusion.campaigns.marking import signed_pdf
from adfusion.campaigns.package import packages
from adfusion.creative import archive
from adfusion.creative.document import Creative
from adfusion.creative.export import html5, pdf, psd, takes_html5
from adfusion.creative.placement import Placement, placement
from adfusion.creative.svg import svg
from adfusion.errors import UserError

Form = Callable[[Creative, Placement, str | None], bytes]

FORMS: Mapping[str, tuple[str, Form]] = {
    "svg": (".svg", lambda creative, _placement, _url: svg(creative).encode()),
    "psd": (".psd", lambda creative, _placement, _url: psd(creative)),
    "pdf": (".pdf", lambda creative, _placement, _url: signed_pdf(creative, pdf(creative))),
    "html5": (".zip", html5),
}
"""One file for each creative: its suffix, and how it is made."""
PACKAGE = "package"
FORMATS = (*FORMS, PACKAGE)


@dataclass(frozen=True)
class ExportProgress:
    stage: str
    """ "checks", or the format that is being written."""
    done: int
    total: int


def export(
    out: Path,
    to: Path,
    formats: Sequence[str] = FORMATS,
    placements: Sequence[str] = (),
    url: str | None = None,
) -> Iterator[ExportProgress | Path]:
    """Write the creatives of `placements` (by default all) to `to`; yields each file as it is finished.

    `url` is where a click leads. Raises `UserError` for unknown formats and placements, and if one of the
    creatives has an error.
    """
    for format in formats:
        if format not in FORMATS:
            raise UserError(f"--format: found {format!r}; allowed: {', '.join(FORMATS)}")
    manifest = open_campaign(out)
    records = _chosen(manifest, placements)
    for event in check(out):
        if isinstance(event, CheckProgress):
            yield ExportProgress("checks", event.done, event.total)
        else:
            _refuse_errors(out, event, records)
    for format in formats:
        if format == PACKAGE:
            for name, data in packages(out, manifest, records, url).items():
                files.write_bytes(to / name, data)
                yield to / name
            continue
        suffix, form = FORMS[format]
        taking = [record for record in records if format != "html5" or takes_html5(_placement(record))]
        for index, record in enumerate(taking, 1):
            creative = archive.load(out / record.files[-1].path, out / archive.ASSETS)
            path = to / format / f"{record.id}{suffix}"
            files.write_bytes(path, form(creative, _placement(record), url))
            yield ExportProgress(format, index, len(taking))
            yield path


def _placement(record: CreativeRecord) -> Placement:
    return placement(record.placement)


def _chosen(manifest: Manifest, placements: Sequence[str]) -> list[CreativeRecord]:
    there = list(dict.fromkeys(record.placement for record in manifest.creatives))
    for name in placements:
        if name not in there:
            raise UserError(f"--placement: found {name!r}; allowed, in this campaign: {', '.join(there)}")
    return [record for record in manifest.creatives if record.placement in (placements or there)]


def _refuse_errors(out: Path, report: Report, records: list[CreativeRecord]) -> None:
    found = [
        (record.id, finding)
        for record in records
        for finding in report.findings(record.id)
        if finding.severity == "error"
    ]
    if found:
        id, first = found[0]
        raise UserError(
            f"{out}: found {len(found)} error(s), first {id}: {first.check}: {first.message}; "
            f"allowed: creatives that pass `adfusion check {out}`"
        )
