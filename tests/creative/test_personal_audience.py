"""An audience's rows become personal versions; every mistake names file, row and column."""

from pathlib import Path

import pytest

from adfusion.creative.audience import read_audience
from adfusion.creative.brief import Brief, load_brief
from adfusion.errors import UserError
from painter import write_brief

SEGMENTS = ["Commuters", "Night owls"]


def csv(folder: Path, text: str | bytes) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def personal(folder: Path, rows: str, **changes: object) -> Brief:
    folder.mkdir(exist_ok=True)
    csv(folder, rows)
    return load_brief(
        write_brief(folder, audience="rows.csv", **{"headlines": ["Hi {first_name}"], **changes})
    )


def filled(brief: Brief, segment: int = 0) -> list[str]:
    return [version.fill(brief.headlines[0]) for version in brief.versions(brief.segments[segment])]


def test_every_row_is_a_version_of_its_segment_or_of_all(tmp_path: Path) -> None:
    brief = personal(tmp_path, "first_name,segment\nAda,Commuters\nBo,\nCem,night owls\n")
    assert filled(brief, 0) == ["Hi Ada", "Hi Bo"]
    assert filled(brief, 1) == ["Hi Bo", "Hi Cem"]
    assert [version.row for version in brief.versions(brief.segments[1])] == ["row-3", "row-4"]


def test_a_segment_without_rows_speaks_to_everybody(tmp_path: Path) -> None:
    brief = personal(
        tmp_path,
        "first_name,segment\nAda,Commuters\n",
        segments=[{"name": "Commuters"}, {"name": "Night owls", "headlines": ["Hi you"]}],
    )
    [version] = brief.versions(brief.segments[1])
    assert (version.row, version.fill("Hi you")) == ("", "Hi you")


def test_rows_come_before_segments_and_segments_before_the_brief(tmp_path: Path) -> None:
    brief = personal(
        tmp_path,
        "first_name\nAda\n",
        headlines=["{first_name} {city} {drink}"],
        fields={"first_name": "Brief", "city": "Brief", "drink": "tea"},
        segments=[{"name": "A", "fields": {"first_name": "Segment", "city": "Kiel"}}],
    )
    assert filled(brief) == ["Ada Kiel tea"]


def test_a_row_may_have_its_own_locale_and_id(tmp_path: Path) -> None:
    rows = "id,locale,price\nGerman Ada,de-DE,4.9\nFrench Ada,fr_CA,4.9\nrest,,4.9\n"
    brief = personal(tmp_path, rows, headlines=["{price:currency}"], locale="en_GB")
    assert filled(brief) == ["4,90\u00a0€", "4,90\u00a0$", "£4.90"]
    assert [each.row for each in brief.versions(brief.segments[0])] == ["german-ada", "french-ada", "rest"]


def test_a_briefs_price_keeps_the_briefs_currency_in_every_segment(tmp_path: Path) -> None:
    brief = load_brief(
        write_brief(
            tmp_path,
            headlines=["{price:currency}"],
            fields={"price": 4.5},
            locale="de_DE",
            segments=[{"name": "Here"}, {"name": "There", "locale": "en_US"}],
        )
    )
    assert filled(brief, 0) == ["4,50\u00a0€"]
    assert filled(brief, 1) == ["€4.50"]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbffirst_name,city\r\nZo\xc3\xa9,Paris\r\n",
        "first_name;city\nZoé;Paris\n",
        "first_name\tcity\nZoé\tParis\n\n",
        'first_name,city\n"Zoé","Paris"\n',
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, text: str | bytes) -> None:
    [row] = read_audience(csv(tmp_path, text), SEGMENTS)
    assert dict(row.cells) == {"first_name": "Zoé", "city": "Paris"}


def test_a_cell_may_hold_separators_and_quotes(tmp_path: Path) -> None:
    [row] = read_audience(csv(tmp_path, 'first_name\n"Smith, ""Jo"""\n'), SEGMENTS)
    assert dict(row.cells) == {"first_name": 'Smith, "Jo"'}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "row 1: found the column|found no rows"),
        ("first_name\n", "found no rows; allowed: a header and one row or more"),
        ("first name\nAda\n", "row 1: found the column 'first name'; allowed"),
        ("a,a\n1,2\n", "row 1: found the column 'a'; allowed: a header of names, each once"),
        ("a,b\n1\n", "row 2: found 1 cells; allowed: 2"),
        ("a\n1\n2,3\n", "row 3: found 2 cells; allowed: 1"),
        ("segment\nPilots\n", "row 2: segment: found 'Pilots'; allowed: Commuters, Night owls, or nothing"),
        ("locale\nGerman\n", "row 2: locale: found 'German'; allowed: a language"),
        ("id\na\n\nA\n", "row 4: id: found one that is too like that of row 2"),
        ("id,a\n,1\n", "row 2: id: found nothing"),
        ("a\nb\x07\n", r"row 2: a: found character U\+0007"),
        (b"a\n\xff\n", "found text that is not UTF-8"),
        ('a\n"b\n', "found text that is not CSV"),
    ],
)
def test_a_mistake_in_the_file_names_row_and_column(tmp_path: Path, text: str | bytes, error: str) -> None:
    with pytest.raises(UserError, match=rf"rows\.csv: .*({error})") as caught:
        read_audience(csv(tmp_path, text), SEGMENTS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "rows", "error"),
    [
        ({}, "city\nKiel\n", r"brief.yaml: headlines\[0\]: found the unknown field \{first_name\}; al"),
        ({}, 'first_name\nAda\n""\n', r"headlines\[0\]: .*rows.csv: row 3: first_name: found nothing"),
        (
            {"badges": ["{price:currency}"]},
            'first_name,price\nAda,4.90 EUR\nBo,"4,90"\n',
            r"badges\[0\]: .*rows.csv: row 3: price: found '4,90'; allowed: an amount",
        ),
        (
            {"segments": [{"name": "A", "body": ["{city}"], "fields": {"city": ""}}]},
            "first_name\nAda\n",
            r"segments\[0\].body\[0\]: segments\[0\].fields.city: found nothing",
        ),
        ({}, "first_name\n茶\n", r"headlines\[0\]: text 'Hi 茶': found the character '茶'"),
        (
            {},
            "first_name\n" + "x" * 499 + "\n",
            r"headlines\[0\]: found 502 characters, more than 500; allowed",
        ),
        (
            {"headlines": ["{first_name"]},
            "first_name\nAda\n",
            r"headlines\[0\]: found '\{first_name'; allowed: fields",
        ),
        (
            {"headlines": ["{price:euro}"]},
            "price\n1\n",
            r"headlines\[0\]: .*allowed: the formats number, percent",
        ),
        ({"audience": "gone.csv"}, "a\nb\n", r"audience: found 'gone.csv'; allowed: an existing file"),
        (
            {"locale": "German"},
            "first_name\nAda\n",
            r"brief.yaml: locale: found 'German'; allowed: a language",
        ),
        ({"fields": {"a b": 1}}, "first_name\nAda\n", r"fields.a b: found 'a b'; allowed: a name of letters"),
        (
            {"fields": {"a": True}},
            "first_name\nAda\n",
            r"fields.a: found True; allowed: text, a number or a date",
        ),
        ({"fields": {"a": [1]}}, "first_name\nAda\n", r"fields.a: found a list; allowed: text, a number"),
    ],
)
def test_a_field_that_cannot_be_filled_stops_the_brief(
    tmp_path: Path, changes: dict[str, object], rows: str, error: str
) -> None:
    csv(tmp_path, rows)
    brief = write_brief(tmp_path, **{"audience": "rows.csv", "headlines": ["Hi {first_name}"], **changes})
    with pytest.raises(UserError, match=error) as caught:
        load_brief(brief)
    assert "\n" not in str(caught.value)


def test_a_forbidden_word_in_a_row_stops_the_brief(tmp_path: Path) -> None:
    brand = {"name": "Solera", "palette": {"primary": "teal"}, "never": ["cheap"]}
    with pytest.raises(UserError, match=r"headlines\[0\]: found 'Hi Cheap'.*'cheap'"):
        personal(tmp_path, "first_name\nAda\nCheap\n", brand=brand)
