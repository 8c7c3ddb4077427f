"""The plan is the whole matrix, its pictures are shared, and what is added changes nothing that was there."""

import re
import time
from pathlib import Path

import pytest
from PIL import Image

from adfusion.campaigns import Plan, plan
from adfusion.campaigns.prompt import COPY_SPACE_PHRASES, color_name, prompt
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


def test_a_picture_leaves_the_side_empty_on_which_lines_begin(tmp_path: Path) -> None:
    words = {"Latin": "Slow coffee", "Arabic": "قهوة على مهل"}
    segments = [{"name": name, "headlines": [line]} for name, line in words.items()]
    jobs = planned(tmp_path, segments=segments, placements=["google-landscape", "meta-story"]).creatives
    sides = {(job.segment, job.placement.name): job.picture.copy_space for job in jobs}
    assert sides == {
        ("Latin", "google-landscape"): "left",
        ("Arabic", "google-landscape"): "right",
        ("Latin", "meta-story"): "top",
        ("Arabic", "meta-story"): "top",
    }


def test_a_placement_gets_the_shape_that_it_nearly_names(tmp_path: Path) -> None:
    painter = Painter()
    painter.sizes = (256, 256), (341, 192), (352, 184)
    brief = load_brief(write_brief(tmp_path, placements=["google-landscape", "iab-leaderboard"]))
    sizes = {job.placement.name: job.picture.request.size for job in plan(brief, painter).creatives}
    assert sizes == {"google-landscape": (352, 184), "iab-leaderboard": (341, 192)}


def test_one_seed_goes_through_all_placements_of_a_set(tmp_path: Path) -> None:
    jobs = planned(tmp_path, placements=list(PLACEMENTS), variants=2).creatives
    seeds: dict[tuple[str, str, int], set[int]] = {}
    for job in jobs:
        seeds.setdefault((job.concept, job.segment, job.variant), set()).add(job.picture.request.seed)
    assert all(len(found) == 1 for found in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds) == 8


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ("a teal bottle on a round podium, pink backdrop", "an empty round podium, pink backdrop"),
        ("a teal bottle, pink backdrop", "an empty stage, pink backdrop"),
        ("an empty arch, pink backdrop", "an empty arch, pink backdrop"),
    ],
)
def test_a_photographed_product_stands_on_an_empty_stage(tmp_path: Path, asked: str, drawn: str) -> None:
    photo = Image.new("RGBA", (60, 60))
    photo.paste("red", (10, 10, 50, 50))
    photo.save(tmp_path / "p.png")
    jobs = planned(
        tmp_path, product={"name": "P", "photo": "p.png"}, concepts=[{"name": "Stage", "prompt": asked}]
    )
    assert all(picture.request.prompt.startswith(drawn) for picture in jobs.pictures)


def test_a_set_with_a_photo_has_one_stage_one_light_and_one_seed_in_all_placements(tmp_path: Path) -> None:
    photo = Image.new("RGBA", (60, 60))
    photo.paste("red", (10, 10, 50, 50))
    photo.save(tmp_path / "p.png")
    concepts = [{"name": "Stage", "prompt": "an empty round podium"}]
    jobs = planned(
        tmp_path,
        product={"name": "P", "photos": ["p.png", "p.png"]},
        concepts=concepts,
        placements=list(PLACEMENTS),
    )
    sets: dict[str, set[tuple[int, str]]] = {}
    for job in jobs.creatives:
        request, side = job.picture.request, COPY_SPACE_PHRASES[job.picture.copy_space]
        assert request.prompt.endswith(f", {side}")
        sets.setdefault(job.segment, set()).add((request.seed, request.prompt.removesuffix(f", {side}")))
    assert {segment: {words for _, words in found} for segment, found in sets.items()} == {
        "Commuters": {"an empty round podium, soft studio light, teal backdrop"},
        "Night owls": {"an empty round podium, teal backdrop"},
    }
    assert all(len(found) == 1 for found in sets.values())
    assert len({(job.request.size, job.copy_space) for job in jobs.pictures}) == len(jobs.pictures) / 2


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


def test_a_prompt_holds_concept_mood_brand_colours_and_copy_space(tmp_path: Path) -> None:
    brief = load_brief(write_brief(tmp_path))
    words = prompt(brief, brief.concepts[1], brief.segments[0], "left")
    assert words == (
        "a can with orange details on steps, soft studio light, teal backdrop, copy space on the left"
    )


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        (
            "a red can with a label, grey backdrop, centered, copy space at the top.",
            "a red can with a label, grey backdrop, centered, copy space at the top",
        ),
        (
            "a glossy can, pink gradient",
            "a glossy can with orange details, pink gradient, copy space on the left",
        ),
        (
            "an orange can in front of an arch",
            "an orange can in front of an arch, teal backdrop, copy space on the left",
        ),
        (
            "a teal can standing on steps",
            "a teal can with orange details standing on steps, white backdrop, copy space on the left",
        ),
    ],
)
def test_a_prompt_is_not_contradicted(tmp_path: Path, concept: str, expected: str) -> None:
    brief = load_brief(write_brief(tmp_path, concepts=[{"name": "Own", "prompt": concept}]))
    assert prompt(brief, brief.concepts[0], brief.segments[1], "left") == expected


def test_a_brand_without_an_accent_gives_no_details(tmp_path: Path) -> None:
    brand = {"name": "Solera", "palette": {"primary": "#0f766e"}}
    brief = load_brief(write_brief(tmp_path, brand=brand))
    assert "details" not in prompt(brief, brief.concepts[1], brief.segments[0], "left")


def test_colour_schemes_are_backdrops_in_the_palettes_colours(tmp_path: Path) -> None:
    brand = {"name": "Solera", "palette": {"primary": "#0f766e", "secondary": "#e0c9a3", "accent": "#f59e0b"}}
    concepts = [
        {"name": "Open", "prompt": "a can on steps"},
        {"name": "Own", "prompt": "a can, pink backdrop"},
    ]
    schemes = ["primary", "secondary"]
    jobs = planned(tmp_path, brand=brand, concepts=concepts, color_schemes=schemes).creatives
    by_scheme = {
        (job.concept, dict(job.axes)["color_scheme"]): job.picture.request.prompt
        for job in jobs
        if job.segment == "Night owls" and job.placement.name == "iab-leaderboard"
    }
    assert {key: "beige" in words for key, words in by_scheme.items()} == {
        ("Open", "primary"): False,
        ("Open", "secondary"): True,
        ("Own", "own"): False,
    }
    assert len({job.path for job in jobs}) == len(jobs)
    assert len({job.picture.path for job in jobs}) == len({job.picture.request for job in jobs})


def test_schemes_that_come_to_the_same_words_are_one(tmp_path: Path) -> None:
    jobs = planned(tmp_path, color_schemes=["primary", "secondary"])
    assert {dict(job.axes)["color_scheme"] for job in jobs.creatives} == {"primary"}


def test_layouts_are_compared_on_the_same_pictures(tmp_path: Path) -> None:
    jobs = planned(tmp_path, layouts=["auto", "split"], placements=["google-landscape"])
    assert {job.template for job in jobs.creatives} == {None, "split"}
    assert len(jobs.creatives) == 2 * 2 * 2 * 2
    assert jobs.pictures == planned(tmp_path, placements=["google-landscape"]).pictures
    assert len({job.path for job in jobs.creatives}) == len(jobs.creatives)


def test_body_and_badges_rotate_as_calls_to_action_do(tmp_path: Path) -> None:
    jobs = planned(tmp_path, variants=6, body=["One", "Two"], badges=["1", "2", "3"]).creatives
    for headline in ("Slow coffee for fast days", "Twelve hours in the making"):
        met = {(job.body, job.badge) for job in jobs if job.headline == headline}
        assert met == {(body, badge) for body in ("One", "Two") for badge in "123"}


def test_a_segments_own_body_and_badges_replace_the_briefs(tmp_path: Path) -> None:
    own = {"name": "Students", "body": ["Study less late"], "badges": ["-20 %"]}
    jobs = planned(tmp_path, body=["All"], segments=[{"name": "Others"}, own]).creatives
    assert {(job.body, job.badge) for job in jobs if job.segment == "Students"} == {
        ("Study less late", "-20 %")
    }
    assert {(job.body, job.badge) for job in jobs if job.segment == "Others"} == {("All", "")}


def test_every_creative_carries_the_brands_legal_line(tmp_path: Path) -> None:
    brand = {"name": "Solera", "palette": {"primary": "teal"}, "legal": "An invented brand."}
    assert {job.copy.legal for job in planned(tmp_path, brand=brand).creatives} == {"An invented brand."}


def test_each_row_of_an_audience_gets_its_own_words_on_shared_pictures(tmp_path: Path) -> None:
    tmp_path.joinpath("rows.csv").write_text("id,first_name,price\nann,Ann,4.9\nbo,Bo,5.5\n")
    changes = {
        "headlines": ["Hi {first_name}"],
        "badges": ["{price:currency}"],
        "calls_to_action": ["Go, {first_name}"],
        "locale": "de_DE",
    }
    jobs = planned(tmp_path, audience="rows.csv", **changes)
    assert len(jobs.creatives) == 2 * 2 * 3 * 2
    assert {(job.row, job.headline, job.badge, job.call_to_action) for job in jobs.creatives} == {
        ("ann", "Hi Ann", "4,90\u00a0€", "Go, Ann"),
        ("bo", "Hi Bo", "5,50\u00a0€", "Go, Bo"),
    }
    assert all(job.id.endswith(f"_v1_{job.row}") for job in jobs.creatives)
    assert jobs.pictures == planned(tmp_path).pictures
    assert {dict(job.axes)["headline"] for job in jobs.creatives} == {"Hi {first_name}"}


def test_a_new_row_changes_no_creative_of_another(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("id,first_name\nann,Ann\n")
    before = planned(tmp_path, audience="rows.csv", headlines=["Hi {first_name}"])
    rows.write_text("id,first_name\nzoe,Zoe\nann,Ann\n")
    after = planned(tmp_path, audience="rows.csv", headlines=["Hi {first_name}"])
    assert set(before.creatives) < set(after.creatives)


def test_a_thousand_rows_are_planned_at_once_and_share_their_pictures(tmp_path: Path) -> None:
    """Generous by ten times, for a machine that has other work."""
    rows = "".join(f"Ann{number},{number}.50\n" for number in range(1000))
    tmp_path.joinpath("rows.csv").write_text("first_name,price\n" + rows)
    brief = load_brief(
        write_brief(
            tmp_path,
            audience="rows.csv",
            headlines=["{first_name}, now {price:currency}"],
            badges=["{price:currency}"],
            locale="de_DE",
            concepts=[{"name": "One", "prompt": "a can"}],
            segments=[{"name": "All"}],
        )
    )
    start = time.perf_counter()
    jobs = plan(brief, Painter())
    assert time.perf_counter() - start < 5
    assert (len(jobs.creatives), len({job.id for job in jobs.creatives})) == (3000, 3000)
    assert len(jobs.pictures) == 2


def test_a_creative_varies_in_what_its_control_does_not_have(tmp_path: Path) -> None:
    jobs = planned(tmp_path, variants=2, calls_to_action=["Try it today"])
    varied = {
        (job.concept, job.headline, job.variant): jobs.varies(job)
        for job in jobs.creatives
        if job.segment == "Night owls"
    }
    first, second = "Slow coffee for fast days", "Twelve hours in the making"
    assert varied[("Morning light", first, 1)] == ()
    assert varied[("Morning light", second, 1)] == ("headline",)
    assert varied[("Morning light", first, 2)] == ("variant",)
    assert varied[("After hours", first, 1)] == ("concept",)
    assert varied[("After hours", second, 2)] == ("concept", "headline", "variant")


def test_what_rotates_with_the_headline_is_named_as_varied_too(tmp_path: Path) -> None:
    jobs = planned(tmp_path)
    second = next(job for job in jobs.creatives if job.headline == "Twelve hours in the making")
    assert jobs.varies(second) == ("headline", "call_to_action")


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
