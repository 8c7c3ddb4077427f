"""A campaign run: everything is made once, survives being killed, and is the same every time."""

import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from adfusion.campaigns import Campaign, CampaignProgress, CampaignResult, crew, load_manifest
from adfusion.campaigns.ledger import JOURNAL
from adfusion.campaigns.marking import Marking
from adfusion.creative import archive, draw
from adfusion.creative import document as document_layers
from adfusion.creative.placement import PLACEMENTS
from adfusion.creative.svg import svg as svg_of
from adfusion.errors import UserError
from adfusion.files import sha256
from painter import Painter, write_brief
from signed import claim, content

PAGES = {"manifest.json", "index.html", "checks.json"}
"""What is about the campaign, rather than of it."""


def finish(campaign: Campaign, painter: Painter | None = None) -> CampaignResult:
    *_, result = campaign.run(painter or Painter())
    assert isinstance(result, CampaignResult)
    return result


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_brief(tmp_path_factory.mktemp("brief"))


@pytest.fixture(scope="module")
def finished(brief: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished") / "out"
    finish(Campaign(brief, out))
    return out


def test_every_creative_has_the_exact_size_of_its_placement_and_an_svg_beside_it(tmp_path: Path) -> None:
    one = {
        "concepts": [{"name": "One", "prompt": "a lamp"}],
        "segments": [{"name": "All"}],
        "headlines": ["Light up"],
    }
    finish(Campaign(write_brief(tmp_path, placements=list(PLACEMENTS), **one), tmp_path / "out"))
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    assert [creative.placement for creative in manifest.creatives] == list(PLACEMENTS)
    for creative in manifest.creatives:
        full, svg, document = (tmp_path / "out" / record.path for record in creative.files)
        placement = PLACEMENTS[creative.placement]
        with Image.open(full) as image:
            assert image.size == (placement.width, placement.height) == (creative.width, creative.height)
            assert image.format == placement.format
        assert full.with_suffix(".svg") == svg
        assert "<svg" in svg.read_text()
        assert archive.load(document, tmp_path / "out/assets").placement == placement.name


def test_the_manifest_vouches_for_every_file_in_the_folder(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    records = {entry.path: entry.sha256 for entry in manifest.entries()}
    assert set(content(finished)) == {*records, "manifest.json", "index.html", "checks.json"}
    for path, found in records.items():
        assert sha256(finished / path) == found


def test_the_manifest_knows_no_place_on_this_disk(finished: Path, brief: Path) -> None:
    text = (finished / "manifest.json").read_text()
    assert str(finished) not in text
    assert str(brief.parent) not in text
    assert json.loads(text)["brief"]["assets"].keys() == {"logo.svg"}


def test_the_manifest_holds_what_made_each_picture_and_creative(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    picture, creative = manifest.pictures[0], manifest.creatives[0]
    assert picture.request["prompt"].startswith("a glossy teal bottle")
    assert {"seed", "steps", "sampler", "guidance_scale", "width", "height"} <= picture.request.keys()
    assert creative.picture == picture.id
    assert creative.metadata["headline"] == creative.headline
    assert creative.metadata["template"]
    assert (manifest.model.name, manifest.model.hash) == ("painter", "0" * 64)


def test_the_same_brief_gives_the_same_campaign_elsewhere(
    finished: Path, brief: Path, tmp_path: Path
) -> None:
    elsewhere = shutil.copytree(brief.parent, tmp_path / "other place")
    finish(Campaign(elsewhere / brief.name, tmp_path / "out"))
    assert content(tmp_path / "out") == content(finished)


def test_each_picture_is_drawn_once(brief: Path, tmp_path: Path) -> None:
    painter = Painter()
    result = finish(Campaign(brief, tmp_path / "out"), painter)
    assert len(painter.drawn) == len(set(painter.drawn)) == result.pictures
    assert result.pictures < result.creatives
    assert result.made == len(content(tmp_path / "out")) - len(PAGES)
    assert result.kept == 0


def test_progress_only_grows_and_ends_complete(brief: Path, tmp_path: Path) -> None:
    events = [
        event
        for event in Campaign(brief, tmp_path / "out").run(Painter())
        if isinstance(event, CampaignProgress)
    ]
    for stage in ("pictures", "creatives", "checks", "gallery"):
        shares = [event.done / event.total for event in events if event.stage == stage]
        assert shares == sorted(shares)
        assert shares[-1] == 1


def test_creatives_set_in_several_processes_are_those_set_in_one(
    finished: Path, brief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "FEWEST", 1)
    out = tmp_path / "out"
    *events, result = Campaign(brief, out).run(Painter(), workers=2)
    assert isinstance(result, CampaignResult)
    assert content(out) == content(finished)
    assert result.made == len(content(out)) - len(PAGES)
    done = [each.done for each in events if each.stage == "creatives"]
    assert done == list(range(result.creatives + 1))


def test_a_finished_run_resumed_makes_nothing(finished: Path, brief: Path, tmp_path: Path) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    painter = Painter()
    result = finish(Campaign(brief, out, resume=True), painter)
    assert (painter.drawn, result.made) == ([], 0)
    assert content(out) == content(finished)


def test_a_run_stopped_among_the_pictures_goes_on_where_it_was(
    finished: Path, brief: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first, second = Painter(stop_after=3), Painter()
    with pytest.raises(KeyboardInterrupt):
        finish(Campaign(brief, out), first)
    assert not (out / "manifest.json").exists()
    finish(Campaign(brief, out, resume=True), second)
    assert not set(first.drawn) & set(second.drawn)
    assert content(out) == content(finished)


@pytest.mark.parametrize("stop_at", [1, 2, 7])
def test_a_run_killed_among_the_creatives_goes_on_where_it_was(
    finished: Path, brief: Path, tmp_path: Path, stop_at: int
) -> None:
    out = tmp_path / "out"
    for event in Campaign(brief, out).run(Painter()):
        if isinstance(event, CampaignProgress) and event.stage == "creatives" and event.done == stop_at:
            break
    journal = out / JOURNAL
    journal.write_text(journal.read_text() + '{"path": "creatives/half a li')  # killed while it wrote a line
    leftover = out / "creatives" / ".half-abc.jpg"
    leftover.write_bytes(b"half")
    times = {path for path in out.rglob("*") if path.is_file() and path not in (journal, leftover)}
    assert len(times) >= 3 * stop_at
    for path in times:
        os.utime(path, ns=(1, 1))
    result = finish(Campaign(brief, out, resume=True))
    assert all(path.stat().st_mtime_ns == 1 for path in times)
    assert result.kept == len(times)
    assert content(out) == content(finished)


def test_a_limited_run_resumed_without_limit_makes_the_rest(
    finished: Path, brief: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    few = finish(Campaign(brief, out, limit=3))
    assert few.creatives == 3
    rest = finish(Campaign(brief, out, resume=True))
    assert rest.kept == few.made
    assert content(out) == content(finished)


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_resume_makes_damaged_files_again(finished: Path, brief: Path, tmp_path: Path, damage: str) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    victims = [
        next((out / folder).glob(pattern)) for folder, pattern in (("pictures", "*"), ("creatives", "*.png"))
    ]
    for victim in victims:
        victim.unlink() if damage == "missing" else victim.write_bytes(victim.read_bytes()[:-1])
    finish(Campaign(brief, out, resume=True))
    assert content(out) == content(finished)


def test_after_a_new_headline_resume_draws_no_picture_and_keeps_every_creative(
    finished: Path, brief: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    before = content(finished)
    longer = write_brief(
        tmp_path / "brief", headlines=["Slow coffee for fast days", "Twelve hours in the making", "New"]
    )
    painter = Painter()
    result = finish(Campaign(longer, out, resume=True), painter)
    assert painter.drawn == []
    assert result.kept == len(before) - len(PAGES)
    after = content(out)
    assert {path: after[path] for path in before.keys() - PAGES} == {
        path: data for path, data in before.items() if path not in PAGES
    }


def test_after_a_new_logo_resume_draws_no_picture_and_sets_every_creative_again(
    finished: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    brief = write_brief(tmp_path / "brief")
    (tmp_path / "brief/logo.svg").write_text(
        (tmp_path / "brief/logo.svg").read_text().replace("0f766e", "7c2d12")
    )
    painter = Painter()
    result = finish(Campaign(brief, out, resume=True), painter)
    assert painter.drawn == []
    assert result.made == 3 * result.creatives + len(["the logo"])


def test_another_brief_does_not_overwrite_a_campaign(finished: Path, tmp_path: Path) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    other = write_brief(tmp_path / "brief", seed=8)
    with pytest.raises(UserError, match=r"another brief.*--resume"):
        Campaign(other, out)
    assert content(out) == content(finished)


def test_another_brief_does_not_overwrite_a_campaign_that_was_cut_off(brief: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        finish(Campaign(brief, tmp_path / "out"), Painter(stop_after=1))
    with pytest.raises(UserError, match="another brief"):
        Campaign(write_brief(tmp_path / "brief", seed=8), tmp_path / "out")


def test_the_same_brief_may_start_again(finished: Path, brief: Path, tmp_path: Path) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    assert finish(Campaign(brief, out)).kept == 0
    assert content(out) == content(finished)


def test_a_page_or_manifest_of_something_else_is_not_overwritten(brief: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("my page")
    with pytest.raises(UserError, match=r"index\.html"):
        Campaign(brief, tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "my app"}')
    with pytest.raises(UserError, match=r"manifest\.json"):
        Campaign(brief, tmp_path, resume=True)


def test_out_may_not_be_a_file(brief: Path) -> None:
    with pytest.raises(UserError, match="found a file"):
        Campaign(brief, brief)


def test_a_headline_that_fits_nowhere_is_refused_before_any_picture_is_drawn(tmp_path: Path) -> None:
    brief = write_brief(tmp_path, headlines=["Donaudampfschifffahrtsgesellschaftskapitän " * 9])
    painter = Painter()
    with pytest.raises(UserError, match=r"brief\.yaml: .*headline") as caught:
        finish(Campaign(brief, tmp_path / "out"), painter)
    assert "\n" not in str(caught.value)
    assert painter.drawn == []


def test_a_creative_is_set_from_its_picture(brief: Path, tmp_path: Path) -> None:
    finish(Campaign(brief, tmp_path / "out", limit=1))
    document = archive.load(next((tmp_path / "out/documents").glob("*.json")), tmp_path / "out/assets")
    picture = document.find("picture")
    assert isinstance(picture, document_layers.Picture)
    generated = Image.open(next((tmp_path / "out/pictures").glob("*.png")))
    assert picture.image.size == generated.size


def test_a_creatives_file_is_its_document_drawn_and_marked(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    marking = Marking("Solera: Solera Cold Brew")
    for record in manifest.creatives[:3]:
        full, svg, document = (finished / file.path for file in record.files)
        creative = archive.load(document, finished / "assets")
        placement, made_from = PLACEMENTS[record.placement], record.files[0].made_from
        again = marking.finish(creative, placement, made_from, draw.image(creative))
        assert claim(again.encoded.data) == claim(full.read_bytes())
        assert svg_of(creative) == svg.read_text()


def test_the_metadata_says_how_the_file_was_encoded(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    for record in manifest.creatives:
        about = record.metadata["encoding"]
        assert about["bytes"] == (finished / record.files[0].path).stat().st_size
        assert (about["quality"] is None) == (about["format"] == "PNG")


def test_the_manifest_says_what_became_of_every_product_photo(tmp_path: Path) -> None:
    photo = Image.new("RGBA", (60, 120))
    photo.paste(Image.effect_noise((40, 100), 80).convert("RGBA"), (10, 10))
    (tmp_path / "b").mkdir()
    photo.save(tmp_path / "b/p.png")
    brief = write_brief(tmp_path / "b", product={"name": "P", "photo": "p.png"})
    result = finish(Campaign(brief, tmp_path / "out", limit=3))
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    for record in manifest.creatives:
        (proof,) = record.metadata["product"]
        assert proof["opaque"] > 0
        assert (proof["altered"] == 0) == (proof["photo_sha256"] == proof["drawn_sha256"])
        errors = {found.check for found in result.report.findings(record.id) if found.severity == "error"}
        assert ("product" in errors) == (proof["altered"] > 0)


def test_pictures_are_graded_toward_the_palette_and_the_distance_is_on_record(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    moved = set()
    for record in manifest.creatives:
        after, before = (record.metadata[f"palette_distance{when}"] for when in ("", "_before"))
        assert after <= before
        moved.add(after < before)
        shown = archive.load(finished / record.files[-1].path, finished / "assets").find("picture")
        if isinstance(shown, document_layers.Picture):
            with Image.open(finished / "pictures" / f"{record.picture}.png") as drawn:
                assert (shown.image.tobytes() != drawn.tobytes()) == (after < before)
    assert True in moved


def test_a_new_palette_grades_the_same_pictures_again(finished: Path, tmp_path: Path) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    brand = {"name": "Solera", "logo": "logo.svg", "palette": {"primary": "#7c2d12", "accent": "#f59e0b"}}
    brief = write_brief(tmp_path / "brief", brand=brand)
    distances = []
    for folder in (finished, finish(Campaign(brief, out, resume=True)).manifest.parent):
        manifest = load_manifest(folder)
        assert manifest is not None
        distances.append([record.metadata["palette_distance"] for record in manifest.creatives])
    assert all(one != other for one, other in zip(*distances, strict=True))


def group_of_products(folder: Path, colors: tuple[str, str] = ("#7c2d12", "#1d1d20")) -> Path:
    """A brief with a cut-out, and a photo on white paper."""
    folder.mkdir()
    cut_out, on_paper = Image.new("RGBA", (80, 120)), Image.new("RGB", (120, 120), "#f4f4f2")
    cut_out.paste(colors[0], (10, 10, 70, 110))
    on_paper.paste(colors[1], (30, 20, 90, 100))
    cut_out.save(folder / "a.png")
    on_paper.save(folder / "b.png")
    return write_brief(
        folder,
        product={"name": "P", "photos": ["a.png", "b.png"]},
        placements=["iab-medium-rectangle", "iab-skyscraper"],
        segments=[{"name": "All"}],
        concepts=[{"name": "Stage", "prompt": "an empty round podium"}],
    )


def test_each_product_of_a_group_is_proved_in_every_creative(tmp_path: Path) -> None:
    result = finish(Campaign(group_of_products(tmp_path / "b"), tmp_path / "out"))
    manifest = load_manifest(tmp_path / "out")
    assert manifest is not None
    assert manifest.brief.assets.keys() == {"logo.svg", "a.png", "b.png"}
    for record in manifest.creatives:
        proofs = record.metadata["product"]
        assert [proof["layer"] for proof in proofs] == ["product-photo", "product-photo-2"]
        assert all(proof["opaque"] > 0 for proof in proofs)
        assert all(proof["altered"] == 0 for proof in proofs)
        assert not {each.check for each in result.report.findings(record.id)} & {"product"}


def test_after_a_new_photo_resume_draws_no_picture_and_sets_every_creative_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    finish(Campaign(group_of_products(tmp_path / "b"), out, limit=2))
    before = content(out / "creatives")
    painter = Painter()
    newer = group_of_products(tmp_path / "newer", ("#7c2d12", "#0f4c43"))
    finish(Campaign(newer, out, limit=2, resume=True), painter)
    assert painter.drawn == []
    after = content(out / "creatives")
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in before)


def test_the_manifest_names_the_axes_that_each_creative_varies(finished: Path) -> None:
    manifest = load_manifest(finished)
    assert manifest is not None
    for creative in manifest.creatives:
        peers = [
            other
            for other in manifest.creatives
            if (other.segment, other.placement) == (creative.segment, creative.placement)
        ]
        axes, control = creative.metadata["axes"], peers[0].metadata["axes"]
        assert set(creative.varies) == {axis for axis in axes if axes[axis] != control[axis]}
    assert any({"concept", "headline"} <= set(creative.varies) for creative in manifest.creatives)
