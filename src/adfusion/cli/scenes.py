"""`adfusion scenes`: what the models learn from, to look at."""

from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console


def scenes(
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=400, help="How many scenes.")] = 64,
    out: Annotated[Path, typer.Option("-o", "--out", help="The PNG file to write.")] = Path("scenes.png"),
    seed: Annotated[int, typer.Option(min=0, help="Number of the first scene.")] = 0,
    product: Annotated[str | None, typer.Option(help="Only scenes of this product.")] = None,
) -> None:
    """Render a contact sheet of the procedural product scenes that models are trained on."""
    from adfusion import files
    from adfusion.data.scenes.sheet import sheet
    from adfusion.errors import UserError

    image = sheet(count, seed=seed, product=product)
    with files.replacing(out) as temporary:
        image.save(temporary, format="PNG")
    console.say(str(out))
