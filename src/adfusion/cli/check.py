"""`adfusion check`: whether a campaign's creatives may be published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adfusion.cli import console

if TYPE_CHECKING:
    from adfusion.campaigns.check import Report

FOUND_ERRORS = 1


def check(
    out: Annotated[Path, typer.Argument(help="Folder of a finished campaign.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Measure every creative again: file, type, safe zone, logo, words, product, look-alikes.

    The report is also written to OUT/checks.json. Exits with code 1 if there are errors; warnings are for
    people to judge.
    """
    from adfusion.campaigns.check import CheckProgress
    from adfusion.campaigns.check import check as check_campaign

    with console.progress_bar() as bar:
        task = bar.add_task("checking creatives", total=None)
        for event in check_campaign(out):
            if isinstance(event, CheckProgress):
                bar.update(task, completed=event.done, total=event.total)
            else:
                report = event
    if as_json:
        console.print_json(report.as_json())
    else:
        _say(report)
    if report.errors:
        raise typer.Exit(FOUND_ERRORS)


def _say(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("creative", "check", "found", box=None, pad_edge=False, header_style="bold")
    for creative in report.creatives:
        for finding in creative.findings:
            style = "red" if finding.severity == "error" else "yellow"
            table.add_row(Text(creative.id), Text(finding.check, style), Text(finding.message))
    if table.row_count:
        Console().print(table)
    console.say(f"{len(report.creatives)} creatives: {report.errors} errors, {report.warnings} warnings")
