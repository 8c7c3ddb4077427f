"""The table of placements: complete, sourced, and the same in the documentation; and sizes of one's own."""

import re
from pathlib import Path

import pytest

from adfusion.creative.placement import PLACEMENTS, Placement, placement

DOCS = Path(__file__).parents[2] / "docs" / "placements.md"


def row(place: Placement) -> str:
    limit = f"{place.max_bytes // 1000:,} kB" if place.max_bytes else "not published"
    insets = [place.safe_top, place.safe_right, place.safe_bottom, place.safe_left]
    safe = " ".join(str(inset) for inset in insets) if any(insets) else "whole"
    cells = [
        f"`{place.name}`", place.platform, f"{place.width}×{place.height}", ", ".join(place.formats), limit,
        safe, f"{place.min_text:g}", place.aspect, place.copy_space, "yes" if place.carousel else "no",
        place.source,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def test_the_documentation_shows_the_table_as_it_is() -> None:
    text = DOCS.read_text(encoding="utf-8")
    shown = re.findall(r"^\| `.*$", text, flags=re.MULTILINE)
    assert shown == [row(place) for place in PLACEMENTS.values()]
    for place in PLACEMENTS.values():
        assert place.note in text


@pytest.mark.parametrize("place", PLACEMENTS.values(), ids=PLACEMENTS)
def test_a_placement_says_who_asks_for_it_and_what_file_it_takes(place: Placement) -> None:
    assert place.platform
    assert place.source
    assert place.format in place.formats
    assert place.canvas.contains(place.safe)
    assert min(place.safe.width, place.safe.height) > 0
    assert place.max_bytes or place.note


def test_iab_banners_stay_under_150_kilobytes() -> None:
    limits = [place.max_bytes for place in PLACEMENTS.values() if place.platform == "IAB"]
    assert all(limit is not None and limit <= 150_000 for limit in limits)


def test_type_is_never_smaller_than_eleven_points_where_people_see_it() -> None:
    for place in PLACEMENTS.values():
        if place.kind in ("feed", "story"):
            assert place.min_text >= 0.98 * 11 * place.width / 390
        assert place.min_text >= 11


@pytest.mark.parametrize("name", ["custom 640x360", "custom-640x360", "640×360", "CUSTOM 640 x 360"])
def test_any_size_is_a_placement(name: str) -> None:
    found = placement(name)
    assert (found.name, found.width, found.height) == ("custom-640x360", 640, 360)
    assert placement(found.name) == found


@pytest.mark.parametrize(
    ("name", "aspect", "copy_space"),
    [
        ("custom 600x600", "1:1", "left"),
        ("custom 1000x300", "16:9", "left"),
        ("custom 300x900", "9:16", "top"),
    ],
)
def test_a_size_of_ones_own_gets_the_nearest_shape_of_picture(
    name: str, aspect: str, copy_space: str
) -> None:
    assert (placement(name).aspect, placement(name).copy_space) == (aspect, copy_space)


@pytest.mark.parametrize("name", ["billboard", "custom", "custom 640", "custom 0x90", "custom 99999x10", ""])
def test_an_unknown_placement_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(ValueError, match=r"meta-story.*custom WIDTHxHEIGHT.*50 to 4096"):
        placement(name)
