"""A brief's files, by name and hash, wherever the brief names them."""

from pathlib import Path

import yaml
from PIL import Image

from adfusion.campaigns.source import open_source
from adfusion.files import sha256
from painter import brief_content, write_brief


def test_every_file_of_brief_and_brand_is_an_asset_by_its_path_from_the_brief(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    Image.new("RGBA", (40, 10), "white").save(kit / "dark.png")
    write_brief(kit)  # for its logo
    brand = {**brief_content()["brand"], "logo": {"light": "logo.svg", "dark": "dark.png"}}
    (kit / "brand.yaml").write_text(yaml.safe_dump(brand))
    folder = tmp_path / "campaign"
    folder.mkdir()
    (folder / "rows.csv").write_text("first_name\nAda\n")
    source = open_source(write_brief(folder, brand="../kit/brand.yaml", audience="rows.csv"))
    names = {"../kit/logo.svg", "../kit/dark.png", "rows.csv"}
    assert source.assets == {name: sha256(folder / name) for name in names}
    assert source.content["brand"]["logo"]["dark"] == "../kit/dark.png"
    assert source.content["audience"] == "rows.csv"
    assert str(tmp_path) not in str(source.content)


def test_rows_are_copy_and_no_part_of_what_every_creative_is_drawn_from(tmp_path: Path) -> None:
    tmp_path.joinpath("rows.csv").write_text("first_name\nAda\n")
    source = open_source(write_brief(tmp_path, audience="rows.csv"))
    assert set(source.drawn_assets) == {"logo.svg"}
