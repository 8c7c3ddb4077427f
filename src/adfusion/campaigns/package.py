"""A zip for each platform: the finished files, a list of them, and what its bulk upload reads (`bulk`)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from adfusion.campaigns.bulk import file_name, sheets, table
from adfusion.campaigns.manifest import CreativeRecord, Manifest
from adfusion.creative.export import zipped
from adfusion.creative.placement import placement
from adfusion.creative.section import slug

OWN = "own-sizes"
"""Sizes that belong to no platform."""
LIST = "creatives.csv"


def packages(
    out: Path, manifest: Manifest, records: Sequence[CreativeRecord], url: str | None
) -> dict[str, bytes]:
    """The zips, by file name."""
    platforms = dict.fromkeys(placement(record.placement).platform for record in records)
    made = {}
    for platform in platforms:
        members = [record for record in records if placement(record.placement).platform == platform]
        pictures = {
            file_name(platform, record): (out / record.files[0].path).read_bytes() for record in members
        }
        contents = {LIST: _list(platform, members), **sheets(platform, manifest, members, url), **pictures}
        made[f"{slug(platform) or OWN}.zip"] = zipped(contents)
    return made


def _list(platform: str, records: Iterable[CreativeRecord]) -> bytes:
    return table(
        {
            "File": file_name(platform, record),
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
