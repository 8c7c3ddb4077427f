"""The command and its verbs."""

from typing import Annotated

import typer

from adfusion import __version__
from adfusion.cli import (
    brand,
    campaign,
    check,
    edit,
    evaluate,
    export,
    finetune,
    generate,
    models,
    moodboard,
    registry,
    rights,
    scenes,
    train,
    verify,
)

app = typer.Typer(
    name="adfusion",
    help="From a campaign brief to finished ad creatives, with diffusion models of your own.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"adfusion {__version__}")
        raise typer.Exit


@app.callback()
def adfusion(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command("generate")(generate.generate)
app.add_typer(edit.app, name="edit")
app.command("campaign")(campaign.campaign)
app.command("moodboard")(moodboard.moodboard)
app.command("check")(check.check)
app.command("export")(export.export)
app.command("verify")(verify.verify)
app.command("rights")(rights.rights)
app.add_typer(registry.app, name="registry")
app.add_typer(brand.app, name="brand")
app.add_typer(models.app, name="models")
app.command("scenes")(scenes.scenes)
app.command("train")(train.train)
app.command("finetune")(finetune.finetune)
app.command("evaluate")(evaluate.evaluate)
