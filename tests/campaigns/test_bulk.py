"""Bulk uploads: the columns that platforms read, filled with what a campaign made."""

import csv
import io

import pytest

from adfusion.campaigns.bulk import sheets
from adfusion.campaigns.manifest import (
    BriefRecord,
    CreativeRecord,
    FileRecord,
    Manifest,
    ModelRecord,
)

META = """
Campaign Name,Campaign Status,Ad Set Name,Link,Ad Name,Ad Status,Title,Body,Link Description,Image File Name,
Call to Action,Product 1 - Link,Product 1 - Name,Product 1 - Description,Product 1 - Image Hash,
Product 2 - Link,Product 2 - Name,Product 2 - Description,Product 2 - Image Hash,
Product 3 - Link,Product 3 - Name,Product 3 - Description,Product 3 - Image Hash
"""
"""Columns of Meta's import template that concern ads."""

PINTEREST = """
Campaign Name,Campaign Status,Ad Group Name,Media File Name,Pin Title,Pin Description,Organic Pin URL,
Image Alternative Text,Is Ad-only Pin,Promoted Pin Status,Ad Format,Promoted Pin Name,Promoted Pin URL,
Carousel Card 1 Image File Name,Carousel Card 1 Title,Carousel Card 1 Description,
Carousel Card 1 Organic Pin URL,Carousel Card 1 Destination URL,
Carousel Card 2 Image File Name,Carousel Card 2 Title,Carousel Card 2 Description,
Carousel Card 2 Organic Pin URL,Carousel Card 2 Destination URL,
Carousel Card 3 Image File Name,Carousel Card 3 Title,Carousel Card 3 Description,
Carousel Card 3 Organic Pin URL,Carousel Card 3 Destination URL
"""
"""Columns of Pinterest's sample sheet that concern pins."""

URL = "https://example.org/tea"


DECK = {"carousel": "deck"}


def record(id: str, headline: str, body: str = "", **metadata: object) -> CreativeRecord:
    return CreativeRecord(
        id=id,
        concept="Studio",
        segment="Everyone",
        headline=headline,
        call_to_action="",
        placement="",
        variant=1,
        width=1,
        height=1,
        picture="",
        metadata={"body": body, **metadata},
        files=(FileRecord(path=f"creatives/{id}.jpg", sha256="", made_from=""),),
    )


RECORDS = (
    record("single", "Slow tea", "Twelve hours"),
    record("c2", "Second", "Poured", card=2, **DECK),
    record("c1", "First", card=1, **DECK),
    record("c3", "Third", card=3, **DECK),
)


@pytest.fixture
def manifest() -> Manifest:
    content = {"brand": {"name": "Oddleaf"}, "product": {"name": "tea"}}
    return Manifest(
        format=1,
        software="",
        model=ModelRecord(name="", hash=""),
        brief=BriefRecord(sha256="", content=content, assets={}),
        pictures=(),
        creatives=RECORDS,
    )


def rows(platform: str, manifest: Manifest) -> list[dict[str, str]]:
    (sheet,) = sheets(platform, manifest, manifest.creatives, URL).values()
    return list(csv.DictReader(io.StringIO(sheet.decode(), newline="")))


@pytest.mark.parametrize(("platform", "template"), [("Meta", META), ("Pinterest", PINTEREST)])
def test_every_column_is_one_of_the_platforms_own(platform: str, template: str, manifest: Manifest) -> None:
    assert set(rows(platform, manifest)[0]) <= set(template.replace("\n", "").split(","))


@pytest.mark.parametrize("platform", ["Meta", "Pinterest"])
def test_a_carousel_is_one_row_with_its_cards_in_order(platform: str, manifest: Manifest) -> None:
    column = {"Meta": "Product {} - Name", "Pinterest": "Carousel Card {} Title"}[platform]
    single, deck = rows(platform, manifest)
    assert [deck[column.format(card)] for card in (1, 2, 3)] == ["First", "Second", "Third"]
    assert [single[column.format(card)] for card in (1, 2, 3)] == ["", "", ""]


def test_the_picture_of_an_ad_is_named_by_its_file(manifest: Manifest) -> None:
    assert [row["Image File Name"] for row in rows("Meta", manifest)] == ["single.jpg", ""]
    single, deck = rows("Pinterest", manifest)
    assert (single["Media File Name"], deck["Media File Name"]) == ("single.jpg", "")
    assert [deck[f"Carousel Card {card} Image File Name"] for card in (1, 2, 3)] == [
        "c1.jpg",
        "c2.jpg",
        "c3.jpg",
    ]


def test_nothing_is_live_by_itself(manifest: Manifest) -> None:
    assert {row["Ad Status"] for row in rows("Meta", manifest)} == {"PAUSED"}
    assert {row["Promoted Pin Status"] for row in rows("Pinterest", manifest)} == {"PAUSED"}


def test_a_title_that_is_too_long_is_left_out_and_not_cut(manifest: Manifest) -> None:
    long = manifest.model_copy(update={"creatives": (record("a", "x" * 101), record("b", "y" * 100))})
    assert [row["Pin Title"] for row in rows("Pinterest", long)] == ["", "y" * 100]


@pytest.mark.parametrize("platform", ["TikTok", "LinkedIn", "DV360", "IAB", ""])
def test_platforms_whose_columns_have_no_source_get_no_sheet(platform: str, manifest: Manifest) -> None:
    assert sheets(platform, manifest, RECORDS, URL) == {}
