"""`adfusion evaluate`: how good a model is, in figures and on a page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adfusion.cli import console


def evaluate(
    model: Annotated[str, typer.Argument(help="A bundled model's name, or a model's folder.")] = "mini",
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for figures, grids and page.")] = Path(
        "evaluation"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="Fewer pictures: minutes on two cores.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure a model: prompt fidelity, distribution, memorisation, autoencoder and upsampler.

    What pictures show is read by a probe that was trained on renders. Only attributes that it reads rightly
    in at least 98 of 100 held-out renders are reported.
    """
    from adfusion.errors import UserError
    from adfusion.evaluation import report
    from adfusion.evaluation.evaluate import FULL, QUICK, Stage
    from adfusion.evaluation.evaluate import evaluate as measure
    from adfusion.evaluation.grids import grids
    from adfusion.evaluation.probe import load_probe
    from adfusion.models import store

    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: found a file, allowed: a folder, or a name that is still free")
    measured = store.load(model)
    with console.progress_bar() as bar:
        task = bar.add_task("starting", total=None)
        for event in measure(measured, load_probe(), QUICK if quick else FULL):
            if isinstance(event, Stage):
                bar.update(task, description=event.name, completed=event.done, total=event.total)
            else:
                evaluation = event
        sheets = list(bar.track(grids(measured), description="sample grids", total=13))
    page = report.write(evaluation, sheets, out)
    if as_json:
        console.print_json(report.to_json(evaluation))
        return
    table = Table("what", "figure", box=None)
    section = ""
    for row in report.rows(evaluation):
        if row.section != section:
            table.add_section()
            table.add_row(f"[bold]{row.section}[/bold]", "")
            section = row.section
        table.add_row(f"  {row.name}", row.value)
    Console().print(table)
    console.say(str(page))
