"""The forms of one document: pixels, PNG, JPEG, SVG."""

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from stand_ins import stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.colors import contrast_of, parse_color
from adfusion.creative.document import Creative, Picture, Text
from adfusion.creative.draw import image, pixels, png
from adfusion.creative.encode import encode
from adfusion.creative.layout import compose
from adfusion.creative.placement import PLACEMENTS, Placement
from adfusion.creative.svg import svg
from adfusion.creative.wording import Copy

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def creative_for(placement: Placement, brand: Brand, headline: str = "Slow tea & <bright> days.") -> Creative:
    picture = stand_in(placement.aspect, placement.copy_space)
    return compose(picture, Copy(headline, "Shop now"), brand, placement, copy_space=placement.copy_space)


@pytest.mark.parametrize("placement", PLACEMENTS.values(), ids=PLACEMENTS)
def test_files_have_the_exact_size_and_format_of_the_placement(placement: Placement, brand: Brand) -> None:
    file = Image.open(io.BytesIO(encode(image(creative_for(placement, brand)), placement).data))
    assert (file.format, file.mode, file.size) == (
        placement.format,
        "RGB",
        (placement.width, placement.height),
    )


def test_png_loses_nothing(brand: Brand) -> None:
    creative = creative_for(PLACEMENTS["iab-medium-rectangle"], brand)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(creative)))), pixels(creative))


@pytest.mark.parametrize("name", ["meta-feed-square", "iab-leaderboard"])
def test_the_same_document_gives_the_same_bytes(name: str, brand: Brand) -> None:
    one, two = (creative_for(PLACEMENTS[name], brand) for _ in range(2))
    assert png(one) == png(two)
    assert encode(image(one), PLACEMENTS[name]) == encode(image(two), PLACEMENTS[name])
    assert svg(one) == svg(two)


@pytest.mark.parametrize("placement", PLACEMENTS.values(), ids=PLACEMENTS)
def test_svg_has_live_text_at_the_measured_places(placement: Placement, brand: Brand) -> None:
    creative = creative_for(placement, brand)
    root = ElementTree.fromstring(svg(creative))
    assert root.get("viewBox") == f"0 0 {placement.width} {placement.height}"
    found = {text.get("id"): text for text in root.iter(f"{SVG}text")}
    for layer in creative.walk():
        if isinstance(layer, Text):
            spans = found[layer.id].findall(f"{SVG}tspan")
            assert " ".join(span.text or "" for span in spans) == layer.text
            assert [float(span.get("y", 0)) for span in spans] == pytest.approx(
                [line.baseline for line in layer.lines], abs=0.01
            )
            assert (found[layer.id].get("font-family") or "").endswith("sans-serif")
    assert "headline-text" in found


def test_svg_names_its_layers_and_carries_its_pictures(brand: Brand) -> None:
    creative = creative_for(PLACEMENTS["meta-feed-square"], brand)
    root, picture = ElementTree.fromstring(svg(creative)), creative.find("picture")
    ids = {element.get("id") for element in root.iter()}
    assert {"picture", "headline", "call-to-action", "logo"} <= ids
    pictures = {element.get("id"): element.get(HREF) or "" for element in root.iter(f"{SVG}image")}
    kind, _, data = pictures["picture"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert isinstance(picture, Picture)
    size = Image.open(io.BytesIO(base64.b64decode(data))).size
    assert size == (round(picture.box.width), round(picture.box.height))
    assert pictures["logo-artwork"].startswith("data:image/svg+xml;base64,")


def test_svg_lines_of_arabic_begin_at_their_right_edge(brand: Brand) -> None:
    creative = creative_for(PLACEMENTS["meta-feed-square"], brand, "شاي بارد ليوم مشرق")
    layer = creative.find("headline-text")
    assert isinstance(layer, Text)
    text = next(each for each in ElementTree.fromstring(svg(creative)).iter(f"{SVG}text"))
    assert text.get("direction") == "rtl"
    assert float(text[0].get("x", 0)) == pytest.approx(layer.lines[0].left + layer.lines[0].width, abs=0.01)


def test_contrast_is_wcags() -> None:
    assert contrast_of("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_of("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_colors_are_names_or_hex() -> None:
    assert parse_color("Teal") == "#15a3a0"
    assert parse_color("#FA0") == "#ffaa00"
    for wrong in ("", "#12", "tealish", "#gggggg", "rgb(1,2,3)"):
        with pytest.raises(ValueError, match="is not"):
            parse_color(wrong)
