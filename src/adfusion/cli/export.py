"""`adfusion export`: a campaign's creatives for designers and media buyers."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from adfusion.cli import console

ALL = "svg,psd,pdf,html5,package"


def export(
    out: Annotated[Path, typer.Argument(help="Folder of a finished campaign.")],
    to: Annotated[Path, typer.Option("-o", "--out", help="Folder to write to.")],
    formats: Annotated[str, typer.Option("--format", help="What to write, separated by commas.")] = ALL,
    placements: Annotated[
        list[str] | None, typer.Option("--placement", help="Only this placement; may be given again.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Landing page: where a click leads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Write checked creatives as SVG, layered PSD, PDF and HTML5 banners, and as a zip for each platform.

    Creatives with errors (see `adfusion check`) are refused before anything is written.
    """
    from adfusion.campaigns.export import ExportProgress
    from adfusion.campaigns.export import export as export_campaign

    written: list[Path] = []
    names = [name.strip() for name in formats.split(",") if name.strip()]
    with console.progress_bar() as bar:
        tasks: dict[str, TaskID] = {}
        for event in export_campaign(out, to, names, placements or (), url):
            if isinstance(event, ExportProgress):
                if event.stage not in tasks:
                    tasks[event.stage] = bar.add_task(event.stage, total=event.total)
                bar.update(tasks[event.stage], completed=event.done)
            else:
                written.append(event)
    if as_json:
        console.print_json({"files": [str(path) for path in written]})
    else:
        console.say(f"{len(written)} files in {to}")
