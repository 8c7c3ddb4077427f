"""Which files of a campaign are finished, so that a killed run goes on where it was.

While a run works, each finished file is a line of `OUT/journal.jsonl`; a line is written after the file has
its final name. When the run ends its manifest says the same, and the journal goes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.errors import UserError

JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Entry:
    """One finished file, by its path relative to OUT."""

    path: str
    sha256: str
    made_from: str
    """Fingerprint of all that decides the file."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What was found out while making it; JSON."""


class Ledger:
    """The finished files of `out`."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._entries: dict[str, Entry] = {}

    @property
    def journal(self) -> Path:
        return self.out / JOURNAL

    def brief(self) -> str | None:
        """SHA-256 of the brief of the run that was cut off here, if one was."""
        lines = self._lines()
        brief = lines[0].get("brief") if lines else None
        return brief if isinstance(brief, str) else None

    def recall(self) -> None:
        """Take over what a run that was cut off had finished."""
        for line in self._lines()[1:]:
            if line.keys() == Entry.__dataclass_fields__.keys():
                self.note(Entry(**line))

    def note(self, entry: Entry) -> None:
        self._entries[entry.path] = entry

    def begin(self, brief: str) -> None:
        """Open the journal of a run, with everything noted so far in it."""
        lines = [{"brief": brief}, *(asdict(entry) for entry in self._entries.values())]
        files.write_text(self.journal, "".join(json.dumps(line) + "\n" for line in lines))

    def holds(self, path: str, made_from: str) -> bool:
        """Whether the file is there, whole, and made from just that."""
        entry = self._entries.get(path)
        file = self.out / path
        return (
            entry is not None
            and entry.made_from == made_from
            and file.is_file()
            and files.sha256(file) == entry.sha256
        )

    def add(self, path: str, made_from: str, about: Mapping[str, Any] | None = None) -> None:
        """The file now has its final name. Raises `UserError` if the journal cannot be written."""
        self.write(Entry(path, files.sha256(self.out / path), made_from, about or {}))

    def write(self, entry: Entry) -> None:
        """Note the entry, in the journal too. Raises `UserError` if that cannot be written."""
        self.note(entry)
        try:
            with self.journal.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(asdict(entry)) + "\n")
        except OSError as error:
            raise UserError(f"{self.journal}: cannot write: {error.strerror or error}") from error

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def __getitem__(self, path: str) -> Entry:
        return self._entries[path]

    def end(self) -> None:
        self.journal.unlink(missing_ok=True)

    def _lines(self) -> list[dict[str, Any]]:
        """Whole lines only: a killed process may have left half of the last one."""
        try:
            text = self.journal.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        lines: list[dict[str, Any]] = []
        for line in text.splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                break
            if not isinstance(value, dict):
                break
            lines.append(value)
        return lines


class ApartLedger(Ledger):
    """What another process than the one with the journal has finished: `taken` gives it over."""

    def __init__(self, out: Path, entries: Iterable[Entry]) -> None:
        super().__init__(out)
        self._fresh: list[Entry] = []
        for entry in entries:
            self.note(entry)

    def write(self, entry: Entry) -> None:
        self.note(entry)
        self._fresh.append(entry)

    def taken(self) -> tuple[Entry, ...]:
        """All that was written since the last call."""
        fresh, self._fresh = tuple(self._fresh), []
        return fresh
