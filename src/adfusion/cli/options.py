"""Options that several verbs share."""

from typing import Annotated

import typer

Loras = Annotated[
    list[str] | None,
    typer.Option("--lora", metavar="FOLDER[:WEIGHT]", help="A LoRA of `adfusion finetune`; several add up."),
]
