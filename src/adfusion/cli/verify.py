"""`adfusion verify`: where files came from."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from adfusion.cli import console

if TYPE_CHECKING:
    from adfusion.provenance.verify import Verdict

FOUND_PROBLEMS = 1
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".pdf", ".jws")
"""Files that are looked at in a folder."""


def verify(
    paths: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, folders, campaigns.")],
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Look for the mark in the noise of generated pictures: seconds for each."
        ),
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="With --deep: the model that drew, if it is not a bundled one.")
    ] = None,
    allow_urls: Annotated[
        bool, typer.Option("--allow-urls", help="Fetch files whose address is given, over the network.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
) -> None:
    """Ask each file for its credentials, its watermark and its row in the registry.

    Of a campaign's folder the finished creatives are looked at, of another folder all PNG, JPEG, WebP and PDF
    files and signatures (.jws) in it. Exits with code 0 if every file is marked and signed as this computer
    does it, else 1.
    """
    from adfusion.provenance.isolated import Isolated

    with TemporaryDirectory() as folder, Isolated() as reader, console.progress_bar() as bar:
        addresses = _fetched([path for path in paths if "://" in path], Path(folder), allow_urls)
        files = [*addresses, *(file for path in paths if "://" not in path for file in _files(path))]
        verdicts = [reader.verify(file) for file in bar.track(files, description="reading files")]
        if deep:
            from adfusion.provenance.deep import with_noise

            looked = bar.track(verdicts, description="drawing backwards")
            verdicts = [with_noise(verdict, model) for verdict in looked]
    names = {str(path): address for path, address in addresses.items()}
    verdicts = [replace(verdict, file=names.get(verdict.file, verdict.file)) for verdict in verdicts]
    if as_json:
        console.print_json({"files": [verdict.as_json() for verdict in verdicts]})
    else:
        for verdict in verdicts:
            _say(verdict)
        fine = sum(not verdict.problems for verdict in verdicts)
        console.say(f"{len(verdicts)} files: {fine} fine, {len(verdicts) - fine} not")
    if any(verdict.problems for verdict in verdicts):
        raise typer.Exit(FOUND_PROBLEMS)


def _fetched(addresses: list[str], folder: Path, allowed: bool) -> dict[Path, str]:
    """Where each is now."""
    from adfusion.errors import UserError
    from adfusion.provenance.fetch import fetch

    if addresses and not allowed:
        raise UserError(
            f"FILE: found the address {addresses[0]!r}, allowed: files and folders on this computer, "
            "or addresses with --allow-urls"
        )
    fetched = {folder / str(number): address for number, address in enumerate(addresses)}
    for path, address in fetched.items():
        fetch(address, path)
    return fetched


def _files(name: str) -> list[Path]:
    from adfusion.campaigns.manifest import MANIFEST, load_manifest
    from adfusion.errors import UserError

    path = Path(name)
    try:
        path.stat()
    except OSError as error:
        raise UserError(f"{path}: no such file or folder, or none that may be read") from error
    if not path.is_dir():
        return [path]
    if (path / MANIFEST).is_file() and (manifest := load_manifest(path)):
        return [path / creative.files[0].path for creative in manifest.creatives]
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
    if not found:
        raise UserError(f"{path}: found no {', '.join(SUFFIXES)}; allowed: a folder with such files")
    return found


def _say(verdict: "Verdict") -> None:
    lines = [f"{verdict.file}: {'; '.join(verdict.problems) or 'fine'}"]
    if said := verdict.credentials:
        state = "valid" if said.valid else "not valid"
        model = said.model and f"with {', '.join([said.model, *map(str, said.loras)])}"
        made = " ".join(filter(None, (said.software, model)))
        source = (said.source_type or "no source type").rsplit("/", 1)[-1]
        lines.append(f"  credentials: {state}, by {said.signer} ({said.trust}); {made}; {source}")
    if found := verdict.watermark:
        payload = "" if found.short is None else f"…{found.short:04x}, "
        payload = payload if found.payload is None else f"{found.payload:016x}, "
        state = "found" if found.present else "not found"
        state += " (too small a picture to rely on it)" if verdict.small and not found.present else ""
        lines.append(f"  watermark: {state}, {payload}by chance with probability {found.false_alarm:.1e}")
    if noise := verdict.noise:
        lines.append(f"  noise: of {noise.row.id}, by chance with probability {noise.false_alarm:.1e}")
    if entry := verdict.registry:
        how = f"by its {entry.how}" + (f", looks {entry.bits} of 256 bits off" if entry.bits else "")
        lines.append(f"  registry: {entry.row.id}, {entry.row.time}, {how}")
    for line in lines:
        console.say(_printable(line))


def _printable(text: str) -> str:
    """Strangers' files may hold words that steer a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
