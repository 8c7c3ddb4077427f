import pytest

from adfusion.campaigns.rights_page import rights_page
from adfusion.creative.document import Creative, Text
from adfusion.provenance.rights import Flag


def words(page: Creative) -> str:
    return "\n".join(layer.text for layer in page.walk() if isinstance(layer, Text))


@pytest.mark.parametrize("many", (0, 1, 5, 60))
def test_everything_stays_on_the_page(many: int) -> None:
    lines = [f"fonts/{'very-long-name-' * 12}{number}.ttf: " + "licence " * 40 for number in range(many)]
    flags = [Flag("font " + "W" * 300, f"reason {number}") for number in range(many)]
    page = rights_page(
        "Solera: " + "Cold Brew " * 40, [(name, lines or ["none"]) for name in "ABCDEFG"], flags
    )
    for layer in page.walk():
        box = layer.box  # type: ignore[union-attr]
        assert box.left >= 50 and box.right <= 545 and box.top >= 30 and box.bottom <= 812
    if many == 60:
        assert "more, in rights.json" in words(page)


def test_what_is_unclear_is_said_with_its_reason() -> None:
    page = rights_page("Solera", [("Model", ["mini"])], [Flag("photo a.png", "no statement of rights")])
    assert "photo a.png: no statement of rights" in words(page) and "Unclear (1)" in words(page)
