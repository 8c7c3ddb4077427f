"""`adfusion models`: which models there are, what they are, whether they are whole; and packing new ones."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console

app = typer.Typer(help="List, show and verify models.", no_args_is_help=True, rich_markup_mode=None)

ModelName = Annotated[str, typer.Argument(help="A bundled model's name, or a model's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """The models that come with adfusion."""
    from adfusion.models import store

    cards = [store.load_card(name) for name in store.bundled()]
    if as_json:
        console.print_json([{"name": card.name, "description": card.description} for card in cards])
    else:
        for card in cards:
            console.say(f"{card.name}  {card.description}")


@app.command("show")
def show(model: ModelName = "mini", as_json: AsJson = False) -> None:
    """A model's card: what it is, what it learned from, how it was measured."""
    from adfusion.models import store
    from adfusion.models.readme import readme

    card = store.load_card(model)
    if as_json:
        console.print_json(card.model_dump(mode="json"))
    else:
        console.say(readme(card).rstrip())


@app.command("verify")
def verify(model: ModelName = "mini", as_json: AsJson = False) -> None:
    """Check every weight file against the SHA-256 in the model's card."""
    from adfusion.errors import UserError
    from adfusion.models import store

    report = store.verify(model)
    if as_json:
        parts = [dataclasses.asdict(check) for check in report.checks]
        console.print_json({"ok": report.ok, "folder": str(report.folder), "parts": parts})
    else:
        for check in report.checks:
            if check.problem is None:
                console.say(f"{check.part}: ok ({check.file}, sha256 {check.expected})")
    problems = [check.problem for check in report.checks if check.problem is not None]
    if problems:
        raise UserError("; ".join(problems))


@app.command("pack")
def pack(
    label: Annotated[Path, typer.Argument(help="Name, data and rights of the model, a YAML file.")],
    runs: Annotated[Path, typer.Option(help="Folder with the runs autoencoder, denoiser and upsampler.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model's folder.")],
    quick: Annotated[bool, typer.Option("--quick", help="Measure on fewer pictures.")] = False,
) -> None:
    """Make a model of three finished training runs, and measure it as `adfusion evaluate` does."""
    from adfusion.evaluation.evaluate import FULL, QUICK
    from adfusion.evaluation.probe import load_probe
    from adfusion.training.pack import pack as pack_runs

    model = pack_runs(label, runs, out, load_probe(), QUICK if quick else FULL)
    console.say(f"{out}: {model.card.name}, {model.hash}")
