"""Fields in copy are filled as the reader's language writes them, or refused by name."""

import re
from datetime import date

import pytest

from adfusion.creative.fields import Slot, Value, fill, parse, parse_locale

VALUES = {
    "first_name": Value("Ada", "fields.first_name"),
    "price": Value("4.90", "rows.csv: row 3: price", "de_DE"),
    "dear": Value("1234.5 USD", "fields.dear"),
    "share": Value(0.125, "fields.share"),
    "count": Value(1234567, "fields.count"),
    "until": Value(date(2026, 5, 1), "fields.until"),
    "from_text": Value("2026-05-01", "fields.from_text"),
    "empty": Value(" ", "rows.csv: row 3: empty"),
    "braces": Value("{first_name}", "fields.braces"),
}


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("Hello {first_name}", "en", "Hello Ada"),
        ("{price:currency}", "de_DE", "4,90\u00a0€"),
        ("{price:currency}", "en_GB", "€4.90"),
        ("{price:currency}", "de_CH", "EUR\u00a04.90"),
        ("{dear:currency}", "fr_FR", "1\u202f234,50\u00a0$US"),
        ("{dear:currency}", "en_US", "$1,234.50"),
        ("{share:percent}", "en", "12.5%"),
        ("{share:percent}", "de", "12,5\u00a0%"),
        ("{count:number}", "en", "1,234,567"),
        ("{count:number}", "de", "1.234.567"),
        ("{count:number}", "hi_IN", "12,34,567"),
        ("{count:number}", "ar_EG", "1,234,567"),
        ("{until:long}", "en", "May 1, 2026"),
        ("{until:long}", "fr", "1 mai 2026"),
        ("{from_text:short}", "de", "01.05.26"),
        ("{from_text:full}", "es", "viernes, 1 de mayo de 2026"),
        ("{price}, {count}, {until}", "de", "4.90, 1234567, 2026-05-01"),
        ("{{first_name}} is {first_name}", "en", "{first_name} is Ada"),
        ("{braces}", "en", "{first_name}"),
        ("No field", "en", "No field"),
    ],
)
def test_a_field_is_written_as_the_locale_writes_it(text: str, locale: str, expected: str) -> None:
    assert fill(text, VALUES, locale) == expected


def test_a_bare_amount_keeps_the_currency_of_where_it_was_written() -> None:
    """The reader's language changes how a price looks, never what it is."""
    for reader in ("en_US", "ja_JP", "fr_CH"):
        written = fill("{price:currency}", VALUES, reader)
        assert "€" in written or "EUR" in written


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{city}", "found the unknown field {city}; allowed: braces, count, dear, empty, first_name"),
        ("{empty}", "rows.csv: row 3: empty: found nothing; allowed: something to show"),
        ("{empty:number}", "rows.csv: row 3: empty: found nothing"),
        ("{first_name:number}", "fields.first_name: found 'Ada'; allowed: a number such as 1234.5"),
        ("{first_name:currency}", "fields.first_name: found 'Ada'; allowed: an amount such as 4.90"),
        ("{first_name:long}", "fields.first_name: found 'Ada'; allowed: a date such as 2026-05-01"),
        ("{share:currency}", "fields.share: found '0.125'; allowed: an amount with its ISO 4217 currency"),
    ],
)
def test_what_cannot_be_filled_is_named_with_its_source(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(error)}"):
        fill(text, VALUES, "en")


@pytest.mark.parametrize(
    "amount", ["4,90", "4.905 EUR", "4.90 XQQ", "EUR 4.90 EUR", "4.90 eur", "nan", "1e3"]
)
def test_an_amount_that_is_not_exact_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="allowed: an amount"):
        fill("{price:currency}", {"price": Value(amount, "fields.price", "de_DE")}, "de_DE")


@pytest.mark.parametrize("amount", ["4.90 EUR", "EUR 4.90", "4.90EUR", "4.9 EUR"])
def test_an_amount_may_name_its_currency(amount: str) -> None:
    assert fill("{price:currency}", {"price": Value(amount, "fields.price")}, "en_GB") == "€4.90"


@pytest.mark.parametrize(
    "text",
    ["{", "}", "{first name}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:.2f}", "{a:{b}}", "{a:Currency}"],
)
def test_what_is_no_field_is_refused_before_there_are_values(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as|formats"):
        parse(text)


def test_copy_is_its_literal_pieces_and_slots() -> None:
    assert parse("Hi {name}, {price:currency}") == ("Hi ", Slot("name", ""), ", ", Slot("price", "currency"))


@pytest.mark.parametrize(
    ("text", "name"), [("de", "de"), ("de-AT", "de_AT"), ("pt_br", "pt_BR"), ("zh-Hant-TW", "zh_Hant_TW")]
)
def test_locales_are_read_as_people_write_them(text: str, name: str) -> None:
    assert parse_locale(text) == name


@pytest.mark.parametrize("text", ["", "xx", "German", "de_XX", "../de"])
def test_other_words_are_no_locale(text: str) -> None:
    with pytest.raises(ValueError, match="such as de or pt_BR"):
        parse_locale(text)
