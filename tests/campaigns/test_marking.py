"""Every creative of a campaign is marked, signed and registered, and keeps what its placement asks for."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.campaigns import Campaign, load_manifest
from adfusion.campaigns.export import export
from adfusion.campaigns.manifest import CreativeRecord, Manifest
from adfusion.campaigns.marking import spared
from adfusion.creative import archive, draw
from adfusion.creative.document import Text
from adfusion.creative.placement import placement
from adfusion.provenance import credentials
from adfusion.provenance.credentials import COMPOSITE
from adfusion.provenance.identity import trust_anchors
from adfusion.provenance.verify import verify
from painter import Painter, write_brief

PLACEMENTS = ["iab-leaderboard", "iab-mobile-banner", "meta-feed-square"]


@dataclass(frozen=True)
class Made:
    out: Path
    manifest: Manifest
    photo: Path

    def record(self, name: str) -> CreativeRecord:
        return next(record for record in self.manifest.creatives if record.placement == name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("marking")
    photo = Image.new("RGBA", (120, 240))
    photo.paste(Image.effect_noise((80, 200), 60).convert("RGBA"), (20, 20))
    photo.save(folder / "bottle.png")
    brief = write_brief(
        folder,
        product={"name": "Cold Brew", "photo": "bottle.png"},
        concepts=[{"name": "One", "prompt": "a podium"}],
        segments=[{"name": "All"}],
        headlines=["Slow coffee"],
        placements=PLACEMENTS,
        label="AI-generated",
        labels={"meta-feed-square": "Made with AI"},
    )
    for _ in Campaign(brief, folder / "out").run(Painter()):
        pass
    manifest = load_manifest(folder / "out")
    assert manifest is not None
    return Made(folder / "out", manifest, folder / "bottle.png")


@pytest.mark.parametrize("name", PLACEMENTS)
def test_a_creative_is_fine_in_all_layers(made: Made, name: str) -> None:
    record = made.record(name)
    found = verify(made.out / record.files[0].path)
    assert found.problems == ()
    assert found.watermark and (found.watermark.present or found.small)
    if not found.small:
        assert found.watermark.payload == int(record.metadata["provenance"]["watermark"], 16)
    assert found.registry and found.registry.row.id == f"Solera: Cold Brew/{record.id}"
    assert found.registry.how == "file"


def test_credentials_name_model_software_and_photograph_but_no_prompt(made: Made) -> None:
    record = made.record("meta-feed-square")
    found = credentials.read((made.out / record.files[0].path).read_bytes(), trust_anchors())
    assert found is not None
    photo = hashlib.sha256(made.photo.read_bytes()).hexdigest()
    assert record.metadata["provenance"]["photos"] == dict(found.photos) == {"bottle.png": photo}
    assert (found.model, found.model_hash, found.source_type) == ("painter", "0" * 64, COMPOSITE)
    assert found.software == made.manifest.software and found.prompt is None


@pytest.mark.parametrize("name", PLACEMENTS)
def test_the_limit_of_bytes_holds_with_credentials(made: Made, name: str) -> None:
    record, limit = made.record(name), placement(name).max_bytes
    size = (made.out / record.files[0].path).stat().st_size
    assert limit is not None and size == record.metadata["encoding"]["bytes"] <= limit


def test_the_mark_spares_every_opaque_pixel_of_the_product(made: Made) -> None:
    record = made.record("iab-leaderboard")  # PNG, which loses nothing
    creative = archive.load(made.out / record.files[-1].path, made.out / archive.ASSETS)
    with Image.open(made.out / record.files[0].path) as file:
        changed = (np.asarray(file.convert("RGB")) != draw.pixels(creative)).any(axis=2)
    product = spared(creative)
    assert product is not None and product.sum() > 1000
    assert not changed[product].any() and changed[~product].mean() > 0.2


def test_an_exported_pdf_is_signed_over_the_same_photograph(made: Made, tmp_path: Path) -> None:
    list(export(made.out, tmp_path, ["pdf"], ["meta-feed-square"]))
    (path,) = (tmp_path / "pdf").iterdir()
    found = credentials.read(path.read_bytes(), trust_anchors())
    assert found is not None and found.valid and verify(path).problems == ()
    assert found.photos == {"bottle.png": hashlib.sha256(made.photo.read_bytes()).hexdigest()}


def test_the_label_of_the_brief_is_set_or_its_lack_is_an_error(made: Made) -> None:
    report = json.loads((made.out / "checks.json").read_text())
    found = [(each["id"], finding["check"]) for each in report["creatives"] for finding in each["findings"]]
    missing = {id for id, check in found if check == "label"}
    for record in made.manifest.creatives:
        document = archive.load(made.out / record.files[-1].path, made.out / archive.ASSETS)
        assert (document.find("label") is None) == (record.id in missing)
    assert made.record("meta-feed-square").id not in missing


def test_the_label_of_a_placement_is_in_document_and_manifest(made: Made) -> None:
    record = made.record("meta-feed-square")
    label = archive.load(made.out / record.files[-1].path, made.out / archive.ASSETS).find("label")
    assert isinstance(label, Text) and label.text == "Made with AI"
    assert made.manifest.rules.of("meta-feed-square").label == "Made with AI"
    assert made.manifest.rules.of("iab-leaderboard").label == "AI-generated"


def test_credentials_have_the_room_they_need_in_the_smallest_limit(made: Made) -> None:
    data = (made.out / made.record("iab-mobile-banner").files[0].path).read_bytes()
    bare = io.BytesIO()
    with Image.open(io.BytesIO(data)) as file:
        file.convert("RGB").save(bare, file.format or "", quality=95)
    assert len(data) < 50_000 and len(data) - len(bare.getvalue()) < 8_000
