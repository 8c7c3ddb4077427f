"""`adfusion brand`: check a brand kit and see it on one page, or begin one from a logo."""

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console

SHEET = "brand-sheet"

app = typer.Typer(help="Check a brand kit, or begin one.", no_args_is_help=True, rich_markup_mode=None)


@app.command("check")
def check(
    brand: Annotated[Path, typer.Argument(help="The brand, a YAML file.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=f"Folder for {SHEET}.svg and {SHEET}.png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a brand's fields and files, its contrasts (WCAG 2.2), logo and fonts; with -o draw its sheet.

    An error gives exit code 2; warnings do not.
    """
    from adfusion import files
    from adfusion.creative import draw, svg
    from adfusion.creative.brand.check import check as findings_of
    from adfusion.creative.brand.file import load_brand
    from adfusion.creative.brand.sheet import brand_sheet
    from adfusion.errors import UserError

    kit = load_brand(brand).open("")
    findings = list(findings_of(kit))
    written = []
    if out is not None:
        sheet = brand_sheet(kit)
        files.write_text(out / f"{SHEET}.svg", svg.svg(sheet))
        files.write_bytes(out / f"{SHEET}.png", draw.png(sheet))
        written = [str(out / f"{SHEET}.{kind}") for kind in ("svg", "png")]
    errors = [finding for finding in findings if finding.severity == "error"]
    if as_json:
        problems = [dataclasses.asdict(finding) for finding in findings]
        console.print_json({"ok": not errors, "findings": problems, "files": written})
    else:
        for finding in findings:
            if finding.severity == "warning":
                console.say(f"warning: {finding.check}: {finding.message}")
        for path in written:
            console.say(path)
    if errors:
        raise UserError(f"{brand}: " + "; ".join(f"{finding.check}: {finding.message}" for finding in errors))
    if not as_json:
        console.say(f"{brand}: {kit.name} is ready")


@app.command("from-logo")
def from_logo(
    logo: Annotated[Path, typer.Argument(help="The logo: SVG, PNG, JPEG or WebP.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file to write, instead of printing it.")
    ] = None,
) -> None:
    """Propose a brand.yaml with a palette made of a logo's colours."""
    from adfusion import files
    from adfusion.creative.artwork import open_artwork
    from adfusion.creative.brand.proposal import propose

    proposal = propose(open_artwork(logo))
    folder = out.parent if out is not None else Path()
    name = " ".join(logo.stem.replace("-", " ").replace("_", " ").split()).capitalize()[:60]
    text = proposal.yaml(name, Path(os.path.relpath(logo, folder)).as_posix())
    if out is None:
        console.say(text.rstrip())
    else:
        files.write_text(out, text)
        console.say(str(out))
