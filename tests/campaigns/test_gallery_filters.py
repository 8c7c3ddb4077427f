"""The gallery's filters, in a real browser: one for each axis that varies, usable with the keyboard alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adfusion.campaigns import Campaign
from painter import Painter, write_brief

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LONG = ["Slow coffee for fast days and for slow ones too", "Twelve hours in the making, one minute to pour"]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filters")
    brief = write_brief(
        folder,
        concepts=[
            {"name": "Morning", "prompt": "a can"},
            {"name": "Snow", "prompt": "a can", "season": "winter"},
        ],
        segments=[{"name": "Britain", "locale": "en_GB"}, {"name": "France", "locale": "fr"}],
        headlines=LONG,
        calls_to_action=["Try it"],
        color_schemes=["primary", "accent"],
        placements=["iab-medium-rectangle"],
    )
    for _ in Campaign(brief, folder / "out").run(Painter()):
        pass
    return folder / "out/index.html"


@pytest.fixture(scope="module")
def page(browser: "Browser", gallery: Path) -> "Page":
    return browser.new_page(viewport={"width": 1400, "height": 900})


@pytest.fixture(autouse=True)
def opened(page: "Page", gallery: Path) -> None:
    page.goto(gallery.as_uri())


def cards(page: "Page") -> int:
    return page.locator(".card:visible").count()


def focus(page: "Page", selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(40):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def test_only_axes_that_vary_have_a_filter(page: "Page") -> None:
    names = page.eval_on_selector_all(".filters [name]", "all => [...new Set(all.map(each => each.name))]")
    assert {"segment", "concept", "language", "season", "color scheme", "headline"} <= set(names)
    assert not {"placement", "call to action"} & set(names)


def test_the_keyboard_alone_filters_by_language_and_headline(page: "Page") -> None:
    everything = cards(page)
    focus(page, "summary")
    page.keyboard.press("Enter")
    focus(page, "[name=language]")
    page.keyboard.press("ArrowRight")
    assert page.locator("[name=language]:checked").get_attribute("value") == "English (United Kingdom)"
    assert cards(page) == everything // 2
    focus(page, "select[name=headline]")
    page.keyboard.press("ArrowDown")
    assert page.locator("select[name=headline]").input_value() == LONG[0]
    assert cards(page) == everything // 4
    assert page.locator("summary").inner_text() == "More filters (2)"
    assert page.locator(".count").inner_text() == f"{everything // 4} of {everything}"


def test_filters_that_exclude_each_other_say_so(page: "Page") -> None:
    page.locator("summary").click()
    page.locator("label", has_text="Snow").click()
    page.locator("fieldset", has_text="Season").locator("label", has_text="none").click()
    assert cards(page) == 0
    assert page.locator(".empty").is_visible()


def test_the_dialog_turns_through_what_the_filters_leave(page: "Page") -> None:
    page.locator("summary").click()
    page.locator("select[name=headline]").select_option(LONG[1])
    page.locator(".card:visible .view").first.click()
    for _ in range(3):
        assert page.locator("dialog strong").inner_text() == LONG[1]
        page.keyboard.press("ArrowRight")
