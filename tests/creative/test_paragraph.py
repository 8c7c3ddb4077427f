"""Type: line breaks, sizes, shaping."""

from math import log
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.creative import engine
from adfusion.creative.fonts import FAMILIES, installed_font, own_font
from adfusion.creative.paragraph import SCALE, breaks, faces, fit, setting, tracking, width, word_spacing
from adfusion.creative.wording import Chunk, chunks, clean, is_right_to_left
from adfusion.errors import UserError

MANROPE = installed_font("manrope", "display")


def lines(text: str, limit: float, size: float = 40) -> tuple[str, ...]:
    found = setting(text, MANROPE, size, limit)
    assert found is not None
    return found.lines


def test_lines_are_balanced_rather_than_filled() -> None:
    text = "one two three four five six"
    limit = width("one two three four five", MANROPE, 40, tracking(text, 40), False) + 1
    assert lines(text, limit) == ("one two three", "four five six")


def test_a_clause_ends_a_line() -> None:
    assert lines("Slow tea. Bright days.", 400, 60)[0] == "Slow tea."


def test_a_lone_sign_stays_with_its_word() -> None:
    assert [chunk.text for chunk in chunks("20 % off – only now")] == ["20 %", "off –", "only", "now"]


def test_a_soft_hyphen_shows_only_where_a_line_ends_at_it() -> None:
    word = "Donau\u00addampfschiff"
    assert lines(word, 1000) == ("Donaudampfschiff",)
    assert lines(word, 300) == ("Donau-", "dampfschiff")


def test_a_no_break_space_does_not_break() -> None:
    assert chunks(clean("No.\u00a05")) == (Chunk("No.\u00a05", space=True),)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1, 50), min_size=1, max_size=12), st.floats(50, 120))
def test_breaks_use_as_few_lines_as_filling_would(widths: list[float], limit: float) -> None:
    pieces = tuple(Chunk("wordy", space=True) for _ in widths)
    found = breaks(pieces, tuple(widths), 5.0, limit)
    assert found is not None
    ends, _ = found
    filled, room = 1, limit
    for index, piece in enumerate(widths):
        if index and piece + 5 > room:
            filled, room = filled + 1, limit - piece
        else:
            room -= piece + (5 if index else 0)
    starts = [0, *ends[:-1]]
    assert ends[-1] == len(widths)
    assert len(ends) == filled
    assert all(sum(widths[a:b]) + 5 * (b - a - 1) <= limit + 1e-9 for a, b in zip(starts, ends, strict=True))


def test_fit_finds_the_largest_size_and_none_below_the_smallest() -> None:
    small = fit("Slow tea", MANROPE, 200, 100, largest=90, smallest=10)
    large = fit("Slow tea", MANROPE, 400, 200, largest=90, smallest=10)
    assert small is not None
    assert large is not None
    assert small.size < large.size <= 90
    assert small.width <= 200
    assert fit("Slow tea", MANROPE, 20, 100, largest=90, smallest=30) is None


@pytest.mark.parametrize(("text", "face"), [("Tea", 0), ("Чай", 0), ("Τσάι", 0), ("شاي", 1)])
def test_each_script_finds_a_face(text: str, face: int) -> None:
    assert faces(text, MANROPE) == (face,)


def test_every_installed_family_is_there() -> None:
    for name in FAMILIES:
        for role in ("display", "text"):
            stack = installed_font(name, role)  # type: ignore[arg-type]
            assert all(file.path.is_file() for file in stack.files)
            assert width("Tea", stack, 20, 0, False) > 20


def test_a_brands_own_file_comes_first(tmp_path: Path) -> None:
    source = next(file.path for file in installed_font("roboto", "display").files)
    own = tmp_path / "house.ttf"
    own.write_bytes(source.with_name("Roboto-Black.ttf").read_bytes())
    stack = own_font(own)
    assert (stack.files[0].path, stack.weight) == (own, 900)
    assert stack.families == ("Roboto", "Manrope", "DejaVu Sans", "Noto Emoji", "sans-serif")
    assert width("Tea", stack, 20, 0, False) != width("Tea", MANROPE, 20, 0, False)


def test_missing_system_libraries_are_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(engine, "import_module", fail)
    with pytest.raises(UserError, match=r"libEGL.*apt-get install libegl1 libgl1"):
        engine.skia.__wrapped__()


def test_direction_is_that_of_the_first_strong_character() -> None:
    assert is_right_to_left("20% شاي")
    assert not is_right_to_left("Tea شاي")


def test_joined_scripts_are_never_letter_spaced() -> None:
    assert tracking("شاي", 100) == 0
    assert tracking("Tea", 100) < tracking("Tea", 12) == 0


def test_small_capitals_are_letter_spaced_and_large_ones_are_not() -> None:
    assert tracking("SHOP NOW", 12) > 0 > tracking("SHOP NOW", 90)


@pytest.mark.parametrize("family", ["manrope", "roboto", "source-sans-pro"])
@pytest.mark.parametrize("size", [11, 40, 90])
@pytest.mark.parametrize("space", [" ", "\u00a0"])
def test_words_stand_a_quarter_of_an_em_apart(family: str, size: float, space: str) -> None:
    font, spacing = installed_font(family, "display"), tracking("in mn", size)
    joined = width(f"in{space}mn", font, size, spacing, False)
    apart = width("in", font, size, spacing, False) + width("mn", font, size, spacing, False)
    assert joined - apart == pytest.approx(0.25 * size, abs=0.01 * size)


def test_a_wide_space_is_left_as_it_is() -> None:
    assert word_spacing(installed_font("dejavu-sans", "display"), 0) == 0


@pytest.mark.parametrize("letters", ["fl", "fi", "ff"])
def test_letters_are_not_joined_to_one_stroke(letters: str) -> None:
    spaced = width(letters, MANROPE, 100, 0.1, False) - width(letters, MANROPE, 100, 0, False)
    assert spaced == pytest.approx(20, abs=0.1)


def test_a_last_line_is_not_a_short_word_alone() -> None:
    for limit in range(300, 900, 20):
        found = setting("Cold-brewed for sixteen hours and ready when the bell rings", MANROPE, 40, limit)
        assert found is not None
        assert len(found.lines) == 1 or found.widths[-1] > 0.35 * found.width


def test_sizes_are_steps_of_one_scale() -> None:
    for limit in (150, 333, 700):
        found = fit("Slow tea. Bright days.", MANROPE, limit, 300, largest=120, smallest=11)
        assert found is not None
        steps = log(found.size / 11, SCALE)
        assert steps == pytest.approx(round(steps), abs=1e-6)
