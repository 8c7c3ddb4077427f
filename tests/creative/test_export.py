"""Hand-off: what designers and ad servers get is the creative, in layers, with live text, within limits."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Resource
from pypdf import PdfReader
from stand_ins import noise, stand_in

from adfusion.creative.brand import Brand
from adfusion.creative.document import Creative, Group, Line, Text
from adfusion.creative.draw import pixels
from adfusion.creative.export import html5, pdf, psd, takes_html5, zipped
from adfusion.creative.layout import compose
from adfusion.creative.placement import PLACEMENTS, Placement, placement
from adfusion.creative.svg import INKSCAPE, svg
from adfusion.creative.wording import Copy
from adfusion.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RECTANGLE = PLACEMENTS["iab-medium-rectangle"]
SVG = "{http://www.w3.org/2000/svg}"
COPY = Copy("Coffee & bottles, different.", "Shop now", body="Twelve hours.", legal="Contains caffeine.")
ARABIC = Copy("دقيقة هادئة في كل فنجان", "اكتشف نكهتك", body="نحمّص البن على مهل كل يوم ثلاثاء")
EMOJI = Copy("Tea ☕ for 👨‍👩‍👧‍👦 in 🇩🇪", "Shop now 👉🏽", body="5️⃣ stars ⭐, up ↗")


def made(
    brand: Brand, place: Placement = RECTANGLE, words: Copy = COPY, picture: Image.Image | None = None
) -> Creative:
    product = Image.new("RGBA", (40, 80))
    product.paste(noise((30, 70)).convert("RGBA"), (5, 5))
    return compose(
        picture or stand_in(place.aspect, place.copy_space),
        words,
        brand,
        place,
        copy_space=place.copy_space,
        product=product,
        metadata={"id": "one"},
    )


@pytest.fixture(scope="module")
def creative(brand: Brand) -> Creative:
    return made(brand)


def test_svg_layers_are_layers_to_inkscape_with_names_that_are_unique(creative: Creative) -> None:
    root = ElementTree.fromstring(svg(creative))
    layers = [group for group in root.findall(f"{SVG}g") if group.get(f"{{{INKSCAPE}}}groupmode") == "layer"]
    assert [layer.get(f"{{{INKSCAPE}}}label") for layer in layers] == [
        layer.id.replace("-", " ") for layer in creative.layers
    ]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", id or "") for id in ids)


def test_a_psd_has_every_layer_by_name_in_its_place(creative: Creative) -> None:
    file = PSDImage.open(io.BytesIO(psd(creative)))
    assert [layer.name for layer in file] == [layer.id for layer in creative.layers]
    groups = {layer.name: layer for layer in file.descendants() if layer.is_group()}
    assert set(groups) == {layer.id for layer in creative.walk() if isinstance(layer, Group)}
    for layer in creative.walk():
        if isinstance(layer, Text):
            (drawn,) = [each for each in file.descendants() if each.name.startswith(f"{layer.id}, ")]
            assert f"{layer.font.files[0].family} {layer.font.weight}, {layer.size:.1f} px" in drawn.name
            assert layer.color in drawn.name
            assert layer.box.inset(-2).contains(
                type(layer.box)(drawn.left, drawn.top, drawn.width, drawn.height)
            )
            assert 0 == drawn.numpy("shape").min() < drawn.numpy("shape").max() == 1


@pytest.mark.parametrize("name", ["iab-medium-rectangle", "iab-leaderboard", "google-landscape"])
def test_a_psd_looks_like_the_creative_flattened_and_from_its_layers(name: str, brand: Brand) -> None:
    creative = made(brand, PLACEMENTS[name], picture=noise((200, 120)))
    file = PSDImage.open(io.BytesIO(psd(creative)))
    wanted = pixels(creative)
    flattened = file.topil()
    assert flattened is not None
    assert np.array_equal(np.asarray(flattened.convert("RGB")), wanted)
    blended = np.asarray(file.composite(ignore_preview=True, force=True).convert("RGB"), int)
    assert np.abs(blended - wanted).max() <= 3


def test_a_psd_keeps_the_settings_of_its_text(brand: Brand) -> None:
    creative = made(brand, words=Copy("شاي & <tea>"))
    resources = PSDImage.open(io.BytesIO(psd(creative))).image_resources
    packet = ElementTree.fromstring(resources[Resource.XMP_METADATA].data)
    (document,) = packet.iter("{urn:adfusion:creative:1}document")
    (headline,) = [
        each for each in json.loads(document.text or "")["texts"] if each["layer"] == "headline-text"
    ]
    layer = creative.find("headline-text")
    assert isinstance(layer, Text)
    assert headline["text"] == layer.text == "شاي & <tea>"
    assert (headline["size"], headline["color"]) == (pytest.approx(layer.size, abs=0.01), layer.color)


def test_a_pdf_is_one_page_of_the_right_size_whose_words_can_be_searched(creative: Creative) -> None:
    reader = PdfReader(io.BytesIO(pdf(creative)))
    (page,) = reader.pages
    assert (page.mediabox.width, page.mediabox.height) == (300, 250)
    words = " ".join(page.extract_text().split())
    for layer in creative.walk():
        if isinstance(layer, Text):
            assert layer.text in words
    assert reader.metadata is not None
    assert reader.metadata.title == creative.title


def test_the_same_document_gives_the_same_files(brand: Brand) -> None:
    one, two = made(brand), made(brand)
    assert psd(one) == psd(two)
    assert pdf(one) == pdf(two)
    assert html5(one, RECTANGLE) == html5(two, RECTANGLE)


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "place", [place for place in PLACEMENTS.values() if takes_html5(place)], ids=lambda place: place.name
)
def test_a_banner_is_complete_and_under_its_limit(place: Placement, brand: Brand) -> None:
    words = Copy("Slow tea.", "Shop now")
    data = html5(made(brand, place, words, picture=noise((400, 300))), place, "https://example.org/?a=1&b=2")
    assert place.max_bytes is not None
    assert len(data) <= place.max_bytes
    inside = unzipped(data)
    page = inside["index.html"].decode()
    assert f'<meta name="ad.size" content="width={place.width},height={place.height}">' in page
    assert 'var clickTag = "https://example.org/?a=1\\u0026b=2";' in page
    assert set(re.findall(r'xlink:href="([^"]+)"', page)) == set(inside) - {"index.html"}
    assert {Path(name).suffix for name in inside} <= {".html", ".jpg", ".png", ".svg"}


def test_pictures_lose_just_what_the_limit_asks_for(brand: Brand) -> None:
    place = placement("custom 600x500")
    creative = made(brand, place, Copy("Slow tea."), picture=noise((600, 500)))
    assert 140_000 < len(html5(creative, place)) <= 150_000


def test_a_banner_that_cannot_fit_is_one_clear_line(brand: Brand) -> None:
    place = placement("custom 1600x1200")
    with pytest.raises(UserError, match=r"one: html5: .*150,000 bytes"):
        html5(made(brand, place, Copy("Slow tea."), picture=noise((1600, 1200))), place)


def test_only_fixed_sizes_become_banners() -> None:
    assert {place.platform for place in PLACEMENTS.values() if takes_html5(place)} == {"IAB"}
    assert takes_html5(placement("custom 640x360"))


def test_zips_hold_no_time() -> None:
    assert zipped({"a": b"1", "b/c": b"2"}) == zipped({"a": b"1", "b/c": b"2"})
    assert unzipped(zipped({"a": b"1", "b/c": b"2"})) == {"a": b"1", "b/c": b"2"}


def opened(browser: "Browser", folder: Path, data: bytes, **options: str) -> tuple["Page", list[str]]:
    """The banner in a page of its size, and what went wrong or was asked of the network."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    page = browser.new_page(viewport={"width": 300, "height": 250}, **options)  # type: ignore[arg-type]
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(request.url))
    page.on("request", lambda asked: None if asked.url.startswith("file:") else trouble.append(asked.url))
    page.goto((folder / "index.html").as_uri())
    return page, trouble


def seconds(page: "Page") -> list[float]:
    """When each animation ends."""
    times = page.evaluate("document.getAnimations().map(each => each.effect.getComputedTiming().endTime)")
    return [time / 1000 for time in times]


@pytest.mark.parametrize("words", [COPY, ARABIC, EMOJI], ids=["Latin", "Arabic", "emoji"])
def test_a_banner_in_chromium_looks_like_the_creative_once_it_has_entered(
    browser: "Browser", brand: Brand, words: Copy, tmp_path: Path
) -> None:
    creative = made(brand, words=words)
    page, trouble = opened(browser, tmp_path, html5(creative, RECTANGLE))
    ends = seconds(page)
    assert 0 < max(ends) < 15
    page.evaluate("document.getAnimations().forEach(each => each.finish())")
    page.evaluate("document.fonts.ready.then(() => null)")
    assert page.evaluate("document.fonts.check('800 20px Manrope')")
    drawn = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), float)
    difference = np.abs(drawn - pixels(creative))
    assert difference.mean() < 4  # Chromium puts baselines on whole pixels
    assert (difference.max(axis=-1) > 96).mean() < 0.02
    assert trouble == []
    for line, shown in zip(lines(creative), lines_in(page), strict=True):
        assert shown == pytest.approx((line.left, line.width), abs=1.5)


def lines(creative: Creative) -> list[Line]:
    return [line for layer in creative.walk() if isinstance(layer, Text) for line in layer.lines]


def lines_in(page: "Page") -> list[tuple[float, float]]:
    """Left and width of each line of text in the page, in pixels."""
    spans = "[...document.querySelectorAll('text > tspan')].map(each => each.getBoundingClientRect())"
    return [tuple(each) for each in page.evaluate(f"{spans}.map(box => [box.x, box.width])")]


def test_people_who_ask_for_less_motion_get_none(
    browser: "Browser", creative: Creative, tmp_path: Path
) -> None:
    page, _ = opened(browser, tmp_path, html5(creative, RECTANGLE), reduced_motion="reduce")
    assert seconds(page) == []


def test_a_click_opens_the_click_tag_in_a_window_of_its_own(
    browser: "Browser", creative: Creative, tmp_path: Path
) -> None:
    page, _ = opened(browser, tmp_path, html5(creative, RECTANGLE, "about:blank#landing"))
    with page.expect_popup() as popup:
        page.mouse.click(150, 125)
    assert popup.value.url == "about:blank#landing"
    page.evaluate("clickTag = 'about:blank#served'")
    with page.expect_popup() as popup:
        page.mouse.click(150, 125)
    assert popup.value.url == "about:blank#served"
