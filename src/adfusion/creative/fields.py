"""Fields in copy: `Hello {first_name}, now {price:currency}`, filled and formatted for a locale.

Without a format a value is set as it stands. With one it is written as the locale writes it (Unicode CLDR, as
Babel brings it): `number`, `percent` (of a share: 0.25 is 25 %), `currency`, and for dates `short`, `medium`,
`long` and `full`. Digits are Latin in every locale. A brace that is meant as such is doubled, as in Python.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_territory_currencies,
    list_currencies,
)

from adfusion.creative.wording import MAX_CHARACTERS, clean

DATES = ("short", "medium", "long", "full")
FORMATS = ("number", "percent", "currency", *DATES)
NAME = re.compile(r"[^\W\d]\w*")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
AMOUNT = re.compile(rf"(?:([A-Z]{{3}}) ?)?({NUMBER.pattern})(?: ?([A-Z]{{3}}))?", re.ASCII)
ALLOWED_LOCALES = "a language, or language and region, such as de or pt_BR"

Content = str | int | float | date


@dataclass(frozen=True)
class Value:
    """What fills a field."""

    content: Content
    where: str
    """The file's field or row that it comes from, for errors."""
    locale: str = "en"
    """In whose region it was written: the currency of an amount that names none."""


@dataclass(frozen=True)
class Version:
    """For whom copy is written: a row of an audience, or everybody in a segment."""

    row: str
    """The row's id; empty for everybody."""
    locale: str
    values: Mapping[str, Value]

    def fill(self, text: str) -> str:
        """See `fill`; empty stays empty."""
        return fill(text, self.values, self.locale) if text else ""


@dataclass(frozen=True)
class Slot:
    """A place in copy that a value fills; `format` is empty or one of `FORMATS`."""

    name: str
    format: str


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[str | Slot, ...]:
    """Copy as its literal pieces and its slots. Raises `ValueError`, saying what is allowed."""
    pieces: list[str | Slot] = []
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError("fields such as {city} or {price:currency}, and single braces doubled") from None
    for literal, name, format, conversion in parsed:
        if literal:
            pieces.append(literal)
        if name is None:
            continue
        if conversion or not NAME.fullmatch(name):
            raise ValueError("fields named by letters, digits and _, such as {city}")
        if format and format not in FORMATS:
            raise ValueError(f"the formats {', '.join(FORMATS)}, as in {{{name}:{FORMATS[0]}}}")
        pieces.append(Slot(name, format or ""))
    return tuple(pieces)


def fill(text: str, values: Mapping[str, Value], locale: str) -> str:
    """Copy with its fields filled in, cleaned.

    Raises `ValueError` (where: found; allowed) for a field that `values` lacks, an empty value, or one that
    cannot be written in the format that is asked for.
    """
    pieces = (piece if isinstance(piece, str) else _filled(piece, values, locale) for piece in parse(text))
    filled = "".join(pieces)
    try:
        return clean(filled)
    except ValueError as error:
        allowed = f"printable text of 1 to {MAX_CHARACTERS} characters"
        raise ValueError(f"found {error}; allowed: {allowed}") from None


def _filled(slot: Slot, values: Mapping[str, Value], locale: str) -> str:
    value = values.get(slot.name)
    if value is None:
        known = ", ".join(sorted(values)) or "none, there are no fields here"
        raise ValueError(f"found the unknown field {{{slot.name}}}; allowed: {known}")
    content = value.content.strip() if isinstance(value.content, str) else value.content
    try:
        if content == "":
            raise ValueError("something to show")
        return written(content, slot.format, locale, value.locale)
    except ValueError as allowed:
        found = "nothing" if content == "" else repr(str(content))
        raise ValueError(f"{value.where}: found {found}; allowed: {allowed}") from None


@lru_cache(maxsize=1 << 16, typed=True)
def written(content: Content, format: str, locale: str, home: str) -> str:
    """A value as `locale` writes it. Raises `ValueError`, saying what is allowed."""
    language = Locale.parse(locale)
    match format:
        case "":
            return str(content)
        case "number":
            return format_decimal(
                _number(content), locale=language, decimal_quantization=False, numbering_system="latn"
            )
        case "percent":
            return format_percent(
                _number(content), locale=language, decimal_quantization=False, numbering_system="latn"
            )
        case "currency":
            amount, currency = _amount(content, home)
            return format_currency(amount, currency, locale=language, numbering_system="latn")
        case _:
            return format_date(_date(content), format, locale=language)


def _number(content: Content) -> Decimal:
    text = str(content)
    if not NUMBER.fullmatch(text):
        raise ValueError("a number such as 1234.5")
    return Decimal(text)


def _amount(content: Content, home: str) -> tuple[Decimal, str]:
    found = AMOUNT.fullmatch(str(content))
    if not found or (found[1] and found[3]):
        raise ValueError("an amount such as 4.90 or 4.90 EUR")
    territory = Locale.parse(home).territory
    currencies = get_territory_currencies(territory) if territory else []
    currency = found[1] or found[3] or (currencies[0] if currencies else None)
    if currency not in list_currencies():
        raise ValueError("an amount with its ISO 4217 currency such as 4.90 EUR, or a locale with a region")
    digits = get_currency_precision(currency)
    if len(found[2].partition(".")[2]) > digits:
        raise ValueError(f"an amount in {currency} with at most {digits} decimals")
    return Decimal(found[2]), currency


def _date(content: Content) -> date:
    try:
        return content if isinstance(content, date) else date.fromisoformat(str(content))
    except ValueError:
        raise ValueError("a date such as 2026-05-01") from None


def parse_locale(text: str) -> str:
    """A locale's name as CLDR writes it, `de_AT` from `de-at`. Raises `ValueError`."""
    try:
        return str(Locale.parse(text.strip().replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise ValueError(ALLOWED_LOCALES) from None
