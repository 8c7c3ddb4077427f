"""`adfusion scenes`: what the models learn from, to look at."""

from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console

BATCH = 16
"""Scenes rendered between two moves of the progress bar."""


def scenes(
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=400, help="How many scenes.")] = 64,
    out: Annotated[Path, typer.Option("-o", "--out", help="The PNG file to write.")] = Path("scenes.png"),
    seed: Annotated[int, typer.Option(min=0, help="Number of the first scene.")] = 0,
    product: Annotated[str | None, typer.Option(help="Only this product.")] = None,
    material: Annotated[str | None, typer.Option(help="Only this material.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None,
    backdrop: Annotated[str | None, typer.Option(help="Only this kind of backdrop.")] = None,
    light: Annotated[str | None, typer.Option(help="Only this light.")] = None,
    season: Annotated[str | None, typer.Option(help="Only these props.")] = None,
    aspect: Annotated[str | None, typer.Option(help="Width to height, such as 4:5.")] = None,
    side: Annotated[int, typer.Option(min=32, max=512, help="Size: as many pixels as a square of it.")] = 192,
    captions: Annotated[bool, typer.Option("--captions", help="With each scene's caption.")] = False,
) -> None:
    """Render a contact sheet of the procedural product scenes that models are trained on."""
    from adfusion import files
    from adfusion.data.scenes.caption import caption
    from adfusion.data.scenes.render import render
    from adfusion.data.scenes.scene import random_scene
    from adfusion.data.scenes.sheet import contact_sheet
    from adfusion.errors import UserError

    asked = {
        "product": product,
        "material": material,
        "stage": stage,
        "backdrop": backdrop,
        "light": light,
        "season": season,
        "aspect": aspect,
    }
    fixed = {name: word for name, word in asked.items() if word is not None}
    try:
        chosen = [random_scene(seed + index, **fixed) for index in range(count)]  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(str(error)) from None
    pictures = []
    with console.progress_bar() as bar:
        for start in bar.track(range(0, count, BATCH), description="rendering"):
            pictures += list(render(chosen[start : start + BATCH], side * side).rgb)
    words = [caption(scene) for scene in chosen] if captions else []
    columns = round(count**0.5 + 0.49)
    with files.replacing(out) as temporary:
        contact_sheet(pictures, columns, words).save(temporary, format="PNG")
    console.say(str(out))
