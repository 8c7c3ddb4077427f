"""How well the pixel watermark is found after damage, how often where there is none, and what it costs.

    make bench-watermark                                           all of it: half an hour of one core
    python benchmarks/watermark.py --large 10 --banners 10 --unmarked 400     a look

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

import numpy as np
from damages import GOAL, OTHERS
from scipy import stats
from specimens import KINDS
from trials import CHUNK, Job

from adfusion import files
from adfusion.provenance import cells, mark_code, pixel_mark, short_code, strength


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
            table[f"{name}, a part spared"] = _counted(spared)
    table["all of the goal's"] = _counted([row["survived"][name] for row in rows for name in GOAL])
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


def markdown(figures: dict) -> str:
    """The tables of docs/provenance.md."""
    lines, kinds = [], figures["recall"]
    if kinds:
        lines += [
            "| damage | " + " | ".join(f"{kind}: read | at least | with registry" for kind in kinds) + " |"
        ]
        lines += ["|---" * (1 + 3 * len(kinds)) + "|"]
        for name in {name: None for kind in kinds.values() for name in kind["damages"]}:
            rows = [kind["damages"].get(name) for kind in kinds.values()]
            said = [
                f"{row['read']} of {row['creatives']} | {100 * row['read, at least (95 %)']:.1f} % | "
                f"{row['with registry']}"
                if row
                else " | | "
                for row in rows
            ]
            lines.append(f"| {name} | " + " | ".join(said) + " |")
        lines += ["", "| cost (mean) | " + " | ".join(kinds) + " |", "|---" * (1 + len(kinds)) + "|"]
        for name in next(iter(kinds.values()))["cost"]:
            means = [kind["cost"][name]["mean"] for kind in kinds.values()]
            lines.append(f"| {name} | " + " | ".join(f"{mean:.3g}" for mean in means) + " |")
        wrong = sum(kind["wrong"] for kind in kinds.values())
        strangers = sum(kind["found with another key"] for kind in kinds.values())
        lines += ["", f"{wrong} payloads read wrongly, {strangers} marks found with another key"]
    if alarms := figures.get("false alarms"):
        lines += ["", "| unmarked | pictures | least bound |", "|---|---|---|"]
        for kind, count in alarms["pictures"].items():
            lines.append(f"| {kind} | {count} | {alarms['least bound'][kind]:.2g} |")
        lines += ["", f"{alarms['alarms']} alarms, {alarms['payloads']} payloads; rates: {alarms['rate']}"]
        lines += ["", "| bound at most | seen | by the fit | at most |", "|---|---|---|---|"]
        for level, row in alarms["tail"]["levels"].items():
            lines.append(f"| {level} | {' | '.join(f'{value:.3g}' for value in row.values())} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--large", type=int, default=300, help="marked creatives of at least 300,000 pixels")
    parser.add_argument("--banners", type=int, default=300, help="of at least 60,000")
    parser.add_argument("--tiny", type=int, default=60, help="of less")
    parser.add_argument("--unmarked", type=int, default=20_000, help="pictures without a mark")
    parser.add_argument("--workers", type=int, default=len(sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("out/watermark"))
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
    figures: dict[str, object] = {"recall": {kind: recall(rows[kind]) for kind in KINDS if rows[kind]}}
    if rows["unmarked"]:
        figures["false alarms"] = false_alarms(rows["unmarked"])
    files.write_text(wanted.out / "watermark.json", json.dumps(figures, indent=2) + "\n")
    files.write_text(wanted.out / "watermark.md", markdown(figures))
    print(markdown(figures))
    print(f"figures: {wanted.out / 'watermark.json'}")


if __name__ == "__main__":
    main()
