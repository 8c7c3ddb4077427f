"""`adfusion moodboard`: the look of a campaign to come, on one page."""

from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console
from adfusion.cli.opening import Model, open_model

NAME = "moodboard"


def moodboard(
    themes: Annotated[list[str], typer.Argument(help="What the campaign may show, in words.")],
    out: Annotated[Path, typer.Option("-o", "--out", help=f"Folder for {NAME}.svg, .png and .json.")],
    brand: Annotated[Path | None, typer.Option(help="A brand.yaml, for colours and type.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other pictures.")] = 0,
    model: Model = "mini",
    steps: Annotated[int | None, typer.Option(help="Sampling steps: more is finer and slower.")] = None,
) -> None:
    """Draw pictures for some themes and set them with palette, type and textures on one page."""
    import json

    from adfusion import files
    from adfusion.campaigns.moodboard import draw_moodboard
    from adfusion.creative import draw, svg
    from adfusion.creative.brand.file import load_brand
    from adfusion.creative.document import Creative

    kit = load_brand(brand).open("") if brand else None
    generator = open_model(model)
    with console.progress_bar() as bar:
        task = bar.add_task("drawing pictures", total=None)
        for event in draw_moodboard(themes, kit, generator, seed, steps):
            if isinstance(event, Creative):
                board = event
            else:
                bar.update(task, completed=event.index, total=event.total)
    files.write_text(out / f"{NAME}.svg", svg.svg(board))
    files.write_bytes(out / f"{NAME}.png", draw.png(board))
    about = json.dumps(dict(board.metadata), ensure_ascii=False, indent=2)
    files.write_text(out / f"{NAME}.json", about + "\n")
    for kind in ("svg", "png", "json"):
        console.say(str(out / f"{NAME}.{kind}"))
