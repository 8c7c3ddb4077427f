"""The figures of the watermark's benchmark: what is counted, and what the tail of the bounds says."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import watermark

    return watermark


def row(bench: ModuleType, read: bool, spared: bool) -> dict[str, object]:
    cost = {"ms to mark": 1.0, "PSNR": 42.0, "SSIM": 0.99}
    survived = dict.fromkeys(bench.GOAL, (True, True, False)) | {"JPEG 70": (read, True, False)}
    return {"spared": spared, "survived": survived, "cost": cost, "other key": False}


def test_marks_are_counted_together_and_apart_where_a_part_is_spared(bench: ModuleType) -> None:
    rows = [row(bench, *each) for each in ((True, False), (False, False), (True, True))]
    damages = bench.recall(rows)["damages"]
    assert (damages["JPEG 70"]["read"], damages["JPEG 70"]["creatives"]) == (2, 3)
    assert damages["JPEG 70, a part spared"]["read"] == 1
    assert damages["all of the goal's"]["read"] == 3 * len(bench.GOAL) - 1
    low, high = damages["JPEG 70"]["read, 95 % interval"]
    assert 0 < low < 2 / 3 < high < 1


def test_the_rate_of_false_alarms_follows_from_the_tail(bench: ModuleType) -> None:
    bounds = np.minimum(1, 50 * np.random.default_rng(0).uniform(size=20_000))  # loose by a factor of 50
    nulls = [{"kind": "render", "bound": bound, "found": bound <= 2e-5, "named": False} for bound in bounds]
    figures = bench.false_alarms(nulls)
    assert figures["tail"]["slope"] == pytest.approx(1, rel=0.15) and figures["tail"]["p of the fit"] > 0.01
    assert figures["rate"]["by the fit of the tail"] == pytest.approx(2e-5 / 50, rel=2)
    assert figures["rate"]["at most, by counting (95 %)"] == pytest.approx(3 / 20_000, rel=0.1)
    assert "| render | 20000 |" in bench.markdown({"recall": {}, "false alarms": figures})


def test_the_tables_of_the_page_are_replaced_and_nothing_else(bench: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    blocks = (f"{bench.BEGIN.format(name)}\nold\n{bench.END}" for name in ("recall", "cost"))
    page.write_text("before\n" + "\nbetween\n".join(blocks) + "\nafter\n")
    figures = {"recall": {"large": bench.recall([row(bench, True, False), row(bench, False, True)])}}
    for _ in range(2):  # a page that was written can be written again
        bench.write_docs(figures, page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "between" in text
    assert "old" not in text and text.count("| JPEG 70 | 1 of 2 (2) | 2.5 % | 0 of 1 (1) |") == 1
    with pytest.raises(ValueError, match="found no line '<!-- recall of"):
        bench.write_docs(figures, BENCHMARKS.parent / "LICENSE")


def test_work_that_is_done_is_not_done_again(bench: ModuleType, tmp_path: Path) -> None:
    job = bench.Job("unmarked", 0, 50)
    (tmp_path / bench.code(job.kind)).mkdir()
    (tmp_path / bench.code(job.kind) / job.name).write_text(json.dumps([{"kind": "kept"}]))
    assert bench.results([job], tmp_path, workers=1) == {job: [{"kind": "kept"}]}
