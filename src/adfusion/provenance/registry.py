"""A log of what was made, on this computer, so that a copy without marks and metadata is still recognised.

Rows are only ever added. Each holds the hash of the one before it, so that no row can be changed, taken out
or put in between without breaking the chain; the last hash, kept elsewhere, vouches for all rows before it.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from adfusion.errors import UserError
from adfusion.provenance.fingerprint import NEAR, distance

START = "0" * 64
_COLUMNS = "id, time, sha256, pixels_sha256, fingerprint, payload, nonce, model, model_hash, previous, hash"


@dataclass(frozen=True)
class Row:
    """One file that was made."""

    id: str
    """Of the creative: campaign and name."""
    time: str
    """UTC, ISO 8601."""
    sha256: str
    """Of the file."""
    pixels_sha256: str
    """Of the decoded pixels, which changed metadata leaves as it is; empty for files without pixels."""
    fingerprint: str
    """`fingerprint.fingerprint`; empty for files without pixels."""
    payload: int
    """Of the watermark, 64 bits."""
    nonce: str = ""
    """Of the mark in the noise, with its payload (`Request.noise_mark`); empty if there is none."""
    model: str = ""
    model_hash: str = ""
    previous: str = START
    hash: str = ""

    def hashed(self, previous: str) -> "Row":
        """This row after the row of hash `previous`."""
        said = {**asdict(self), "previous": previous}
        del said["hash"]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return Row(**said, hash=hashlib.sha256(text.encode()).hexdigest())


def registry_file() -> Path:
    """`ADFUSION_REGISTRY`, else `adfusion/registry.sqlite` in `XDG_DATA_HOME` or `~/.local/share`."""
    if chosen := os.environ.get("ADFUSION_REGISTRY"):
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "adfusion" / "registry.sqlite"


class Registry:
    """The rows in one SQLite file, to which several processes may add. `UserError` if it cannot be used."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or registry_file()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{self.path}: found no registry: {error}") from error

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, *rows: Row) -> tuple[Row, ...]:
        """Append rows, all or none; they come back with their place in the chain."""
        added = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            previous = self.last_hash()
            for row in rows:
                added.append(row.hashed(previous))
                previous = added[-1].hash
            marks = ", ".join("?" * len(fields(Row)))
            self._db.executemany(
                f"INSERT INTO rows ({_COLUMNS}) VALUES ({marks})", [_stored(row) for row in added]
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise UserError(f"{self.path}: cannot write: {error}") from error
        return tuple(added)

    def last_hash(self) -> str:
        """Vouches for all rows."""
        found = self._db.execute("SELECT hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()
        return str(found[0]) if found else START

    def __iter__(self) -> Iterator[Row]:
        with closing(self._db.execute(f"SELECT {_COLUMNS} FROM rows ORDER BY number")) as cursor:
            yield from map(_row, cursor)

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM rows").fetchone()[0])

    def by_sha256(self, sha256: str) -> Row | None:
        """The file itself, byte for byte."""
        return self._first("sha256 = ?", sha256)

    def by_pixels(self, pixels_sha256: str) -> Row | None:
        """A file with just these pixels."""
        return self._first("pixels_sha256 = ?", pixels_sha256)

    def by_payload(self, payload: int) -> Row | None:
        return self._first("payload = ?", f"{payload:016x}")

    def by_short(self, word: int) -> list[Row]:
        """Pictures whose payload ends in these 16 bits, the first first; small ones carry no more of it."""
        condition = "substr(payload, 13) = ? AND fingerprint != '' ORDER BY number"
        found = self._db.execute(f"SELECT {_COLUMNS} FROM rows WHERE {condition}", (f"{word:04x}",))
        return [_row(stored) for stored in found]

    def with_nonce(self) -> list[Row]:
        """Pictures drawn from marked noise, the first first."""
        found = self._db.execute(f"SELECT {_COLUMNS} FROM rows WHERE nonce != '' ORDER BY number")
        return [_row(stored) for stored in found]

    def near(self, fingerprint: str, most: int = NEAR) -> list[tuple[int, Row]]:
        """(bits that differ, row) of pictures that look like this one, the most alike first."""
        found = self._db.execute("SELECT number, fingerprint FROM rows WHERE fingerprint != ''")
        alike = sorted(
            (bits, number) for number, other in found if (bits := distance(fingerprint, other)) <= most
        )
        return [(bits, row) for bits, number in alike if (row := self._first("number = ?", number))]

    def check(self) -> str | None:
        """What is wrong with the chain, `None` if it is whole."""
        previous = START
        for number, row in enumerate(self, 1):
            if row.previous != previous:
                return f"row {number} ({row.id}): the row before it was changed, taken out or put in"
            if row.hashed(previous).hash != row.hash:
                return f"row {number} ({row.id}): it was changed"
            previous = row.hash
        return None

    def export(self) -> Iterator[str]:
        """A line of JSON for each row."""
        return (json.dumps(asdict(row), ensure_ascii=False) for row in self)

    def _first(self, condition: str, value: object) -> Row | None:
        query = f"SELECT {_COLUMNS} FROM rows WHERE {condition} ORDER BY number LIMIT 1"
        found = self._db.execute(query, (value,)).fetchone()
        return _row(found) if found else None


_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, time TEXT NOT NULL, sha256 TEXT NOT NULL, pixels_sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL, payload TEXT NOT NULL, nonce TEXT NOT NULL,
    model TEXT NOT NULL, model_hash TEXT NOT NULL, previous TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS by_sha256 ON rows (sha256);
CREATE INDEX IF NOT EXISTS by_pixels ON rows (pixels_sha256);
CREATE INDEX IF NOT EXISTS by_payload ON rows (payload);
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON rows BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON rows BEGIN SELECT RAISE(ABORT, 'append only'); END;
"""


def _stored(row: Row) -> tuple[object, ...]:
    return tuple(f"{value:016x}" if isinstance(value, int) else value for value in asdict(row).values())


def _row(stored: tuple[str, ...]) -> Row:
    said = dict(zip((field.name for field in fields(Row)), stored, strict=True))
    return Row(**{**said, "payload": int(said["payload"], 16)})  # type: ignore[arg-type]
