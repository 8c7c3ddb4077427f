"""`adfusion registry`: the log of what was made on this computer."""

from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console

BROKEN = 1

app = typer.Typer(help="Check and export the log of what was made on this computer.", no_args_is_help=True)


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Whether no row was changed, taken out or put in since. Exits with code 1 if one was.

    Rows taken off the end leave a whole chain: keep the last hash elsewhere to notice it.
    """
    from adfusion.provenance.registry import Registry

    with Registry() as registry:
        problem, rows, last = registry.check(), len(registry), registry.last_hash()
        if as_json:
            said = {"file": str(registry.path), "rows": rows, "last_hash": last, "problem": problem}
            console.print_json(said)
        else:
            console.say(f"{registry.path}: {problem or f'{rows} rows, whole; last hash {last}'}")
    if problem:
        raise typer.Exit(BROKEN)


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File to write; else it is printed.")
    ] = None,
) -> None:
    """All rows as lines of JSON, with their hashes, which anyone can check."""
    from adfusion import files
    from adfusion.provenance.registry import Registry

    with Registry() as registry:
        lines = list(registry.export())
    if out is None:
        for line in lines:
            console.say(line)
    else:
        files.write_text(out, "".join(f"{line}\n" for line in lines))
        console.say(f"{len(lines)} rows in {out}")
