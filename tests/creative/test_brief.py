"""The brief at the door: what is right is read, every mistake is one clear line."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from stand_ins import EXAMPLE

from adfusion.creative.brief import load_brief
from adfusion.creative.section import slug
from adfusion.errors import UserError

GOOD: dict[str, Any] = {
    "brand": {"name": "Oddleaf", "logo": "logo.png", "palette": {"primary": "teal", "accent": "#c2410c"}},
    "product": {"name": "Cold tea"},
    "concepts": [{"name": "Studio", "prompt": "a teal bottle"}],
    "headlines": ["Slow tea."],
    "calls_to_action": ["Shop now"],
    "segments": [{"name": "Early risers", "mood": "golden hour light"}],
    "placements": ["meta-story"],
}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Any]:
    """Write GOOD with changes at dotted paths (`None` removes) and load it."""
    Image.new("RGB", (40, 10), "teal").save(tmp_path / "logo.png")

    def write_and_load(text: str | None = None, **changes: Any) -> Any:
        data: Any = yaml.safe_load(yaml.safe_dump(GOOD))
        for dotted, value in changes.items():
            *path, last = dotted.split("__")
            inside = data
            for key in path:
                inside = inside[int(key) if key.isdigit() else key]
            if value is None:
                del inside[last]
            else:
                inside[int(last) if last.isdigit() else last] = value
        file = tmp_path / "brief.yaml"
        file.write_text(
            text if text is not None else yaml.safe_dump(data, allow_unicode=True), encoding="utf-8"
        )
        return load_brief(file)

    return write_and_load


def test_the_example_has_two_concepts_three_segments_and_seven_placements() -> None:
    brief = load_brief(EXAMPLE / "brief.yaml")
    assert (len(brief.concepts), len(brief.segments)) == (2, 3)
    assert len(brief.places()) == 7
    assert brief.brand.open().logo is not None


def test_a_good_brief_is_read(load: Callable[..., Any]) -> None:
    brief = load()
    assert brief.brand.palette.primary == "#15a3a0"
    assert (brief.variants, brief.seed) == (1, 0)
    assert brief.headlines_for(brief.segments[0]) == ("Slow tea.",)


def test_a_segments_own_words_replace_the_briefs(load: Callable[..., Any]) -> None:
    brief = load(segments__0__headlines=["Rise slowly."])
    assert brief.headlines_for(brief.segments[0]) == ("Rise slowly.",)
    assert brief.calls_to_action_for(brief.segments[0]) == ("Shop now",)


@pytest.mark.parametrize(
    ("changes", "field", "found", "allowed"),
    [
        ({"placements": ["meta-story", "billboard"]}, "placements[1]", "'billboard'", "meta-feed-square,"),
        ({"placements": []}, "placements", "an empty list", "at least one"),
        ({"placements": ["meta-story", "meta-story"]}, "placements", "'meta-story'", "each one once"),
        ({"brand__palette__primary": "tealish"}, "brand.palette.primary", "'tealish'", "one of red, orange"),
        ({"brand__palette__primary": "#12"}, "brand.palette.primary", "'#12'", "a hex colour in quotes"),
        ({"brand__colour": "red"}, "brand.colour", "an unknown field", "name, logo, palette"),
        ({"budget": 5}, "budget", "an unknown field", "brand, product, concepts"),
        ({"segments__0__age": 5}, "segments[0].age", "an unknown field", "name, mood"),
        ({"concepts__0__prompt": ""}, "concepts[0].prompt", "''", "1 to 500 characters (empty text)"),
        ({"concepts__0__prompt": " \n "}, "concepts[0].prompt", "' \\n '", "(empty text)"),
        ({"concepts__0__prompt": None}, "concepts[0].prompt", "nothing", "required"),
        ({"headlines": "Slow tea."}, "headlines", "'Slow tea.'", "a list"),
        ({"headlines": [50]}, "headlines[0]", "50", "text (numbers"),
        ({"headlines": ["Tea is 茶"]}, "headlines[0]", "the character '茶'", "characters of Manrope"),
        ({"variants": 0}, "variants", "0", "greater than or equal to 1"),
        ({"variants": "two"}, "variants", "'two'", "a whole number"),
        ({"seed": -1}, "seed", "-1", "greater than or equal to 0"),
        ({"brand": "Oddleaf"}, "brand", "'Oddleaf'", "fields"),
        ({"brand__fonts": {"headline": "comic"}}, "brand.fonts.headline", "'comic'", "manrope, roboto"),
        ({"brand__fonts": {"headline": "gone.ttf"}}, "brand.fonts.headline", "'gone.ttf'", "existing file"),
        ({"brand__fonts": {"headline": "logo.png"}}, "brand.fonts.headline", "not a font", ".ttf or .otf"),
        ({"brand__logo": "gone.png"}, "brand.logo", "'gone.png'", "an existing file"),
        ({"product__photo": "gone.png"}, "product.photo", "'gone.png'", "an existing file"),
        ({"product__photo": "logo.png"}, "product.photo", "only 40×10 pixels", "cut out"),
        ({"product__photos": ["logo.png"]}, "product.photos[0]", "only 40×10 pixels", "cut out"),
        (
            {"product__photo": "logo.png", "product__photos": ["logo.png"]},
            "product.photos", "a list", "a list where there is no photo",
        ),
        ({"segments": [{"name": "A b"}, {"name": "a-B"}]}, "segments", "'a-B'", "(it is too like 'A b')"),
        ({"segments__0__name": "…"}, "segments[0].name", "'…'", "a letter or digit"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_file_field_found_and_allowed(
    load: Callable[..., Any], changes: dict[str, Any], field: str, found: str, allowed: str
) -> None:
    with pytest.raises(UserError) as caught:
        load(**changes)
    message = str(caught.value)
    assert "\n" not in message
    assert field in message
    assert f"{found}" in message.partition("; allowed: ")[0]
    assert allowed in message.partition("; allowed: ")[2]
    assert "brief.yaml" in message or "logo.png" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "found nothing; allowed: the fields brand"),
        ("- a\n- b\n", "found a list"),
        ("brand: [", "line 1: not valid YAML"),
        ("seed: 1\nseed: 2\n", "line 2: not valid YAML: the field 'seed' is given twice"),
        ("!!python/object/apply:os.system [ls]", "not valid YAML"),
        ("[" * 5000, "not valid YAML"),
        ("a: \x07", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_brief_is_one_line(load: Callable[..., Any], text: str, expected: str) -> None:
    with pytest.raises(UserError) as caught:
        load(text=text)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_brief_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml: cannot read the brief: No such file"):
        load_brief(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(UserError, match="not UTF-8"):
        load_brief(tmp_path / "binary.yaml")


def _png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    ending = struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    pixels = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + ending + pixels


def _truncated() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(
        buffer, "PNG"
    )
    return buffer.getvalue()[:4000]


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("logo.png", b"not a picture at all", "not a picture"),
        ("logo.png", b"", "not a picture"),
        ("logo.png", _png_header(60000, 60000), "too many pixels"),
        ("logo.png", _png_header(9000, 9000), "too many pixels"),
        ("logo.png", _truncated(), "damaged picture"),
        ("logo.svg", b"not xml", "not XML"),
        ("logo.svg", b"<html/>", "<html>"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no viewBox"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "no viewBox"),
        (
            "logo.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>',
            "nothing that can be drawn",
        ),
        ("logo.svg", b'<!DOCTYPE x [<!ENTITY a "aa">]><svg/>', "document type declaration"),
        ("logo.svg", b'<svg viewBox="0 0 9 9"><script/></svg>', "<script>"),
        ("logo.svg", b'<svg viewBox="0 0 9 9"><use href="http://a/b"/></svg>', "reference to outside"),
    ],
)
def test_a_logo_that_is_not_one_is_one_line(
    load: Callable[..., Any], tmp_path: Path, name: str, data: bytes, found: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError) as caught:
        load(brand__logo=name)
    message = str(caught.value)
    assert found in message.partition("; allowed: ")[0]
    assert "brand.logo" in message
    assert "\n" not in message


def test_a_cut_out_is_cropped_to_what_is_seen(load: Callable[..., Any], tmp_path: Path) -> None:
    canvas = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    canvas.paste("orange", (30, 20, 70, 90))
    canvas.save(tmp_path / "product.png")
    (photo,) = load(product__photo="product.png").product.cutouts
    assert (photo.size, photo.mode) == ((40, 70), "RGBA")


def test_a_group_of_products_keeps_its_order(load: Callable[..., Any], tmp_path: Path) -> None:
    for name, size in (("jug.png", (40, 70)), ("cup.png", (30, 20))):
        canvas = Image.new("RGBA", (100, 100))
        canvas.paste("orange", (10, 10, 10 + size[0], 10 + size[1]))
        canvas.save(tmp_path / name)
    photos = load(product__photos=["cup.png", "jug.png"]).product.cutouts
    assert [photo.size for photo in photos] == [(30, 20), (40, 70)]


def test_slugs_are_file_names_in_any_script() -> None:
    assert slug("Early risers!") == "early-risers"
    assert slug("Ранние пташки") == "ранние-пташки"
