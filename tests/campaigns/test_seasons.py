"""A season changes what lies around the product and what is said; a pack is many placements in one word."""

from pathlib import Path

import pytest

from adfusion.campaigns import Campaign, Plan, plan
from adfusion.creative.brief import load_brief
from adfusion.creative.packs import PACKS
from adfusion.creative.placement import PLACEMENTS
from adfusion.creative.season import SEASONS
from adfusion.errors import UserError
from painter import Painter, write_brief


def planned(folder: Path, season: str | None = None, **changes: object) -> Plan:
    brief = load_brief(write_brief(folder, **changes))
    return plan(brief.in_season(season) if season else brief, Painter())


@pytest.mark.parametrize("season", SEASONS)
def test_every_season_is_said_in_every_prompt(tmp_path: Path, season: str) -> None:
    jobs = planned(tmp_path, season).creatives
    assert all(SEASONS[season] in job.picture.request.prompt for job in jobs)
    assert all(f"_{season}_" in job.id and dict(job.axes)["season"] == season for job in jobs)


def test_a_season_takes_the_place_of_the_props_that_concept_and_segment_name(tmp_path: Path) -> None:
    changes = {
        "concepts": [{"name": "Orchard", "prompt": "a bottle on steps, leaves, beige backdrop"}],
        "segments": [{"name": "Hosts", "mood": "hard sun, confetti"}],
    }
    words = planned(tmp_path, "christmas", **changes).creatives[0].picture.request.prompt
    assert "festive ornaments" in words
    assert "hard sun" in words
    assert "leaves" not in words
    assert "confetti" not in words


def test_a_seasons_pictures_keep_the_seeds_of_their_concept(tmp_path: Path) -> None:
    seeds = [
        {job.request.seed for job in planned(tmp_path, season).pictures} for season in (None, "christmas")
    ]
    assert seeds[0] == seeds[1]


def test_a_season_speaks_with_its_own_words_where_it_has_some(tmp_path: Path) -> None:
    seasons = {"christmas": {"headlines": ["Slow coffee under the tree"]}}
    jobs = planned(tmp_path, "christmas", seasons=seasons).creatives
    assert {job.headline for job in jobs} == {"Slow coffee under the tree"}
    assert {job.call_to_action for job in jobs} == {"Try it today"}
    assert "Slow coffee under the tree" not in {
        job.headline for job in planned(tmp_path, seasons=seasons).creatives
    }


def test_one_concept_may_have_a_season_of_its_own(tmp_path: Path) -> None:
    concepts = [
        {"name": "Ever", "prompt": "a can"},
        {"name": "Haunted", "prompt": "a can", "season": "halloween"},
    ]
    jobs = planned(tmp_path, concepts=concepts)
    assert {(job.concept, dict(job.axes)["season"]) for job in jobs.creatives} == {
        ("Ever", ""),
        ("Haunted", "halloween"),
    }
    haunted = next(job for job in jobs.creatives if job.concept == "Haunted")
    assert jobs.varies(haunted) == ("concept", "season")


def test_an_unknown_season_is_one_line_with_those_allowed(tmp_path: Path) -> None:
    for changes in ({"season": "monsoon"}, {"seasons": {"monsoon": {"headlines": ["Wet"]}}}):
        with pytest.raises(UserError, match="'monsoon'; allowed: winter, christmas"):
            load_brief(write_brief(tmp_path, **changes))
    with pytest.raises(UserError, match="--season: found 'monsoon'; allowed: winter, christmas"):
        Campaign(write_brief(tmp_path), tmp_path / "out", season="monsoon")


def test_a_mistake_in_a_seasons_copy_is_found_at_the_door(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"seasons\.sale\.headlines\[0\]"):
        load_brief(write_brief(tmp_path, seasons={"sale": {"headlines": ["Hello {nobody}"]}}))


def test_a_pack_is_its_placements_and_each_is_planned_once(tmp_path: Path) -> None:
    brief = load_brief(write_brief(tmp_path, placements=["meta-story", "social", "iab-leaderboard"]))
    assert brief.placements == (
        "meta-story",
        *(name for name in PACKS["social"] if name != "meta-story"),
        "iab-leaderboard",
    )
    assert {name for pack in PACKS.values() for name in pack} <= set(PLACEMENTS)


def test_the_documentation_lists_every_season_as_it_is() -> None:
    page = Path(__file__).parents[2].joinpath("docs/campaigns.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert {name.strip("`"): words for name, words in rows} == dict(SEASONS)
