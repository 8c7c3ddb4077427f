"""`adfusion campaign`: a brief becomes finished creatives."""

from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console
from adfusion.cli.opening import Memory, Model, SpendLimit, open_model
from adfusion.cli.options import Loras, Mark

STAGES = {
    "pictures": "drawing pictures",
    "creatives": "setting creatives",
    "checks": "checking creatives",
    "gallery": "hanging the gallery",
}


def campaign(
    brief: Annotated[Path, typer.Argument(help="The brief, a YAML file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for creatives, manifest and gallery.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many creatives.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep what is finished in the folder.")] = False,
    model: Model = "mini",
    lora: Loras = None,
    memory: Memory = "auto",
    spend_limit: SpendLimit = None,
    steps: Annotated[int | None, typer.Option(help="Sampling steps: more is finer and slower.")] = None,
    season: Annotated[
        str | None, typer.Option(help="Every concept in its form for a season, such as christmas or sale.")
    ] = None,
    mark: Mark = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Make every creative that a brief asks for, with a manifest and a gallery to look at them.

    A run that was stopped goes on with --resume; finished files are not made again.
    """
    from adfusion.campaigns import Campaign, CampaignProgress
    from adfusion.campaigns.crew import cores

    # The brief is read before the model, so that a mistake in it is said at once.
    work = Campaign(brief, out, limit=limit, resume=resume, season=season)
    generator = open_model(model, lora, memory, spend_limit=spend_limit, spent=out / "spent.json")
    with console.progress_bar() as bar:
        tasks = {stage: bar.add_task(words, total=None, visible=False) for stage, words in STAGES.items()}
        for event in work.run(generator, steps, workers=cores(), mark=mark):
            if isinstance(event, CampaignProgress):
                bar.update(tasks[event.stage], completed=event.done, total=event.total, visible=True)
            else:
                result = event
    if as_json:
        console.print_json(
            {
                "gallery": str(result.gallery),
                "manifest": str(result.manifest),
                "pictures": result.pictures,
                "creatives": result.creatives,
                "files_made": result.made,
                "files_kept": result.kept,
                "errors": result.report.errors,
                "warnings": result.report.warnings,
            }
        )
    else:
        kept = f", {result.kept} files kept" if result.kept else ""
        console.say(f"{result.creatives} creatives from {result.pictures} pictures{kept}")
        if result.report.errors or result.report.warnings:
            console.say(f"checks: {result.report.errors} errors, {result.report.warnings} warnings")
        console.say(f"gallery: {result.gallery}")
