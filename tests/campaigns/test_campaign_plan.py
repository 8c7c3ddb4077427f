"""The plan is the whole matrix, its pictures are shared, and what is added changes nothing that was there."""

import re
from pathlib import Path

import pytest

from adfusion.campaigns import Plan, plan
from adfusion.campaigns.prompt import color_name, prompt
from adfusion.creative.brief import load_brief
from adfusion.creative.placement import PLACEMENTS
from painter import Painter, write_brief


def planned(folder: Path, **changes: object) -> Plan:
    return plan(load_brief(write_brief(folder, **changes)), Painter())


def test_creatives_are_concept_segment_headline_placement_and_variant(tmp_path: Path) -> None:
    jobs = planned(tmp_path, variants=2).creatives
    assert len(jobs) == 2 * 2 * 2 * 3 * 2
    assert len({(job.concept, job.segment, job.headline, job.placement, job.variant) for job in jobs}) == len(
        jobs
    )


def test_ids_are_names_that_people_can_read_and_no_two_are_equal(tmp_path: Path) -> None:
    jobs = planned(tmp_path, variants=2).creatives
    assert jobs[0].id == "morning-light_commuters_slow-coffee-for-fast-days_iab-medium-rectangle_v1"
    assert len({job.path for job in jobs} | {job.svg_path for job in jobs}) == 2 * len(jobs)
    assert all(re.fullmatch(r"creatives/[a-z0-9_-]+\.(jpg|png)", job.path) for job in jobs)


def test_headlines_that_begin_alike_keep_files_of_their_own(tmp_path: Path) -> None:
    alike = [
        "The slowest coffee of the whole world, now",
        "The slowest coffee of the whole world, yet",
        "قهوة",
        "كعك",
    ]
    jobs = planned(tmp_path, headlines=alike).creatives
    assert len({job.path for job in jobs}) == len(jobs)


def test_a_picture_serves_every_headline_and_every_placement_of_its_shape(tmp_path: Path) -> None:
    jobs = planned(tmp_path, placements=list(PLACEMENTS))
    for job in jobs.creatives:
        same = [other for other in jobs.creatives if other.picture == job.picture]
        assert {other.headline for other in same} == set(load_brief(tmp_path / "brief.yaml").headlines)
        assert len({(other.concept, other.segment, other.variant) for other in same}) == 1
    shapes = {(placement.aspect, placement.copy_space) for placement in PLACEMENTS.values()}
    assert len(jobs.pictures) == len({job.path for job in jobs.pictures}) == 2 * 2 * len(shapes)


def test_one_seed_goes_through_all_placements_of_a_set(tmp_path: Path) -> None:
    jobs = planned(tmp_path, placements=list(PLACEMENTS), variants=2).creatives
    seeds: dict[tuple[str, str, int], set[int]] = {}
    for job in jobs:
        seeds.setdefault((job.concept, job.segment, job.variant), set()).add(job.picture.request.seed)
    assert all(len(found) == 1 for found in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds) == 8


def test_what_is_added_to_a_brief_changes_no_creative_that_was_there(tmp_path: Path) -> None:
    before = planned(tmp_path / "before")
    more = planned(
        tmp_path / "after",
        segments=[
            {"name": "Commuters", "mood": "soft studio light"},
            {"name": "New"},
            {"name": "Night owls"},
        ],
        headlines=["Slow coffee for fast days", "Twelve hours in the making", "A third one"],
        concepts=[
            {"name": "Before all", "prompt": "a mug"},
            {"name": "Morning light", "prompt": "a glossy teal bottle on a round podium"},
            {"name": "After hours", "prompt": "a can on steps"},
        ],
        placements=["meta-story", "iab-medium-rectangle", "iab-leaderboard", "iab-skyscraper"],
        variants=3,
    )
    assert set(before.creatives) <= set(more.creatives)


def test_the_seed_of_the_brief_changes_every_picture(tmp_path: Path) -> None:
    one, two = planned(tmp_path / "1", seed=1), planned(tmp_path / "2", seed=2)
    assert not {job.request.seed for job in one.pictures} & {job.request.seed for job in two.pictures}


def test_with_as_many_variants_as_calls_to_action_each_headline_meets_each(tmp_path: Path) -> None:
    jobs = planned(tmp_path, variants=2).creatives
    for headline in ("Slow coffee for fast days", "Twelve hours in the making"):
        met = {job.call_to_action for job in jobs if job.headline == headline}
        assert met == {"Try it today", "Find your store"}


def test_without_calls_to_action_there_is_none(tmp_path: Path) -> None:
    assert {job.call_to_action for job in planned(tmp_path, calls_to_action=[]).creatives} == {""}


def test_a_segment_speaks_with_its_own_words(tmp_path: Path) -> None:
    own = {"name": "Students", "headlines": ["Study less late"], "calls_to_action": ["Come by"]}
    jobs = planned(tmp_path, segments=[{"name": "Others"}, own]).creatives
    students = [job for job in jobs if job.segment == "Students"]
    assert {(job.headline, job.call_to_action) for job in students} == {("Study less late", "Come by")}
    assert "Study less late" not in {job.headline for job in jobs if job.segment == "Others"}


def test_a_limit_keeps_the_first_creatives_and_only_their_pictures(tmp_path: Path) -> None:
    whole = planned(tmp_path)
    few = whole.limited(4)
    assert few.creatives == whole.creatives[:4]
    assert set(few.pictures) == {job.picture for job in few.creatives}
    assert whole.limited(None) == whole


def test_a_prompt_holds_concept_mood_brand_colour_and_copy_space(tmp_path: Path) -> None:
    brief = load_brief(write_brief(tmp_path))
    words = prompt(brief, brief.concepts[1], brief.segments[0], "left")
    assert words == "a can on steps, soft studio light, teal backdrop, copy space on the left"


def test_a_prompt_is_not_contradicted(tmp_path: Path) -> None:
    concept = {"name": "Own", "prompt": "a red can, grey backdrop, centered, copy space at the top."}
    brief = load_brief(write_brief(tmp_path, concepts=[concept]))
    words = prompt(brief, brief.concepts[0], brief.segments[1], "left")
    assert words == "a red can, grey backdrop, centered, copy space at the top"


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#0f766e", "teal"),
        ("#111827", "black"),
        ("#e11d48", "red"),
        ("#ffffff", "white"),
        ("#e0c9a3", "beige"),
        ("#1e3a8a", "navy"),
        ("#f59e0b", "orange"),
    ],
)
def test_colours_are_named_as_people_see_them(color: str, name: str) -> None:
    assert color_name(color) == name
