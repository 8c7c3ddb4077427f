"""brand.yaml at the door, and what a brief makes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image
from stand_ins import EXAMPLE

from adfusion.creative.brand import Brand
from adfusion.creative.brand.file import load_brand
from adfusion.creative.brand.words import forbidden
from adfusion.creative.brief import load_brief
from adfusion.creative.colors import from_oklch, max_chroma, oklch, parse_color
from adfusion.creative.fonts import FAMILIES, SCRIPTS, letters
from adfusion.errors import UserError

FULL: dict[str, Any] = {
    "name": "Oddleaf",
    "logo": {"light": "logo.png", "dark": "dark.png", "clear_space": 0.5, "smallest_width": 40},
    "palette": {
        "primary": "oklch(0.377 0.062 181)",
        "secondary": "teal",
        "accent": "#c2410c",
        "background": "#fbf6ec",
        "text": "#14312c",
    },
    "fonts": {
        "headline": "manrope",
        "text": "roboto",
        "weights": {"text": 400},
        "fallbacks": {"arabic": "dejavu-sans", "greek": "source-sans-pro"},
    },
    "tone": ["calm"],
    "never": ["cheap", "free of charge"],
    "legal": "An invented brand.",
    "corner": 0.5,
    "button": "outline",
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write brand.yaml with changes at dotted paths; `None` removes."""
    Image.new("RGBA", (40, 10), "teal").save(tmp_path / "logo.png")
    Image.new("RGBA", (40, 10), "white").save(tmp_path / "dark.png")

    def written(**changes: Any) -> Path:
        data: Any = yaml.safe_load(yaml.safe_dump(FULL))
        for dotted, value in changes.items():
            *path, last = dotted.split("__")
            inside = data
            for key in path:
                inside = inside[key]
            if value is None:
                del inside[last]
            else:
                inside[last] = value
        file = tmp_path / "brand.yaml"
        file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return file

    return written


def brief_with(brand: object, folder: Path, **more: Any) -> Path:
    content = {
        "brand": brand,
        "product": {"name": "Tea"},
        "concepts": [{"name": "One", "prompt": "a can"}],
        "headlines": ["Slow tea."],
        "segments": [{"name": "All"}],
        "placements": ["meta-story"],
        **more,
    }
    path = folder / "brief.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_a_brand_has_all_that_its_file_says(write: Callable[..., Path]) -> None:
    brand = load_brand(write()).open()
    assert brand.palette.roles == {
        "primary": "#0e4c43",
        "secondary": "#15a3a0",
        "accent": "#c2410c",
        "background": "#fbf6ec",
        "text": "#14312c",
    }
    assert brand.logo is not None and brand.logo_on_dark is not None
    assert brand.logo.sample[0, 0, :3].tolist() != brand.logo_on_dark.sample[0, 0, :3].tolist()
    assert (brand.clear_space, brand.smallest_logo, brand.corner) == (0.5, 40, 0.5)
    assert (brand.tone, brand.never) == (("calm",), ("cheap", "free of charge"))
    assert (brand.legal, brand.button) == ("An invented brand.", "outline")
    assert brand.text_font.weight == 400
    assert brand.headline_font.families[:3] == ("Manrope", "DejaVu Sans", "Source Sans Pro")
    assert brand.scripts == ("arabic", "greek")


def test_a_brief_may_hold_its_brand_or_name_its_file(write: Callable[..., Path], tmp_path: Path) -> None:
    file = write()
    named = load_brief(brief_with("brand.yaml", tmp_path)).brand
    inline = load_brief(brief_with(FULL, tmp_path)).brand
    assert named == inline == load_brand(file)


def test_a_brand_file_finds_its_logo_beside_itself(write: Callable[..., Path], tmp_path: Path) -> None:
    write()
    folder = tmp_path / "campaign"
    folder.mkdir()
    assert load_brief(brief_with("../brand.yaml", folder)).brand.open().logo is not None


def test_only_a_name_and_a_primary_colour_are_needed(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "least.yaml").write_text('name: Least\npalette: {primary: "#123"}\n')
    brand = load_brand(tmp_path / "least.yaml").open()
    assert (brand.logo, brand.legal, brand.palette.accent) == (None, "", "#112233")


MISTAKES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"palette__primary": "tealish"}, "palette.primary", "'tealish'", "one of red, orange"),
    ({"palette__primary": "oklch(0.65 0.3 195)"}, "palette.primary", "oklch(0.65 0.3 195)", "at most 0.111"),
    ({"palette__primary": "oklch(1.2 0 0)"}, "palette.primary", "oklch(1.2 0 0)", "lightness of 0 to 1"),
    ({"palette__primary": None}, "palette.primary", "nothing", "required"),
    ({"palette__third": "red"}, "palette.third", "an unknown field", "primary, secondary, accent"),
    ({"logo__light": "gone.svg"}, "logo.light", "'gone.svg'", "existing file"),
    ({"logo": {}}, "logo", "nothing", "light"),
    ({"logo": 5}, "logo", "5", "fields"),
    ({"logo__clear_space": -1}, "logo.clear_space", "-1", "greater than or equal to 0"),
    ({"logo__smallest_width": "wide"}, "logo.smallest_width", "'wide'", "a number"),
    ({"fonts__headline": "comic"}, "fonts.headline", "'comic'", "manrope, roboto"),
    ({"fonts__weights": {"headline": 450}}, "fonts.weights", "fields", "as headline 200, 300"),
    ({"fonts__fallbacks": {"klingon": "roboto"}}, "fonts.fallbacks.klingon", "'klingon'", "latin, greek"),
    ({"fonts__fallbacks": {"greek": "comic"}}, "fonts.fallbacks.greek", "'comic'", "manrope, roboto"),
    ({"fonts__fallbacks": {"greek": "logo.png"}}, "fonts.fallbacks.greek", "not a font", ".ttf or .otf"),
    ({"never": "cheap"}, "never", "'cheap'", "a list"),
    ({"legal": "Cheap, and ours."}, "legal", "'Cheap, and ours.'", "without 'cheap'"),
    ({"legal": "茶"}, "legal", "the character '茶'", "characters of Roboto"),
    ({"corner": 0.7}, "corner", "0.7", "less than or equal to 0.5"),
    ({"button": "shadow"}, "button", "'shadow'", "'filled' or 'outline'"),
    ({"slogan": "Slow"}, "slogan", "an unknown field", "name, logo, palette"),
]


@pytest.mark.parametrize(("changes", "field", "found", "allowed"), MISTAKES)
def test_a_mistake_names_the_brands_file_and_field_from_a_brief_too(
    write: Callable[..., Path], tmp_path: Path, changes: dict[str, Any], field: str, found: str, allowed: str
) -> None:
    file = write(**changes)
    for load, path in ((load_brand, file), (load_brief, brief_with("brand.yaml", tmp_path))):
        with pytest.raises(UserError) as caught:
            load(path)  # type: ignore[operator]
        message = str(caught.value)
        assert "\n" not in message
        assert f": {field}: found {found}" in message or (f": {field}: " in message and found in message)
        assert allowed in message.partition("; allowed: ")[2]
        assert "brief.yaml" not in message
        assert "brand.yaml" in message or "logo.png" in message


def test_a_mistake_in_an_inline_brand_names_the_brief(write: Callable[..., Path], tmp_path: Path) -> None:
    write()
    with pytest.raises(UserError, match=r"brief\.yaml: brand\.corner: found 0\.7"):
        load_brief(brief_with({**FULL, "corner": 0.7}, tmp_path))
    with pytest.raises(UserError, match=r"brief\.yaml: brand: found 'gone\.yaml'; allowed: fields, or an ex"):
        load_brief(brief_with("gone.yaml", tmp_path))


def test_copy_with_a_forbidden_word_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    write()
    with pytest.raises(UserError, match=r"brief\.yaml: calls_to_action\[0\]: found 'CHEAP tea'.*'cheap'"):
        load_brief(brief_with("brand.yaml", tmp_path, calls_to_action=["CHEAP tea"]))


@pytest.mark.parametrize(
    ("text", "never", "is_found"),
    [
        ("So cheap!", "cheap", True),
        ("CHEAP", "cheap", True),
        ("Cheaper than ever", "cheap", False),
        ("A cheapskate", "cheap", False),
        ("un résumé", "Resume", True),
        ("Gratis für alle: GROẞE Liebe", "grosse liebe", True),
        ("free  of\u00a0charge", "free of charge", True),
        ("che\u00adap", "cheap", True),
        ("ДЁШЕВО", "дешево", True),
        ("Cheap-ish", "cheap", True),
        ("", "cheap", False),
    ],
)
def test_words_are_matched_whole_in_any_case_and_accent(text: str, never: str, is_found: bool) -> None:
    assert forbidden(text, (never,)) == ((never,) if is_found else ())


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("oklch(0.628 0.2577 29.23)", "#ff0000"),
        ("OKLCH( 62.8%  64.4%  29.23deg )", "#ff0000"),
        ("oklch(0.5198 0.1769 0.39590turn)", "#008000"),
        ("oklch(1 0 none)", "#ffffff"),
        ("oklch(0 0 0)", "#000000"),
    ],
)
def test_oklch_is_read_as_css_reads_it(text: str, color: str) -> None:
    assert parse_color(text) == color


@pytest.mark.parametrize(
    "text", ["oklch(0.5 0.1)", "oklch(0.5, 0.1, 20)", "oklch(0.5 0.1 20 / 0.5)", "oklch()"]
)
def test_other_spellings_of_oklch_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_color(text)


@pytest.mark.parametrize("color", ["#0f4c43", "#ffffff", "#000000", "#ff00ff", "#15a3a0", "#7a4b2c"])
def test_oklch_and_back_is_the_same_colour(color: str) -> None:
    assert from_oklch(*oklch(color)) == color


def test_the_largest_chroma_is_that_of_the_purest_colour() -> None:
    lightness, chroma, hue = oklch("#ff0000")
    assert max_chroma(lightness, hue) == pytest.approx(chroma, abs=1e-3)


def test_installed_families_have_the_weights_that_they_use() -> None:
    for family in FAMILIES.values():
        assert {family.display, family.text} <= set(family.weights)
        assert all(file.weight == weight for weight, file in family.weights.items())


def test_every_script_has_its_letters() -> None:
    assert {"A", "z", "ß", "ł", "ş"} <= set(letters("latin"))
    assert {"Я", "ё", "ґ"} <= set(letters("cyrillic"))
    assert {"ش", "ي", "ء"} <= set(letters("arabic"))
    assert all(letter.isalpha() for script in SCRIPTS for letter in letters(script))


def test_the_examples_brand_and_briefs_are_right() -> None:
    examples = EXAMPLE.parent
    for folder in (EXAMPLE, examples / "roastery"):
        brand = load_brand(folder / "brand.yaml").open()
        assert isinstance(brand, Brand)
        for brief in folder.glob("*.yaml"):
            if brief.name != "brand.yaml":
                assert load_brief(brief).brand.open().palette == brand.palette
