"""Options that several verbs share."""

from typing import Annotated

import typer

Loras = Annotated[
    list[str] | None,
    typer.Option(
        "--lora", metavar="FOLDER[:WEIGHT]", help="A LoRA for pictures that name none; several add up."
    ),
]

Mark = Annotated[
    bool,
    typer.Option(
        "--mark/--no-mark",
        help="Draw from noise that carries a mark of this computer's key, or from plain noise, which is the "
        "same on every computer. Finished files are marked either way.",
    ),
]
