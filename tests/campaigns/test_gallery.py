"""The gallery is one page that shows every creative, links to its files, and needs nothing else."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from adfusion.campaigns import Campaign, load_manifest
from adfusion.campaigns.gallery import card, thumbnail, write_gallery
from adfusion.campaigns.look import look
from adfusion.creative.brief import load_brief
from adfusion.creative.checks import Finding
from painter import Painter, write_brief

PLACES = ["google-landscape", "iab-medium-rectangle", "iab-leaderboard", "iab-skyscraper"]
VOID = {"meta", "img", "input", "br", "link"}


class Page(HTMLParser):
    """Every element with its attributes; fails on elements that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str, **having: str) -> list[dict[str, str]]:
        wanted = having.items()
        return [
            attributes for name, attributes in self.elements if name == tag and wanted <= attributes.items()
        ]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    brief = write_brief(
        folder,
        segments=[{"name": "Früh & spät"}, {"name": '<script>alert("x")</script>'}],
        headlines=['Coffee <b>"now"</b> & then'],
        placements=PLACES,
    )
    for _ in Campaign(brief, folder / "out").run(Painter()):
        pass
    return folder / "out"


@pytest.fixture(scope="module")
def page(out: Path) -> Page:
    return Page((out / "index.html").read_text(encoding="utf-8"))


def test_every_creative_is_on_the_page_with_a_picture_and_working_links(out: Path, page: Page) -> None:
    cards = page.all("li", **{"class": "card"})
    assert len(cards) == 2 * 2 * len(PLACES)
    for link in page.all("a", **{"class": "view"}):
        assert (out / unquote(link["href"])).is_file()
        assert (out / unquote(link["data-svg"])).is_file()
    assert len({link["href"] for link in page.all("a", **{"class": "view"})}) == len(cards)


def test_the_page_loads_nothing(page: Page) -> None:
    assert all(image["src"].startswith("data:image/") for image in page.all("img") if "src" in image)
    assert not page.all("link")
    assert all("src" not in script for script in page.all("script"))
    assert not re.search(r"url\(|@import", " ".join(str(element) for element in page.elements))


def test_words_of_the_brief_are_words_on_the_page_and_never_markup(out: Path, page: Page) -> None:
    text = (out / "index.html").read_text(encoding="utf-8")
    assert "alert(" not in re.sub(r"&lt;script&gt;alert\(", "", text)
    assert len(page.all("script")) == 1
    assert not page.all("b")


def test_there_is_a_filter_for_every_segment_placement_and_concept(page: Page) -> None:
    cards = page.all("li", **{"class": "card"})
    for name in ("segment", "placement", "concept"):
        offered = [choice["value"] for choice in page.all("input", name=name)]
        assert offered[0] == ""
        assert set(offered[1:]) == {card[f"data-{name}"] for card in cards}


def test_pictures_are_described_for_those_who_cannot_see_them(page: Page) -> None:
    thumbnails = [image for image in page.all("img") if "width" in image]
    assert all(image["alt"] for image in thumbnails)
    assert page.all("html", lang="en")


def test_thumbnails_are_small(out: Path) -> None:
    for path in (out / "creatives").glob("*.jpg"):
        assert len(thumbnail(path)) < 80_000


def test_findings_are_on_their_card_and_can_be_filtered(out: Path) -> None:
    manifest = load_manifest(out)
    assert manifest is not None
    one, two, three, *_ = manifest.creatives
    found = (Finding("contrast", "error", "headline-text: 2.00:1"), Finding("palette", "warning", "far <b>"))
    cards = [card(out, one, found), card(out, two, found[1:]), card(out, three)]
    brief = load_brief(write_brief(out.parent / "other"))
    page = Page(write_gallery(out.parent, look(brief, "painter"), cards).read_text(encoding="utf-8"))
    assert [item["data-checks"] for item in page.all("li", **{"class": "card"})] == [
        "errors",
        "warnings",
        "passed",
    ]
    assert [each["value"] for each in page.all("input", name="checks")] == [
        "",
        "errors",
        "warnings",
        "passed",
    ]
    assert [len(page.all("li", **{"class": kind})) for kind in ("error", "warning")] == [1, 2]
    assert not page.all("b")


def test_each_card_says_on_which_axes_it_varies(out: Path) -> None:
    manifest = load_manifest(out)
    assert manifest is not None
    controls = [creative for creative in manifest.creatives if not creative.varies]
    assert {creative.concept for creative in controls} == {"Morning light"}
    text = (out / "index.html").read_text(encoding="utf-8")
    assert text.count("<span>control</span>") == len(controls)
    assert text.count("<span>concept: After hours</span>") == len(manifest.creatives) - len(controls)


def test_a_page_of_very_many_shows_the_files_themselves(out: Path) -> None:
    manifest = load_manifest(out)
    assert manifest is not None
    large = card(out, manifest.creatives[0], embed=False)
    assert large.thumbnail == large.full
