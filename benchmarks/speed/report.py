"""What was measured: a table on the terminal, JSON, a Markdown page, and the tables of docs/speed.md."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import growth
import torch
from rich.console import Console
from rich.table import Table
from rows import Row

import adfusion
from adfusion import files
from adfusion.models import Model

DOCS = Path(__file__).parents[2] / "docs"
WIDTH = 160
"""Columns, where the table goes into a file."""
BEGIN, END = "<!-- figures of `make bench` -->", "<!-- end of figures -->"


def machine(model: Model, quick: bool) -> dict[str, Any]:
    return {
        "software": f"adfusion {adfusion.__version__}",
        "torch": torch.__version__,
        "model": model.card.name,
        "model_hash": model.hash,
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "load": round(os.getloadavg()[0], 2),
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "quick": quick,
    }


def table(rows: Sequence[Row]) -> Table:
    table = Table("what", "ours", "other", "times as fast", "quartiles", "bar", box=None)
    for row, section in _by_section(rows):
        if section:
            table.add_row(f"[bold]{section}[/bold]")
        table.add_row(f"  {row.name}", *_cells(row))
        if row.note:
            table.add_row(f"    [dim]{row.note}[/dim]")
    return table


def markdown(rows: Sequence[Row], shares: Mapping[str, float], about: Mapping[str, Any], plot: str) -> str:
    lines = [
        f"{about['when'][:10]}, {about['cpu']}, {about['cores']} cores, {about['threads']} threads"
        + (f", {about['gpu']}" if about["gpu"] else "")
        + f", torch {about['torch']}, model `{about['model']}` (`{about['model_hash'][:12]}`). "
        + f"Load of the machine when it began: {about['load']}."
        + (" **`--quick`: few rounds.**" if about["quick"] else ""),
        "",
        "| | ours | other | times as fast | quartiles | bar | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row, section in _by_section(rows):
        if section:
            lines.append(f"| **{section}** | | | | | | |")
        cells = " | ".join(_cells(row))
        lines.append(f"| {row.name} | {cells} | {row.note} |")
    whole = sum(shares.values())
    if whole:
        lines += ["", "| stage of the example campaign | seconds | share |", "|---|---|---|"]
        lines += [f"| {stage} | {spent:.2f} | {spent / whole:.0%} |" for stage, spent in shares.items()]
    if plot:
        lines += ["", f"![Seconds by steps, batch, resolution and number of creatives]({plot})"]
    return "\n".join(lines) + "\n"


def write(
    out: Path,
    rows: Sequence[Row],
    shares: Mapping[str, float],
    curves: Mapping[str, growth.Curve],
    about: Mapping[str, Any],
) -> None:
    content = {
        "about": dict(about),
        "rows": [row.as_json() for row in rows],
        "stages": dict(shares),
        "growth": dict(curves),
    }
    files.write_text(out / "bench.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    plot = _plot(curves, out / "growth.png")
    files.write_text(out / "bench.md", "# Speed\n\n" + markdown(rows, shares, about, plot))


def write_docs(
    rows: Sequence[Row],
    shares: Mapping[str, float],
    curves: Mapping[str, growth.Curve],
    about: Mapping[str, Any],
) -> None:
    page = DOCS / "speed.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    plot = _plot(curves, DOCS / "images" / "speed-growth.png")
    figures = markdown(rows, shares, about, plot and f"images/{plot}")
    files.write_text(page, f"{before}{BEGIN}\n\n{figures}\n{END}{after}")


def show(rows: Sequence[Row], shares: Mapping[str, float]) -> None:
    terminal = Console().is_terminal
    console = Console(width=None if terminal else WIDTH)
    console.print(table(rows))
    whole = sum(shares.values()) or 1
    spent = ", ".join(f"{stage} {seconds / whole:.0%}" for stage, seconds in shares.items())
    console.print(f"\nstages of the example campaign: {spent}")


def _plot(curves: Mapping[str, growth.Curve], path: Path) -> str:
    """The plot's file name, or nothing where there is nothing to plot."""
    if not curves:
        return ""
    with files.replacing(path) as temporary:
        growth.plot(curves).savefig(temporary, format="png", dpi=110)
    return path.name


def _by_section(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each row, with the name of its section where one begins."""
    section = ""
    for row in rows:
        yield row, row.section if row.section != section else ""
        section = row.section


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    verdict = {True: " met", False: " **missed**", None: ""}[row.met]
    ours, theirs = (
        "" if value is None else f"{value:.3g} {row.unit}".strip() for value in (row.ours, row.theirs)
    )
    if row.ratio is None:
        return ours, theirs, "", "", row.bar + verdict
    times, low, high = (f"{value:.2f}×" for value in (row.ratio.median, row.ratio.low, row.ratio.high))
    return ours, theirs, times, f"{low} to {high}", row.bar + verdict


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
