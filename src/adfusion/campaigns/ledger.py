"""Which files of a campaign are finished, so that a killed run goes on where it was.

While a run works, each finished file is a line of `OUT/journal.jsonl`; a line is written after the file has
its final name. When the run ends its manifest says the same, and the journal goes.
"""

import json
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.errors import UserError

JOURNAL = "journal.jsonl"


class Ledger:
    """Finished files by their path relative to `out`, with what each was made from and its SHA-256."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._entries: dict[str, tuple[str, str]] = {}

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
            if {"path", "made_from", "sha256"} <= line.keys():
                self.note(line["path"], line["made_from"], line["sha256"])

    def note(self, path: str, made_from: str, sha256: str) -> None:
        self._entries[path] = made_from, sha256

    def begin(self, brief: str) -> None:
        """Open the journal of a run, with everything recalled in it."""
        header = {"brief": brief}
        entries = [
            {"path": path, "made_from": made_from, "sha256": sha256}
            for path, (made_from, sha256) in self._entries.items()
        ]
        files.write_text(self.journal, "".join(json.dumps(line) + "\n" for line in [header, *entries]))

    def holds(self, path: str, made_from: str) -> bool:
        """Whether the file is there, whole, and made from just that."""
        entry = self._entries.get(path)
        file = self.out / path
        return entry is not None and entry[0] == made_from and file.is_file() and files.sha256(file) == entry[1]

    def add(self, path: str, made_from: str) -> None:
        """The file now has its final name."""
        sha256 = files.sha256(self.out / path)
        self.note(path, made_from, sha256)
        line = json.dumps({"path": path, "made_from": made_from, "sha256": sha256})
        try:
            with self.journal.open("a", encoding="utf-8") as journal:
                journal.write(line + "\n")
        except OSError as error:
            raise UserError(f"{self.journal}: cannot write: {error.strerror or error}") from error

    def sha256(self, path: str) -> str:
        return self._entries[path][1]

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
