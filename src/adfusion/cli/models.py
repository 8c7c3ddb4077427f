"""`adfusion models`: which models there are, what they are, whether they are whole."""

from typing import Annotated

import typer

from adfusion.cli import console

app = typer.Typer(help="List, show and verify models.", no_args_is_help=True, rich_markup_mode=None)

ModelName = Annotated[str, typer.Argument(help="A bundled model's name, or a model's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
