"""What the verbs print: results on stdout, progress on stderr and only to a terminal."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextmanager
def progress_bar(*columns: ProgressColumn, silent: bool = False) -> Iterator[Progress]:
    """A bar with description, count, time left and `columns`; always silent where stderr is no terminal."""
    console = Console(stderr=True)
    start: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    end: list[ProgressColumn] = [TimeElapsedColumn(), TextColumn("· left"), TimeRemainingColumn()]
    silent = silent or not console.is_terminal
    with Progress(*start, *columns, *end, console=console, disable=silent, transient=True) as bar:
        yield bar


def say(message: str) -> None:
    """One line for a person, on stdout."""
    print(message)


def print_json(value: Any) -> None:
    """`value` for a machine, on stdout."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    print()
