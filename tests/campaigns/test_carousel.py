"""Cards of a carousel show one picture that goes on from each to the next; they are creatives like others."""

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pytest
from PIL import Image

from adfusion.campaigns import Campaign, CampaignProgress, CampaignResult, load_manifest, plan
from adfusion.campaigns.export import export
from adfusion.campaigns.manifest import CreativeRecord
from adfusion.campaigns.panorama import joined
from adfusion.creative import archive
from adfusion.creative.brief import load_brief
from adfusion.creative.document import Creative, Picture, Scrim, Text
from adfusion.creative.draw import pixels
from adfusion.creative.placement import PLACEMENTS
from adfusion.errors import UserError
from adfusion.generation import Picture as Drawn
from adfusion.generation import Progress, Request, Size
from adfusion.generation.request import Edits, check
from painter import Painter, write_brief
from signed import content

CARDS = [
    {"headline": "Slow coffee for fast days", "body": "Twelve hours in cold water."},
    {"headline": "Nothing to wait for", "subject": "a can on steps"},
    {"headline": "One glass, and the day is yours", "call_to_action": "Try it today"},
]
CAROUSEL = {
    "carousel": CARDS,
    "headlines": [],
    "calls_to_action": [],
    "concepts": [{"name": "Morning", "prompt": "a teal bottle on a round podium, pink backdrop"}],
    "segments": [{"name": "All"}],
    "placements": ["meta-carousel-card"],
}


class Joiner(Painter):
    """Also redraws parts of a picture: with a shade of grey."""

    def request(
        self,
        prompt: str,
        *,
        seed: int = 0,
        size: Size | None = None,
        steps: int | None = None,
        **edits: Unpack[Edits],
    ) -> Request:
        width, height = size or self.sizes[0]
        request = Request(prompt, width, height, seed, steps or 2, 4.0, "painter", **edits)
        check(request, self.sizes, ["painter"], edits)
        return request

    def _events(self, requests: Sequence[Request]) -> Iterator[Progress | Drawn]:
        for event in super()._events(requests):
            if isinstance(event, Drawn) and event.request.mask:
                assert event.request.initial is not None
                image = event.request.initial.image.copy()
                image.paste("#808080", mask=event.request.mask.image.point(lambda level: level // 3))
                event = Drawn(event.request, image, self.name, self.model_hash)
            yield event


def finish(campaign: Campaign, painter: Painter | None = None) -> CampaignResult:
    *_, result = campaign.run(painter or Joiner())
    assert isinstance(result, CampaignResult)
    return result


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_brief(tmp_path_factory.mktemp("brief"), **CAROUSEL)


@pytest.fixture(scope="module")
def out(brief: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("carousel") / "out"
    finish(Campaign(brief, folder))
    return folder


@pytest.fixture(scope="module")
def records(out: Path) -> tuple[CreativeRecord, ...]:
    manifest = load_manifest(out)
    assert manifest is not None
    return manifest.creatives


@pytest.fixture(scope="module")
def cards(out: Path, records: tuple[CreativeRecord, ...]) -> list[Creative]:
    return [archive.load(out / record.files[-1].path, out / "assets") for record in records]


def test_neighbouring_cards_are_cut_from_one_picture_without_a_gap(cards: list[Creative]) -> None:
    shown = [card.find("picture") for card in cards]
    assert all(isinstance(each, Picture) for each in shown)
    wide = shown[0].image
    assert all(each.image.tobytes() == wide.tobytes() for each in shown)
    assert [each.crop.left for each in shown] == [0, wide.width / 3, 2 * wide.width / 3]
    whole = wide.resize((3 * 1080, 1080), Image.Resampling.LANCZOS)
    pairs = zip(shown, cards, strict=True)
    drawn = [pixels(Creative(1080, 1080, (each,), card.placement, "")) for each, card in pairs]
    difference = np.abs(np.concatenate(drawn, axis=1).astype(int) - np.asarray(whole))
    assert difference.max() <= 1


def test_cards_run_as_their_words_do(tmp_path: Path) -> None:
    deck = [{"headline": "{name}، دقيقة هادئة"}, {"headline": "في كل فنجان"}, {"headline": "كل يوم"}]
    changes = {**CAROUSEL, "carousel": deck, "segments": [{"name": "Gulf", "fields": {"name": "Ann"}}]}
    brief = write_brief(tmp_path, **changes)
    (picture,) = {job.picture for job in plan(load_brief(brief), Joiner()).creatives}
    assert [part.id[-9:] for part in picture.parts] == ["card-3_v1", "card-2_v1", "card-1_v1"]
    finish(Campaign(brief, tmp_path / "out"))
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    lefts = []
    for record in manifest.creatives:
        card = archive.load(tmp_path / "out" / record.files[-1].path, tmp_path / "out/assets")
        shown = card.find("picture")
        assert isinstance(shown, Picture)
        lefts.append(shown.crop.left * 3 / shown.image.width)
    assert lefts == [2, 1, 0]
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert '<ol class="deck" dir="rtl"' in page


def test_what_lies_over_the_picture_goes_on_at_the_edges_too(cards: list[Creative]) -> None:
    """Without words, logo and product the last column of a card is that of its neighbour but for dither."""
    bare = []
    for card in cards:
        layers = tuple(layer for layer in card.layers if isinstance(layer, Picture | Scrim))
        bare.append(pixels(Creative(card.width, card.height, layers, card.placement, "")).astype(int))
    inside = np.abs(np.diff(bare[0], axis=1)).max()
    for left, right in pairwise(bare):
        assert np.abs(left[:, -1] - right[:, 0]).max() <= inside + 2


def test_cards_share_ink_and_size_of_type(cards: list[Creative]) -> None:
    headlines = [card.find("headline-text") for card in cards]
    assert len({(each.size, each.color) for each in headlines if isinstance(each, Text)}) == 1
    scrims = [[layer for layer in card.layers if isinstance(layer, Scrim)] for card in cards]
    assert all(each == scrims[0] for each in scrims)


def test_joints_are_blended_and_the_middles_stay_as_drawn() -> None:
    parts = [Image.new("RGB", (100, 40), color) for color in ("#ff0000", "#00ff00", "#0000ff")]
    canvas, mask = joined(parts)
    pixels, redrawn = np.asarray(canvas).astype(int), np.asarray(mask) > 0
    assert canvas.size == (300, 40)
    for number, part in enumerate(parts):
        middle = slice(100 * number + 20, 100 * number + 80)
        assert (pixels[:, middle] == part.getpixel((0, 0))).all()
        assert not redrawn[:, middle].any()
    assert redrawn[:, [99, 100, 199, 200]].all()
    assert np.abs(np.diff(pixels, axis=1)).max() < 20


def test_cards_are_numbered_in_files_and_in_the_manifest(records: tuple[CreativeRecord, ...]) -> None:
    assert [record.id.rpartition("_")[2] for record in records] == ["card-1", "card-2", "card-3"]
    assert [record.metadata["card"] for record in records] == [1, 2, 3]
    assert {(record.metadata["carousel"], record.metadata["cards"]) for record in records} == {
        ("morning_all_carousel_meta-carousel-card_v1", 3)
    }
    assert all(record.varies == () for record in records)


def test_each_card_has_its_own_words_and_subject(brief: Path, records: tuple[CreativeRecord, ...]) -> None:
    assert [record.headline for record in records] == [card["headline"] for card in CARDS]
    assert [record.call_to_action for record in records] == ["", "", "Try it today"]
    (picture,) = {job.picture for job in plan(load_brief(brief), Joiner()).creatives}
    prompts = [part.request.prompt for part in picture.parts]
    assert [prompt.split(",")[0].replace(" with orange details", "") for prompt in prompts] == [
        "a teal bottle on a round podium",
        "a can on steps",
        "an empty stage",
    ]
    assert all("pink backdrop" in prompt for prompt in prompts)
    assert all(prompt.endswith("copy space at the top") for prompt in prompts)


def test_cards_pass_the_checks_of_any_creative(out: Path, records: tuple[CreativeRecord, ...]) -> None:
    for record in records:
        assert min(record.metadata["contrast"].values()) >= 3
        assert record.metadata["palette_distance"] <= record.metadata["palette_distance_before"]
        with Image.open(out / record.files[0].path) as file:
            assert file.size == (1080, 1080)


def test_a_carousel_resumed_makes_nothing(out: Path, brief: Path, tmp_path: Path) -> None:
    again = shutil.copytree(out, tmp_path / "out")
    painter = Joiner()
    result = finish(Campaign(brief, again, resume=True), painter)
    assert (painter.drawn, result.made) == ([], 0)
    assert content(again) == content(out)


def test_a_carousel_cut_off_before_its_joints_goes_on_where_it_was(
    out: Path, brief: Path, tmp_path: Path
) -> None:
    first, second = Joiner(stop_after=3), Joiner()
    with pytest.raises(KeyboardInterrupt):
        finish(Campaign(brief, tmp_path / "out"), first)
    result = finish(Campaign(brief, tmp_path / "out", resume=True), second)
    assert [request.mask is None for request in first.drawn + second.drawn] == [True] * 3 + [False]
    assert result.kept == 3
    assert content(tmp_path / "out") == content(out)


def test_the_first_cards_of_a_limited_run_are_those_of_the_whole(
    out: Path, brief: Path, tmp_path: Path
) -> None:
    few = finish(Campaign(brief, tmp_path / "out", limit=2))
    assert few.creatives == 2
    rest = finish(Campaign(brief, tmp_path / "out", resume=True))
    assert rest.kept == few.made
    assert content(tmp_path / "out") == content(out)


def test_a_segment_may_have_cards_of_its_own(tmp_path: Path) -> None:
    own = [{"headline": f"Evening {number}"} for number in (1, 2, 3, 4)]
    changes = {**CAROUSEL, "segments": [{"name": "All"}, {"name": "Night owls", "carousel": own}]}
    jobs = plan(load_brief(write_brief(tmp_path, **changes)), Joiner()).creatives
    assert [job.headline for job in jobs if job.segment == "Night owls"] == [c["headline"] for c in own]
    assert [job.headline for job in jobs if job.segment == "All"] == [c["headline"] for c in CARDS]


def test_other_words_on_one_card_set_all_cards_again(out: Path, tmp_path: Path) -> None:
    changed = [{**CARDS[0], "headline": "Slow coffee"}, *CARDS[1:]]
    brief = write_brief(tmp_path, **{**CAROUSEL, "carousel": changed})
    again = shutil.copytree(out, tmp_path / "out")
    painter = Joiner()
    result = finish(Campaign(brief, again, resume=True), painter)
    assert painter.drawn == []
    assert result.made == 3 * 3


def test_progress_only_grows(brief: Path, tmp_path: Path) -> None:
    events = [
        each for each in Campaign(brief, tmp_path / "o").run(Joiner()) if isinstance(each, CampaignProgress)
    ]
    shares = [event.done / event.total for event in events if event.stage == "pictures"]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_only_the_named_cards_show_the_products_photo_and_it_is_exact(tmp_path: Path) -> None:
    photo = Image.new("RGBA", (60, 120))
    photo.paste("#7c2d12", (10, 10, 50, 110))
    folder = tmp_path / "b"
    folder.mkdir()
    photo.save(folder / "p.png")
    deck = [
        {**CARDS[0], "photo": "p.png"},
        {"headline": "Nothing to wait for"},
        {**CARDS[2], "photo": "p.png"},
    ]
    brief = write_brief(folder, **{**CAROUSEL, "carousel": deck, "product": {"name": "P", "photo": "p.png"}})
    finish(Campaign(brief, tmp_path / "out"))
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    proofs = [record.metadata["product"] for record in manifest.creatives]
    assert [len(each) for each in proofs] == [1, 0, 1]
    for (proof,) in (proofs[0], proofs[2]):
        assert proof["opaque"] > 0
        assert proof["altered"] == proof["covered"] == 0


def test_the_gallery_shows_the_cards_side_by_side(out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")
    (deck,) = page.split('<ol class="deck"')[1:]
    assert deck.partition("</ol>")[0].count('class="card"') == 3


def test_the_package_names_carousel_and_card(out: Path, tmp_path: Path) -> None:
    for _ in export(out, tmp_path, ["package"]):
        pass
    with zipfile.ZipFile(tmp_path / "meta.zip") as package:
        names = package.namelist()
        rows, (ad,) = (
            list(csv.DictReader(io.StringIO(package.read(name).decode())))
            for name in ("creatives.csv", "meta-ads.csv")
        )
    assert [row["Card"] for row in rows] == ["1", "2", "3"]
    assert len({row["Carousel"] for row in rows}) == 1
    assert all(row["File"] in names for row in rows)
    assert [ad[f"Product {card} - Name"] for card in (1, 2, 3)] == [row["Headline"] for row in rows]
    assert ad["Ad Name"] == rows[0]["Carousel"]
    assert ad["Image File Name"] == ""


def test_cards_may_hold_fields_of_an_audience(tmp_path: Path) -> None:
    deck = [{"headline": "Good morning, {name}"}, *CARDS[1:]]
    (tmp_path / "people.csv").write_text("id,name\na,Ann\nb,Bo\n")
    changes = {**CAROUSEL, "carousel": deck, "audience": "people.csv"}
    jobs = plan(load_brief(write_brief(tmp_path, **changes)), Joiner())
    assert [job.headline for job in jobs.creatives[::3]] == ["Good morning, Ann", "Good morning, Bo"]
    assert len({job.picture for job in jobs.creatives}) == 1


@pytest.mark.parametrize("place", [name for name, each in PLACEMENTS.items() if each.carousel])
def test_every_part_of_a_wide_picture_has_the_shape_of_its_card(tmp_path: Path, place: str) -> None:
    painter = Joiner()
    brief = write_brief(tmp_path, **{**CAROUSEL, "placements": [place]})
    for event in Campaign(brief, tmp_path / "out").run(painter):
        if isinstance(event, CampaignProgress) and event.stage == "creatives":
            break
    wide, place_ = painter.drawn[-1], PLACEMENTS[place]
    assert wide.width % 3 == 0
    assert wide.width / 3 / wide.height == pytest.approx(place_.width / place_.height, rel=0.01)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"carousel": CARDS[:2]}, "carousel: found 2 cards; allowed: 3 to 5 cards"),
        ({"carousel": CARDS * 2}, "carousel: found 6 cards; allowed: 3 to 5 cards"),
        ({"placements": ["meta-story"]}, "placements: found 'meta-story'; allowed: for a carousel meta-car"),
        ({"placements": ["custom 640x360"]}, "placements: found 'custom-640x360'; allowed: for a carousel"),
        ({"headlines": ["More"]}, "headlines: found a list; allowed: none beside a carousel"),
        ({"carousel": [*CARDS[:2], {"body": "x"}]}, "carousel[2].headline: found nothing; allowed: this"),
        (
            {"carousel": [*CARDS[:2], {"headline": "{who}?"}]},
            "carousel[2].headline: found the unknown field",
        ),
        ({"carousel": [*CARDS[:2], {**CARDS[2], "photo": "logo.svg"}]}, "allowed: a photo of the product"),
        ({"carousel": []}, "headlines: found an empty list; allowed: a list with at least one entry, or a"),
        ({"carousel": [], "headlines": ["A"], "segments": [{"name": "S", "carousel": CARDS}]}, "'S'; allow"),
    ],
)
def test_a_mistake_in_a_carousel_is_said_in_one_line(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as caught:
        load_brief(write_brief(tmp_path, **{**CAROUSEL, **changes}))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_whose_words_do_not_fit_is_named_before_any_picture_is_drawn(tmp_path: Path) -> None:
    deck = [*CARDS[:2], {"headline": "W" * 60}]
    painter = Joiner()
    with pytest.raises(UserError, match=r"brief\.yaml: meta-carousel-card: carousel: card 3"):
        finish(Campaign(write_brief(tmp_path, **{**CAROUSEL, "carousel": deck}), tmp_path / "out"), painter)
    assert painter.drawn == []
