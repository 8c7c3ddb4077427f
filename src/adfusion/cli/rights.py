"""`adfusion rights`: by what right a campaign was made."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adfusion.cli import console

if TYPE_CHECKING:
    from adfusion.campaigns.rights import Rights


def rights(
    out: Annotated[Path, typer.Argument(help="Folder of a finished campaign.")],
    to: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for rights.json, its signature and rights.pdf.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model that drew, if it is not a bundled one: its folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the ledger as JSON.")] = False,
) -> None:
    """Follow every creative back: picture, model, training pictures; fonts, artwork, photographs.

    What is unclear is flagged, for a person to judge.
    """
    from adfusion.campaigns.rights import rights as rights_of
    from adfusion.campaigns.rights import write_rights

    ledger = rights_of(out, model)
    written = write_rights(ledger, to) if to else ()
    if as_json:
        console.print_json(dataclasses.asdict(ledger))
    else:
        _say(ledger)
        for path in written:
            console.say(str(path))


def _say(ledger: "Rights") -> None:
    model = ledger.model
    console.say(ledger.campaign)
    for source in model.sources:
        pictures = f"{source['generator']} {source['version']}, {source['first']:,} to {source['last']:,}"
        console.say(f"training: {source['part']}: {pictures}, {source['license']}")
    if not model.sources:
        console.say(f"training: {model.rights or 'unclear'}")
    console.say(f"model: {model.name}, {model.license or 'licence not stated'}, {model.hash[:12]}")
    console.say(f"pictures: {len(ledger.pictures)}, creatives: {len(ledger.creatives)}")
    for font in ledger.fonts:
        license = font.license or "no licence stated"
        console.say(f"font: {font.name}, {license}, embedding: {font.embedding}")
    for asset in (*ledger.photos, *ledger.artwork):
        console.say(f"file: {asset.file}, {asset.rights or 'no statement'}")
    for flag in ledger.flags:
        console.say(f"unclear: {flag.about}: {flag.reason}")
