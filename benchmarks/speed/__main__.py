"""How fast this package is, against what a user would run in its place: `make bench`.

    python benchmarks/speed                  all of it: a quarter of an hour on two cores
    python benchmarks/speed --quick          a look, in a few minutes
    python benchmarks/speed --only sampling  one part
    python benchmarks/speed --quality        how good pictures are by steps, for the rows of equal quality
    python benchmarks/speed --write-docs     also rewrite the tables of docs/speed.md

Every row is a ratio of two things timed in turn (A B A B …): the median of the rounds and their quartiles.
Writes bench.json, bench.md and growth.png into --out.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import cold
import growth
import line
import quality
import report
import sampling
import torch
from rows import Row

import training
from adfusion.models import store

PARTS = ("sampling", "quality", "cold", "training", "line", "growth")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--model", default="mini", help="a bundled model's name or a model's folder")
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--pictures", type=int, default=252, help="for --quality, by model and steps")
    parser.add_argument("--write-docs", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    wanted = parser.parse_args()

    device = "cuda" if torch.cuda.is_available() else "cpu"
    many = store.many_steps(wanted.model)
    models = store.load(wanted.model, device), store.load(many, device)
    halves = store.load(wanted.model, device, torch.bfloat16), store.load(many, device, torch.bfloat16)
    model, teacher = models
    figures = wanted.out / "quality.json"
    if wanted.quality:
        print(quality.measure(models, halves, wanted.pictures, figures))
        return
    quick: bool = wanted.quick
    about = report.machine(model, quick)
    parts: dict[str, Callable[[], Iterable[Row]]] = {
        "sampling": lambda: sampling.rows(teacher, halves[1], quick),
        "quality": lambda: quality.rows(models, halves, figures, quick),
        "cold": lambda: cold.rows(wanted.model, many, teacher.card, quick),
        "training": lambda: training.rows(teacher, quick),
        "line": lambda: line.rows(wanted.model, model, quick),
    }
    chosen = wanted.only or PARTS
    rows: list[Row] = []
    for name, measure in parts.items():
        if name in chosen:
            print(f"{name} …", flush=True)
            rows += measure()
            report.write(wanted.out, rows, {}, {}, about)  # what was measured so far
    shares = line.shares(model, 4 if quick else None) if "line" in chosen else {}
    curves = growth.curves(model, quick) if "growth" in chosen else {}
    report.show(rows, shares)
    report.write(wanted.out, rows, shares, curves, about)
    if wanted.write_docs:
        report.write_docs(rows, shares, curves, about)
    print(f"\nfigures: {wanted.out / 'bench.json'}, {wanted.out / 'bench.md'}")


if __name__ == "__main__":
    main()
