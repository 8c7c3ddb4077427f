"""An audience: a CSV file with one row for each personal version of a campaign's copy.

Every column is a field of that name. Three have a meaning of their own, and may be missing: `segment` (a name
from the brief; without it, or empty, the row is for every segment), `locale`, and `id`, which names the row
in file names. Rows are counted as a spreadsheet counts them: the header is row 1.
"""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from adfusion.creative.fields import NAME, Value, parse_locale
from adfusion.creative.section import slug
from adfusion.creative.wording import clean
from adfusion.errors import UserError
from adfusion.generation.slug import slug as short

MAX_BYTES = 50_000_000
SEPARATORS = ",;\t"
"""Spreadsheets write semicolons where the comma is the decimal point."""


@dataclass(frozen=True)
class Row:
    """One recipient, or one kind of them."""

    id: str
    """ASCII, fit for a file name; no two rows of a file have the same."""
    segment: str | None
    """Slug of the segment that it is for; `None` is every segment."""
    locale: str | None
    """`None` is the segment's."""
    cells: tuple[tuple[str, str], ...]
    """Field and text."""
    where: str = field(compare=False)
    """File and row, for errors."""

    def values(self, locale: str) -> dict[str, Value]:
        """What fills the fields, where `locale` is the row's or its segment's."""
        return {name: Value(text, f"{self.where}: {name}", locale) for name, text in self.cells}


def read_audience(path: Path, segments: Collection[str]) -> tuple[Row, ...]:
    """The rows of a CSV file in UTF-8; `segments` are the names that its column may hold.

    Raises `UserError` (file, row, column, found, allowed) for the first mistake.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: found {path.stat().st_size} bytes; allowed: at most {MAX_BYTES}")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "found text that is not UTF-8"
        raise UserError(f"{path}: cannot read the audience: {reason}") from None
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    try:
        header, *table = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True)) or [[]]
    except csv.Error as error:
        raise UserError(f"{path}: found text that is not CSV ({error}); allowed: CSV in UTF-8") from None
    columns = _columns(path, header)
    known = {slug(name): name for name in segments}
    rows = tuple(
        _row(f"{path}: row {number}", number, columns, cells, known)
        for number, cells in enumerate(table, 2)
        if cells
    )
    if not rows:
        raise UserError(f"{path}: found no rows; allowed: a header and one row or more")
    _ensure_distinct(rows)
    return rows


def _columns(path: Path, header: list[str]) -> list[str]:
    columns = [name.strip() for name in header]
    for name in columns:
        if not NAME.fullmatch(name) or columns.count(name) > 1:
            raise UserError(
                f"{path}: row 1: found the column {name!r}; allowed: a header of names, each once, made of "
                "letters, digits and _"
            )
    return columns


def _row(where: str, number: int, columns: list[str], cells: list[str], segments: dict[str, str]) -> Row:
    if len(cells) != len(columns):
        raise UserError(f"{where}: found {len(cells)} cells; allowed: {len(columns)}, one for each column")
    texts = {name: _cleaned(where, name, text) for name, text in zip(columns, cells, strict=True)}
    segment, locale, id = (texts.get(name) for name in ("segment", "locale", "id"))
    if segment and slug(segment) not in segments:
        names = ", ".join(segments.values())
        raise UserError(f"{where}: segment: found {segment!r}; allowed: {names}, or nothing")
    if id == "":
        raise UserError(f"{where}: id: found nothing; allowed: a name for the row")
    try:
        locale = parse_locale(locale) if locale else None
    except ValueError as allowed:
        raise UserError(f"{where}: locale: found {locale!r}; allowed: {allowed}") from None
    name = short(id) if id else f"row-{number}"
    return Row(name, slug(segment) if segment else None, locale, tuple(texts.items()), where)


def _cleaned(where: str, column: str, text: str) -> str:
    if not text.strip():
        return ""
    try:
        return clean(text)
    except ValueError as error:
        raise UserError(f"{where}: {column}: found {error}; allowed: printable text") from None


def _ensure_distinct(rows: tuple[Row, ...]) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        if row.id in seen:
            other = seen[row.id].where.rpartition(": ")[2]
            raise UserError(
                f"{row.where}: id: found one that is too like that of {other}; "
                "allowed: a name for each row that differs in its letters a to z and digits"
            )
        seen[row.id] = row
