"""By what right something was made: what fonts, models and statements say, and what is unclear about it.

This is no legal advice: it gathers what files state about themselves, and names what they leave open.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from adfusion import files

_LICENSE, _LICENSE_URL = 13, 14  # OpenType specification, "name", name identifiers
_RESTRICTED, _PREVIEW, _EDITABLE = 0x2, 0x4, 0x8  # "OS/2", fsType, of which the least restrictive counts
_OPEN = re.compile(
    r"SIL Open Font|Apache License|public domain|Bitstream Vera|Fonts are \(c\) Bitstream", re.I
)
NON_COMMERCIAL = re.compile(r"non-?commercial|\bnc\b|no commercial", re.I)
_LIMITED = re.compile(r"openrail|community|restricted|within the limits", re.I)
_DATE = re.compile(r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})\b")


@dataclass(frozen=True)
class Flag:
    """Something for a person to judge."""

    about: str
    reason: str


@dataclass(frozen=True)
class FontRights:
    """What a font file says about itself."""

    name: str
    """Family and weight."""
    sha256: str
    license: str
    """First sentence of its licence text; empty if there is none."""
    url: str
    embedding: str
    """Permission to embed it in a PDF or on a page (OpenType, OS/2.fsType)."""


def font_rights(path: Path, name: str) -> FontRights:
    """Read a TrueType or OpenType file; a damaged one states nothing."""
    sha256 = files.sha256(path)
    try:
        with TTFont(path, lazy=True) as font:
            names = {number: font["name"].getDebugName(number) or "" for number in (_LICENSE, _LICENSE_URL)}
            embedding = _embedding(int(font["OS/2"].fsType))
    except (TTLibError, KeyError, OSError, ValueError):
        return FontRights(name, sha256, "", "", "unknown")
    first = re.split(r"(?<=[a-z\d])\.\s", " ".join(names[_LICENSE].split()), maxsplit=1)[0]
    return FontRights(name, sha256, first[:160], names[_LICENSE_URL][:160], embedding)


def _embedding(bits: int) -> str:
    if bits & _EDITABLE:
        return "editable"
    if bits & _PREVIEW:
        return "preview and print"
    return "restricted" if bits & _RESTRICTED else "installable"


def font_flags(font: FontRights) -> list[Flag]:
    about, found = f"font {font.name}", []
    if font.embedding == "restricted":
        found.append(Flag(about, "its file forbids embedding, which PDF and HTML5 exports do"))
    if font.embedding == "unknown":
        found.append(Flag(about, "its file does not say whether it may be embedded"))
    if not font.license:
        found.append(Flag(about, "its file states no licence"))
    elif not _OPEN.search(font.license):
        found.append(Flag(about, "its licence is not one of the open ones known here: read it"))
    return found


def license_flags(about: str, license: str) -> list[Flag]:
    """What the name of a model's licence tells."""
    if not license or "not stated" in license:
        return [Flag(about, "its licence is not stated")]
    if NON_COMMERCIAL.search(license):
        return [Flag(about, f"commercial use is not allowed: {license}")]
    if _LIMITED.search(license):
        return [Flag(about, f"use is limited: {license}")]
    return []


def statement_flags(about: str, statement: str | None) -> list[Flag]:
    """What is open in a person's own words about their right to a photograph."""
    if not statement:
        return [Flag(about, "no statement of rights (`product.rights` in the brief)")]
    found = [Flag(about, f"the right names a date: {date}") for date in _DATE.findall(statement)]
    if NON_COMMERCIAL.search(statement):
        found.append(Flag(about, "commercial use is not allowed, by its own statement"))
    return found
