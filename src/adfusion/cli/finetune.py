"""`adfusion finetune`: a LoRA from a brand's own pictures."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TextColumn

from adfusion.cli import console


def finetune(
    photos: Annotated[
        Path, typer.Argument(help="Folder of 5 or more pictures, named or captioned after what they show.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The LoRA's folder.")],
    rights: Annotated[
        str | None, typer.Option(help="By what right the pictures may be learnt from; it is recorded.")
    ] = None,
    rights_file: Annotated[Path | None, typer.Option(help="The same, from a text file.")] = None,
    model: Annotated[str, typer.Option(help="A bundled model's name, or a model's folder.")] = "mini",
    steps: Annotated[int, typer.Option(min=1, help="Training steps of 16 pictures.")] = 400,
    rank: Annotated[int, typer.Option(min=1, max=256, help="Of the LoRA: more holds more detail.")] = 8,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out pictures that cannot be used.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Teach a model a brand's own products or look, as a LoRA for --lora.

    Captions come from metadata.jsonl, a .txt file beside a picture, or its file name.
    """
    from adfusion.data.folder import read_photos
    from adfusion.data.photo import Unusable, usable
    from adfusion.models import store
    from adfusion.training.lora import LEAST_PHOTOS, check_out, finetune

    statement = _statement(rights, rights_file)
    check_out(out, resume)
    found = []
    with console.progress_bar() as bar:
        task = bar.add_task("reading pictures", total=None)
        for each in read_photos(photos):
            found.append(each)
            bar.advance(task)
    for each in found if skip_bad else ():
        if isinstance(each, Unusable):
            console.say(f"skipped {each}")
    chosen = usable(photos, found, least=LEAST_PHOTOS, skip_bad=skip_bad)

    base = store.load(store.many_steps(model))
    with console.progress_bar(TextColumn("{task.fields[pace]}")) as bar:
        task = bar.add_task("starting", total=None, pace="")
        run = finetune(chosen, base, out, rights=statement, steps=steps, rank=rank, resume=resume)
        for progress in run:
            pace = f"{progress.pictures_per_second:.1f} pictures/s"
            if progress.loss is not None:
                pace += f" · loss {progress.loss:.4f}"
            bar.update(
                task, description=progress.message or "training", completed=progress.pictures_seen,
                total=progress.total, pace=pace,
            )  # fmt: skip
    console.say(f"{out}: a LoRA of {base.card.name} from {len(chosen)} pictures; previews in {out}/training")


def _statement(rights: str | None, file: Path | None) -> str:
    from adfusion.errors import UserError

    if rights is not None and file is not None:
        raise UserError("rights: found --rights and --rights-file, allowed: one of them")
    if file is not None:
        try:
            rights = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise UserError(f"{file}: rights: cannot read: {reason}") from error
    statement = " ".join((rights or "").split())
    if not statement:
        raise UserError(
            'rights: found no statement, allowed: --rights "our own photographs, …" or --rights-file FILE, '
            "saying who owns the pictures or allows their use"
        )
    return statement
