"""`adfusion train`: a recipe becomes weights."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TextColumn

from adfusion.cli import console


def train(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a YAML file.")],
    run: Annotated[Path, typer.Option("-o", "--out", help="Folder of the run: log, samples, weights.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the run's last checkpoint.")] = False,
) -> None:
    """Train the autoencoder, the denoiser or the upsampler of a model.

    Stopped with Ctrl-C or killed, it goes on with --resume and arrives at the same weights.
    """
    from adfusion import training

    leads = os.environ.get("RANK", "0") == "0"  # of several processes, as `accelerate launch` starts them
    with console.progress_bar(TextColumn("{task.fields[pace]}"), silent=not leads) as bar:
        task = bar.add_task("starting", total=None, pace="")
        for progress in training.train(recipe, run, resume=resume):
            if progress.note and leads:
                console.say(progress.note)
            pace = f"{progress.pictures_per_second:.1f} pictures/s"
            if progress.loss is not None:
                pace += f" · {progress.teraflops:.3g} TFLOP/s"
                if progress.share_of_peak is not None:
                    pace += f", {100 * progress.share_of_peak:.0f} % of peak"
                pace += f" · loss {progress.loss:.4f}"
            bar.update(
                task,
                description=progress.message or "training",
                completed=progress.pictures_seen,
                total=progress.total,
                pace=pace,
            )
    if leads:
        console.say(str(run))
