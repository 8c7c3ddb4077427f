"""A creative put away as a document and its assets comes back as it was."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stand_ins import stand_in

from adfusion.creative import archive
from adfusion.creative.brand import Brand
from adfusion.creative.document import Creative
from adfusion.creative.draw import pixels
from adfusion.creative.layout import compose
from adfusion.creative.placement import PLACEMENTS
from adfusion.creative.svg import svg
from adfusion.creative.wording import Copy
from adfusion.errors import UserError


def creative(brand: Brand, headline: str = "Slow tea.") -> Creative:
    product = Image.new("RGBA", (40, 80))
    product.paste((200, 30, 30, 255), (5, 5, 35, 75))
    return compose(
        stand_in("16:9", "left"),
        Copy(headline, "Shop now"),
        brand,
        PLACEMENTS["iab-medium-rectangle"],
        copy_space="left",
        product=product,
        metadata={"id": "one", "list": [1, {"a": None}]},
    )


def stored(folder: Path, *creatives: Creative) -> list[Path]:
    (folder / "assets").mkdir(exist_ok=True)
    packer = archive.Packer(lambda name, data: (folder / "assets" / name).write_bytes(data) and None)
    paths = []
    for index, each in enumerate(creatives):
        paths.append(folder / f"{index}.json")
        paths[-1].write_text(packer.pack(each)[0], encoding="utf-8")
    return paths


def test_a_stored_creative_is_drawn_the_same(tmp_path: Path, brand: Brand) -> None:
    before = creative(brand, "شاي & <tea> ½")
    (path,) = stored(tmp_path, before)
    after = archive.load(path, tmp_path / "assets")
    assert np.array_equal(pixels(after), pixels(before))
    assert svg(after) == svg(before)
    assert after.metadata == json.loads(json.dumps(dict(before.metadata)))


def test_what_two_creatives_show_is_stored_once(tmp_path: Path, brand: Brand) -> None:
    stored(tmp_path, creative(brand))
    alone = set((tmp_path / "assets").iterdir())
    stored(tmp_path, creative(brand), creative(brand, "Bright days."))
    assert set((tmp_path / "assets").iterdir()) == alone


def test_a_document_knows_no_place_on_this_disk(tmp_path: Path, brand: Brand) -> None:
    (path,) = stored(tmp_path, creative(brand))
    assert str(Path.home()) not in path.read_text()
    assert "site-packages" not in path.read_text()


def test_a_changed_asset_is_noticed(tmp_path: Path, brand: Brand) -> None:
    (path,) = stored(tmp_path, creative(brand))
    archive.load(path, tmp_path / "assets")
    victim = next((tmp_path / "assets").glob("*.png"))
    victim.write_bytes(victim.read_bytes() + b"x")
    with pytest.raises(UserError, match=rf"{victim.name}: found other bytes"):
        archive.load(path, tmp_path / "assets")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 99, "creative": {}}',
        '{"format": 1, "creative": {"kind": "Unknown"}}',
        '{"format": 1, "creative": {"kind": "Box", "left": 0}}',
        '{"format": 1, "creative": {"kind": "font", "asset": "../../etc/passwd"}}',
        '{"format": 1, "creative": {"no": "kind"}}',
        '{"format": 1, "creative": [1]}',
    ],
)
def test_what_is_not_a_document_is_one_clear_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "d.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"d\.json: ") as caught:
        archive.load(path, tmp_path / "assets")
    assert "\n" not in str(caught.value)
