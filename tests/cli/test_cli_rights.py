"""`adfusion rights`: from a creative back to the training pictures, signed, with what is unclear."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import adfusion as package
from adfusion.campaigns import Campaign, load_manifest
from adfusion.models import store
from adfusion.provenance import jws
from adfusion.provenance.verify import verify
from command_line import Adfusion
from painter import Painter, write_brief


class Known(Painter):
    """Draws in the name of the bundled model."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "mini"
        self.model_hash = package.load("mini").model_hash


def campaign(folder: Path, painter: Painter, **product: object) -> Path:
    photo = Image.new("RGBA", (60, 120))
    photo.paste(Image.effect_noise((40, 100), 80).convert("RGBA"), (10, 10))
    (folder / "brief").mkdir(parents=True)
    photo.save(folder / "brief" / "bottle.png")
    brief = write_brief(
        folder / "brief",
        product={"name": "Cold Brew", "photo": "bottle.png", **product},
        placements=["iab-medium-rectangle"],
    )
    for _ in Campaign(brief, folder / "out", limit=1).run(painter):
        pass
    return folder / "out"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return campaign(tmp_path_factory.mktemp("rights"), Known(), rights="our own photograph")


def test_a_creative_is_followed_to_the_model_and_its_card(adfusion: Adfusion, finished: Path) -> None:
    said = json.loads(adfusion("rights", finished, "--json").out)
    card = store.load_card("mini")
    assert (said["model"]["license"], said["model"]["rights"]) == (card.license, card.data.rights)
    manifest = load_manifest(finished)
    assert manifest is not None
    (creative,), record = said["creatives"], manifest.creatives[0]
    assert (creative["id"], creative["sha256"]) == (record.id, record.files[0].sha256)
    assert said["pictures"][creative["picture"]] == manifest.pictures[0].file.sha256
    fonts = {font["sha256"]: font for font in said["fonts"]}
    assert creative["fonts"] and all("SIL Open Font" in fonts[each]["license"] for each in creative["fonts"])
    assert creative["photos"] == ["bottle.png"]
    assert {each["file"]: each["rights"] for each in said["photos"]} == {"bottle.png": "our own photograph"}
    assert [each["file"] for each in said["artwork"]] == ["logo.svg"]
    assert {flag["about"] for flag in said["flags"]} <= {"model mini"}


def test_the_ledger_is_written_and_signed(adfusion: Adfusion, finished: Path, tmp_path: Path) -> None:
    done = adfusion("rights", finished, "-o", tmp_path)
    names = ("rights.json", "rights.json.jws", "rights.pdf")
    assert done.code == 0 and done.out.splitlines()[-3:] == [str(tmp_path / name) for name in names]
    data, signature = ((tmp_path / name).read_bytes() for name in names[:2])
    assert jws.verify(data, signature.decode()) is not None
    assert jws.verify(data.replace(b"our own", b"anyone's"), signature.decode()) is None
    assert verify(tmp_path / "rights.pdf").problems == ()


def test_what_is_unclear_is_flagged(adfusion: Adfusion, tmp_path: Path) -> None:
    out = campaign(tmp_path, Painter())
    done = adfusion("rights", out)
    assert "unclear: model painter: its licence is not stated" in done.out
    assert "unclear: model painter: its card is not here" in done.out
    assert "unclear: photo bottle.png: no statement of rights" in done.out


def test_bad_input_is_one_line(refused: Callable[..., str], finished: Path, tmp_path: Path) -> None:
    assert "found no manifest.json" in refused("rights", tmp_path)
    assert "model: found 'nope'" in refused("rights", finished, "--model", "nope")
