"""The benchmark's own claims: what a ratio is, when a bar is met, what a process took."""

import time
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

SPEED = Path(__file__).parents[2] / "benchmarks" / "speed"

PROGRAM = """
import pathlib, sys, time
made, seen = map(pathlib.Path, sys.argv[1:])
held = bytearray(b"x" * 10**8)
made.touch()
while not seen.exists():
    time.sleep(0.01)
time.sleep(1)
"""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`rows`, with `turns` under it, as the benchmark's own folder has them."""
    monkeypatch.syspath_prepend(str(SPEED))
    import rows

    return rows


def test_a_ratio_is_of_the_same_rounds(bench: ModuleType) -> None:
    # Twice as slow in every round, however slow the machine was in it.
    row = bench.compared("S", "n", [1.0, 5.0, 2.0], [2.0, 10.0, 4.0], least=1.5)
    assert (row.ours, row.theirs) == (2.0, 4.0)
    assert (row.ratio.low, row.ratio.median, row.ratio.high) == (2.0, 2.0, 2.0)
    assert row.met is True


def test_bars_are_met_or_missed(bench: ModuleType) -> None:
    assert bench.compared("S", "n", [1.0], [1.2], least=1.3).met is False
    assert bench.compared("S", "n", [5.0], [9.0], most=6.0).met is True
    assert bench.compared("S", "n", [7.0], [9.0], most=6.0).met is False
    assert bench.compared("S", "n", [1.0], [9.0]).met is None
    assert bench.missing("S", "n", "not installed").met is None
    assert bench.compared("S", "n", [8.0], [8.0], of=4).ours == 2.0


def test_things_are_timed_in_turn(bench: ModuleType) -> None:
    import turns

    order: list[str] = []
    seconds = turns.in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert order == ["a", "b"] * 3
    assert [len(seconds["a"]), len(seconds["b"])] == [2, 2]


def test_a_process_is_timed_until_its_file_is_there(bench: ModuleType, tmp_path: Path) -> None:
    import turns

    made, seen = tmp_path / "made", tmp_path / "seen"

    def appears() -> bool:
        if made.exists():
            seen.touch()
        return seen.exists()

    held = bytearray(b"x" * 5 * 10**8)  # the child's memory is its own
    start = time.perf_counter()
    ran = turns.run(["-c", PROGRAM, str(made), str(seen)], appears)
    assert ran.seconds < time.perf_counter() - start - 0.5
    assert 1e8 < ran.memory < 3e8 < len(held)
    with pytest.raises(SystemExit, match="ended with 3"):
        turns.run(["-c", "raise SystemExit(3)"])


def test_the_tables_of_the_page_are_replaced_and_no_word_around_them(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import report

    page = tmp_path / "speed.md"
    page.write_text(f"before\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n")
    monkeypatch.setattr(report, "DOCS", tmp_path)
    row = bench.compared("Section", "a picture", [1.0], [2.0], least=1.3, note="a note")
    about = {
        "when": "2026-01-02T03:04", "cpu": "a CPU", "cores": 2, "threads": 2, "gpu": None, "torch": "2",
        "model": "mini", "model_hash": "0" * 64, "load": 0.1, "quick": False,
    }  # fmt: skip
    curve = {"x": [1, 2], "seconds": [1.0, 2.0]}
    curves = dict.fromkeys(("steps", "batch", "resolution", "creatives"), curve)
    report.write_docs([row], {"denoise": 1.0, "decode": 3.0}, curves, about)
    text = page.read_text()
    assert text.startswith("before\n\n") and text.endswith("\n\nafter\n") and "old" not in text
    assert "| a picture | 1 s | 2 s | 2.00× | 2.00× to 2.00× | ≥ 1.3× met | a note |" in text
    assert "| decode | 3.00 | 75% |" in text
    with Image.open(tmp_path / "images" / "speed-growth.png") as plot:
        assert plot.width > 400


def test_the_stages_of_the_line_are_where_it_looks_for_them(bench: ModuleType) -> None:
    import line

    with line.Stopwatch().running():
        pass
