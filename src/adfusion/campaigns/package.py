"""A zip for each platform: the finished files, a list of them, and what the platform's bulk upload reads.

Only columns with a source are written, so that nothing is guessed:

- Meta: columns of an Ads Manager export, which its import reads again. The pictures are uploaded to the media
  library first: a picture's file has the name of its ad. Ads arrive paused. Link and button are set in Ads
  Manager, whose wordings of buttons are a closed list. The cards of a carousel are one ad, put together
  in Ads Manager: the list names carousel and card of each picture.
- Google: columns of Google Ads Editor (its Help, "CSV file columns", and headers of its exports), one row for
  each asset group; the lengths are those of the Google Ads API's responsive display ad: headline 30, long
  headline and description 90, business name 25. Words that are longer are left out of the row, not cut. The
  pictures are in a folder for each asset group, to be added to it in the editor.
- LinkedIn, TikTok, Pinterest and IAB (DV360 among others) get the files and the list: their bulk sheets are
  made in an account and cannot be written without it.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from adfusion.campaigns.manifest import CreativeRecord, Manifest
from adfusion.creative.export import zipped
from adfusion.creative.placement import placement
from adfusion.creative.section import slug

OWN = "own-sizes"
"""Sizes that belong to no platform."""
LIST = "creatives.csv"
HEADLINE, LONG_HEADLINE, DESCRIPTION, BUSINESS_NAME = 30, 90, 90, 25
HEADLINES, LONG_HEADLINES, DESCRIPTIONS = 15, 5, 5


def packages(
    out: Path, manifest: Manifest, records: Sequence[CreativeRecord], url: str | None
) -> dict[str, bytes]:
    """The zips, by file name."""
    platforms = dict.fromkeys(placement(record.placement).platform for record in records)
    made = {}
    for platform in platforms:
        members = [record for record in records if placement(record.placement).platform == platform]
        contents = {LIST: _list(platform, members)}
        ads = [record for record in members if "carousel" not in record.metadata]
        if platform == "Meta" and ads:
            contents["meta-ads.csv"] = _meta(manifest, ads)
        if platform == "Google":
            contents["google-ads-editor.csv"] = _google(manifest, members, url)
        contents |= {_name(platform, record): (out / record.files[0].path).read_bytes() for record in members}
        made[f"{slug(platform) or OWN}.zip"] = zipped(contents)
    return made


def _name(platform: str, record: CreativeRecord) -> str:
    """A picture's name in the zip."""
    name = Path(record.files[0].path).name
    return f"{_group(record)}/{name}" if platform == "Google" else name


def _group(record: CreativeRecord) -> str:
    return f"{slug(record.concept)}_{slug(record.segment)}"


def _list(platform: str, records: Iterable[CreativeRecord]) -> bytes:
    return _csv(
        {
            "File": _name(platform, record),
            "Placement": record.placement,
            "Width": record.width,
            "Height": record.height,
            "Concept": record.concept,
            "Segment": record.segment,
            "Variant": record.variant,
            "Headline": record.headline,
            "Call to action": record.call_to_action,
            "Carousel": record.metadata.get("carousel", ""),
            "Card": record.metadata.get("card", ""),
        }
        for record in records
    )


def _campaign(manifest: Manifest) -> str:
    content = manifest.brief.content
    return f"{content['brand']['name']}: {content['product']['name']}"


def _body(record: CreativeRecord) -> str:
    return str(record.metadata.get("body") or "")


def _meta(manifest: Manifest, records: Iterable[CreativeRecord]) -> bytes:
    return _csv(
        {
            "Campaign Name": _campaign(manifest),
            "Ad Set Name": record.segment,
            "Ad Name": record.id,
            "Ad Status": "PAUSED",
            "Title": record.headline,
            "Body": _body(record),
        }
        for record in records
    )


def _google(manifest: Manifest, records: Iterable[CreativeRecord], url: str | None) -> bytes:
    groups: dict[str, list[CreativeRecord]] = {}
    for record in records:
        groups.setdefault(_group(record), []).append(record)
    brand = str(manifest.brief.content["brand"]["name"])
    return _csv(
        {
            "Campaign": _campaign(manifest),
            "Asset Group": group,
            **_numbered("Headline", (record.headline for record in members), HEADLINE, HEADLINES),
            **_numbered(
                "Long headline", (record.headline for record in members), LONG_HEADLINE, LONG_HEADLINES
            ),
            **_numbered("Description", map(_body, members), DESCRIPTION, DESCRIPTIONS),
            "Business name": brand if len(brand) <= BUSINESS_NAME else "",
            "Final URL": url or "",
        }
        for group, members in groups.items()
    )


def _numbered(name: str, words: Iterable[str], longest: int, most: int) -> dict[str, str]:
    fitting = list(dict.fromkeys(each for each in words if each and len(each) <= longest))[:most]
    return {f"{name} {number + 1}": "".join(fitting[number : number + 1]) for number in range(most)}


def _csv(rows: Iterable[Mapping[str, object]]) -> bytes:
    """UTF-8, comma-separated (RFC 4180)."""
    listed = list(rows)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue().encode()
