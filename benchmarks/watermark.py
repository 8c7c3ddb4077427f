"""How well the pixel watermark is found after damage, how often where there is none, and what it costs.

    make bench-watermark                          all of it: an hour of one core
    make bench-watermark BENCH=--write-docs       also rewrite the tables of docs/provenance.md
    python benchmarks/watermark.py --large 10 --banners 10 --unmarked 400    a look

Creatives are composed here from renders of scenes, marked with a random payload, damaged and read; unmarked
pictures are read, each with another key. Writes `watermark.json` and `watermark.md` to `--out`, and the parts
of the work beside them: a run that was stopped goes on where it was, as long as the code is the same. How
strongly the mark is drawn changes nothing for what is unmarked.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from os import sched_getaffinity
from pathlib import Path
from typing import Any

import numpy as np
from damages import GOAL, OTHERS
from scipy import stats
from specimens import KINDS
from trials import CHUNK, Job

from adfusion import files
from adfusion.provenance import cells, mark_code, pixel_mark, short_code, strength

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- {} of `make bench-watermark` -->", "<!-- end of figures -->"
TOGETHER, SPARED = "all of the goal's", ", a part spared"


def code(kind: str) -> str:
    """Changes with the code that decides results of this kind."""
    here = Path(__file__).parent
    drawing = () if kind == "unmarked" else (strength,)
    paths = [Path(module.__file__) for module in (pixel_mark, cells, short_code, mark_code, *drawing)]
    paths += [here / name for name in ("damages.py", "specimens.py", "trials.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


def results(jobs: list[Job], folder: Path, workers: int) -> Mapping[Job, list[dict[str, object]]]:
    """Of all jobs, those that are missing done now."""
    parts = {job: folder / code(job.kind) / job.name for job in jobs}
    pending = [job for job in jobs if not parts[job].exists()]
    start = time.perf_counter()
    with ProcessPoolExecutor(workers) as pool:
        tasks = {pool.submit(job.run, folder): job for job in pending}
        for done, task in enumerate(as_completed(tasks), 1):
            files.write_text(parts[tasks[task]], json.dumps(task.result()))
            minutes = (time.perf_counter() - start) / 60
            print(f"{minutes:5.1f} min: {done} of {len(pending)} parts", flush=True)
    return {job: json.loads(part.read_text()) for job, part in parts.items()}


def recall(rows: list[dict]) -> dict[str, object]:
    """Of creatives of one kind, how many marks were read after each damage."""
    table: dict[str, object] = {}
    for name in {**GOAL, **OTHERS}:
        of = [(row["survived"][name], row["spared"]) for row in rows if name in row["survived"]]
        if not of:
            continue
        table[name] = _counted([survived for survived, _ in of])
        if spared := [survived for survived, spared in of if spared]:
            table[name + SPARED] = _counted(spared)
    table[TOGETHER] = _counted([row["survived"][name] for row in rows for name in GOAL])
    if spared := [row["survived"][name] for row in rows if row["spared"] for name in GOAL]:
        table[TOGETHER + SPARED] = _counted(spared)
    weighed = [row for row in rows if "cost" in row]
    costs = {name: [row["cost"][name] for row in weighed] for name in weighed[0]["cost"]}
    return {
        "damages": table,
        "wrong": sum(each[2] for row in rows for each in row["survived"].values()),
        "found with another key": sum(row["other key"] for row in weighed),
        "cost": {name: {"mean": float(np.mean(each))} for name, each in costs.items()}
        | {f"least {name}": {"mean": min(costs[name])} for name in ("PSNR", "SSIM")},
    }


def _counted(survived: list[tuple[bool, bool, bool]]) -> dict[str, object]:
    read, told = (sum(each[column] for each in survived) for column in range(2))
    exact = stats.binomtest(read, len(survived))
    interval = exact.proportion_ci()
    return {
        "creatives": len(survived),
        "read": read,
        "with registry": told,
        "read, 95 % interval": [interval.low, interval.high],
        "read, at least (95 %)": exact.proportion_ci(0.9).low,
    }


def false_alarms(rows: list[dict]) -> dict[str, object]:
    """Alarms among unmarked pictures, and how probable one is by the tail of their bounds."""
    bounds = np.array([row["bound"] for row in rows])
    excess = -np.log(bounds[bounds < 1])  # the tail: exponential, as sums of random signs have it
    slope = float(1 / excess.mean()) if len(excess) else float("nan")
    tail = {
        f"{level:g}": {
            "seen": int((bounds <= level).sum()),
            "by the fit": len(excess) * float(level**slope),
            "at most, by the bounds": 5 * level * len(bounds),
        }
        for level in (0.3, 0.1, 0.03, 0.01, 1e-3)
    }
    alarms = sum(row["found"] for row in rows)
    fit = stats.kstest(excess, "expon", args=(0, 1 / slope)) if len(excess) else None
    return {
        "pictures": {
            kind: sum(row["kind"] == kind for row in rows) for kind in sorted({r["kind"] for r in rows})
        },
        "alarms": alarms,
        "payloads": sum(row["named"] for row in rows),
        "least bound": {
            kind: min(row["bound"] for row in rows if row["kind"] == kind)
            for kind in {r["kind"] for r in rows}
        },
        "rate": {
            "at most, by counting (95 %)": float(stats.binomtest(alarms, len(rows)).proportion_ci(0.9).high),
            "by the fit of the tail": float(len(excess) / len(rows) * pixel_mark.PRESENT**slope),
            "at most, by the bounds": 5 * pixel_mark.PRESENT,
        },
        "tail": {
            "pictures": len(excess),
            "slope": slope,
            "p of the fit": fit and float(fit.pvalue),
            "levels": tail,
        },
    }


def markdown(figures: Mapping[str, Any]) -> str:
    return "\n".join(sections(figures).values())


def sections(figures: Mapping[str, Any]) -> dict[str, str]:
    """The tables of docs/provenance.md by the names of their places there."""
    made = {"recall": _recall_tables, "cost": _cost_table} if figures["recall"] else {}
    tables = {name: make(figures["recall"]) for name, make in made.items()}
    if alarms := figures.get("false alarms"):
        tables["false alarms"] = _alarm_tables(alarms)
    return tables


def _recall_tables(kinds: Mapping[str, Any]) -> str:
    wrong, strangers = (
        sum(kind[name] for kind in kinds.values()) for name in ("wrong", "found with another key")
    )
    return "\n".join(
        (
            _damages(kinds, [*GOAL, TOGETHER]),
            _damages(kinds, list(OTHERS)),
            f"{wrong} payloads read wrongly, {strangers} marks found with another key.\n",
        )
    )


def _damages(kinds: Mapping[str, Any], names: list[str]) -> str:
    columns = [column for kind in kinds for column in (kind, "at least", "a part spared")]
    rows = []
    for name in names:
        cells = []
        for kind in kinds.values():
            damages = kind["damages"]
            cells += [_read(damages.get(name)), _least(damages.get(name)), _read(damages.get(name + SPARED))]
        rows.append([name, *cells])
    return _table(["damage", *columns], rows)


def _read(row: Mapping[str, Any] | None) -> str:
    """In brackets how many, if more, with the payloads of a registry."""
    if row is None:
        return ""
    more = f" ({row['with registry']})" if row["with registry"] > row["read"] else ""
    return f"{row['read']} of {row['creatives']}{more}"


def _least(row: Mapping[str, Any] | None) -> str:
    return "" if row is None else f"{100 * row['read, at least (95 %)']:.1f} %"


def _cost_table(kinds: Mapping[str, Any]) -> str:
    names = next(iter(kinds.values()))["cost"]
    return _table(
        ["cost (mean)", *kinds],
        [[name, *(f"{kind['cost'][name]['mean']:.3g}" for kind in kinds.values())] for name in names],
    )


def _alarm_tables(alarms: Mapping[str, Any]) -> str:
    pictures = sum(alarms["pictures"].values())
    rates = ", ".join(f"{name} {rate:.2g}" for name, rate in alarms["rate"].items())
    rows = [
        [kind, str(count), f"{alarms['least bound'][kind]:.2g}"] for kind, count in alarms["pictures"].items()
    ]
    levels = [
        [level, *(f"{value:.3g}" for value in row.values())]
        for level, row in alarms["tail"]["levels"].items()
    ]
    return "\n".join(
        (
            f"{pictures:,} pictures, {alarms['alarms']} alarms, {alarms['payloads']} payloads.\n",
            f"Rate: {rates}.\n",
            _table(["unmarked", "pictures", "least bound"], rows),
            _table(["bound at most", "seen", "by the fit", "at most, by the bounds"], levels),
        )
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_docs(figures: Mapping[str, Any], page: Path = DOCS / "provenance.md") -> None:
    """Replace the figures of the page, each between its own mark and `END`."""
    text = page.read_text(encoding="utf-8")
    for name, table in sections(figures).items():
        begin = BEGIN.format(name)
        before, found, rest = text.partition(begin)
        if not found:
            raise ValueError(f"{page}: found no line {begin!r}")
        _, _, after = rest.partition(END)
        text = f"{before}{begin}\n\n{table}\n{END}{after}"
    files.write_text(page, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--large", type=int, default=300, help="marked creatives of at least 300,000 pixels")
    parser.add_argument("--banners", type=int, default=300, help="of at least 60,000")
    parser.add_argument("--tiny", type=int, default=60, help="of less")
    parser.add_argument("--unmarked", type=int, default=20_000, help="pictures without a mark")
    parser.add_argument("--workers", type=int, default=len(sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("out/watermark"))
    parser.add_argument("--write-docs", action="store_true", help="rewrite the tables of docs/provenance.md")
    wanted = parser.parse_args()
    counts = dict(
        zip((*KINDS, "unmarked"), (wanted.large, wanted.banners, wanted.tiny, wanted.unmarked), strict=True)
    )
    jobs = [
        Job(kind, first, min(CHUNK[kind], count - first))
        for kind, count in counts.items()
        for first in range(0, count, CHUNK[kind])
    ]
    jobs.sort(key=lambda job: job.first / counts[job.kind])  # what is done so far is of all kinds
    made = results(jobs, wanted.out, wanted.workers)
    rows = {kind: [row for job in jobs if job.kind == kind for row in made[job]] for kind in counts}
    figures: dict[str, Any] = {"recall": {kind: recall(rows[kind]) for kind in KINDS if rows[kind]}}
    if rows["unmarked"]:
        figures["false alarms"] = false_alarms(rows["unmarked"])
    files.write_text(wanted.out / "watermark.json", json.dumps(figures, indent=2) + "\n")
    files.write_text(wanted.out / "watermark.md", markdown(figures))
    if wanted.write_docs:
        write_docs(figures)
    print(markdown(figures))
    print(f"figures: {wanted.out / 'watermark.json'}")


if __name__ == "__main__":
    main()
