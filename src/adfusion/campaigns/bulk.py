"""What the bulk uploads of platforms read. Only columns that have a source are written; nothing is guessed.

- Meta, `meta-ads.csv`: columns of its import template (AdsManagerTemplate v2.3, which Ads Manager offers
  for download), as several public programs that fill it list them. Ads arrive paused. The pictures are
  uploaded to the media library first, under the names that Image File Name gives. A carousel is one row;
  its columns Product 1 - Image Hash and so on stay empty, since a picture's hash is what Meta gives it
  when it is uploaded. Buttons are set in Ads Manager, whose wordings are a closed list.
- Google, `google-ads-editor.csv`: columns of Google Ads Editor (its Help, "CSV file columns", and headers
  of its exports), one row for each asset group. The lengths are those of the Google Ads API's responsive
  display ad: headline 30, long headline and description 90, business name 25. The pictures are in a
  folder for each asset group, to be added to it in the editor.
- Pinterest, `pinterest-pins.csv`: the columns of a pin in the sample sheet of its bulk editor (version
  2), as several public programs that fill it list them. Pinterest reads only its own sheet, whose first
  two rows must stay as they are (help.pinterest.com/business/article/use-the-bulk-editor) and which
  changes at times: the rows are to be pasted under the columns of the same names. Titles have 100
  characters (its ad specs).

Words that are longer than a platform takes are left out, not cut. The other platforms get the files and
the list alone:

- TikTok reads only the template of the very account that it was downloaded from, and no carousels
  (ads.tiktok.com/help/article/troubleshooting-bulk-import-export).
- DV360's Structured Data Files have no creatives
  (developers.google.com/display-video/bulk-tools/tools/sdf); its pictures are uploaded as they are.
- LinkedIn: no source for the columns of a bulk sheet was found.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from adfusion.campaigns.manifest import CreativeRecord, Manifest
from adfusion.creative.section import slug

HEADLINE, LONG_HEADLINE, DESCRIPTION, BUSINESS_NAME = 30, 90, 90, 25
HEADLINES, LONG_HEADLINES, DESCRIPTIONS = 15, 5, 5
PIN_TITLE = 100

Row = dict[str, str]


def sheets(
    platform: str, manifest: Manifest, records: Sequence[CreativeRecord], url: str | None
) -> dict[str, bytes]:
    """The files that the platform's bulk upload reads, by name; none for most platforms.

    `records` are those of this platform; `url` is where a click leads.
    """
    match platform:
        case "Meta":
            return {"meta-ads.csv": table(_meta(manifest, ad, url or "") for ad in _ads(records))}
        case "Google":
            return {"google-ads-editor.csv": table(_google(manifest, records, url or ""))}
        case "Pinterest":
            return {"pinterest-pins.csv": table(_pinterest(manifest, ad, url or "") for ad in _ads(records))}
    return {}


def table(rows: Iterable[Mapping[str, object]]) -> bytes:
    """CSV in UTF-8, comma-separated (RFC 4180), with the columns that any row has."""
    listed = list(rows)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(dict.fromkeys(column for row in listed for column in row)))
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue().encode()


def file_name(platform: str, record: CreativeRecord) -> str:
    """A picture's name in the platform's zip."""
    name = record.files[0].path.rpartition("/")[2]
    return f"{_asset_group(record)}/{name}" if platform == "Google" else name


def _ads(records: Iterable[CreativeRecord]) -> list[list[CreativeRecord]]:
    """The creatives of each ad: one, or the cards of a carousel in their order."""
    ads: dict[str, list[CreativeRecord]] = {}
    for record in records:
        ads.setdefault(_ad_name(record), []).append(record)
    return [sorted(ad, key=lambda record: int(record.metadata.get("card", 0))) for ad in ads.values()]


def _ad_name(record: CreativeRecord) -> str:
    return str(record.metadata.get("carousel", record.id))


def _campaign(manifest: Manifest) -> str:
    content = manifest.brief.content
    return f"{content['brand']['name']}: {content['product']['name']}"


def _body(record: CreativeRecord) -> str:
    return str(record.metadata.get("body") or "")


def _meta(manifest: Manifest, ad: Sequence[CreativeRecord], url: str) -> Row:
    first, single = ad[0], len(ad) == 1
    row = {
        "Campaign Name": _campaign(manifest),
        "Ad Set Name": first.segment,
        "Ad Name": _ad_name(first),
        "Ad Status": "PAUSED",
        "Link": url,
        "Title": first.headline,
        "Body": next(filter(None, map(_body, ad)), ""),
        "Image File Name": file_name("Meta", first) if single else "",
    }
    for number, card in enumerate(() if single else ad, 1):
        row |= {
            f"Product {number} - Link": url,
            f"Product {number} - Name": card.headline,
            f"Product {number} - Description": _body(card),
            f"Product {number} - Image Hash": "",
        }
    return row


def _pinterest(manifest: Manifest, ad: Sequence[CreativeRecord], url: str) -> Row:
    first, single = ad[0], len(ad) == 1
    row = {
        "Campaign Name": _campaign(manifest),
        "Ad Group Name": first.segment,
        "Media File Name": file_name("Pinterest", first) if single else "",
        "Pin Title": _fitting(first.headline, PIN_TITLE),
        "Pin Description": next(filter(None, map(_body, ad)), ""),
        "Organic Pin URL": url,
        "Promoted Pin Status": "PAUSED",
        "Promoted Pin Name": _ad_name(first),
        "Promoted Pin URL": url,
    }
    for number, card in enumerate(() if single else ad, 1):
        row |= {
            f"Carousel Card {number} Image File Name": file_name("Pinterest", card),
            f"Carousel Card {number} Title": _fitting(card.headline, PIN_TITLE),
            f"Carousel Card {number} Description": _body(card),
            f"Carousel Card {number} Organic Pin URL": url,
            f"Carousel Card {number} Destination URL": url,
        }
    return row


def _google(manifest: Manifest, records: Iterable[CreativeRecord], url: str) -> Iterable[Row]:
    groups: dict[str, list[CreativeRecord]] = {}
    for record in records:
        groups.setdefault(_asset_group(record), []).append(record)
    for group, members in groups.items():
        headlines = [record.headline for record in members]
        yield {
            "Campaign": _campaign(manifest),
            "Asset Group": group,
            **_numbered("Headline", headlines, HEADLINE, HEADLINES),
            **_numbered("Long headline", headlines, LONG_HEADLINE, LONG_HEADLINES),
            **_numbered("Description", map(_body, members), DESCRIPTION, DESCRIPTIONS),
            "Business name": _fitting(str(manifest.brief.content["brand"]["name"]), BUSINESS_NAME),
            "Final URL": url,
        }


def _asset_group(record: CreativeRecord) -> str:
    return f"{slug(record.concept)}_{slug(record.segment)}"


def _numbered(name: str, words: Iterable[str], longest: int, most: int) -> Row:
    fitting = list(dict.fromkeys(each for each in words if _fitting(each, longest)))[:most]
    return {f"{name} {number + 1}": "".join(fitting[number : number + 1]) for number in range(most)}


def _fitting(words: str, longest: int) -> str:
    return words if len(words) <= longest else ""
