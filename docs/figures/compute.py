"""What more training bought: `python docs/figures/compute.py`.

Reads the card of every `mini` that was ever committed here, with what `adfusion models pack` measured of it
on 600 prompts, and draws the curve of docs/evaluation.md. Needs the history of the repository.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from adfusion import files

ROOT = Path(__file__).parents[2]
STUDENT = "src/adfusion/models/bundled/mini/model.json"
TEACHER = "src/adfusion/models/bundled/mini/teacher/model.json"
SHOWN = {
    "product": "product",
    "product colour": "product colour",
    "backdrop colour": "backdrop colour",
    "all of them": "all that was named",
}
METRICS = "prompt fidelity, seen combinations"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def seen_by(card: dict[str, Any]) -> int:
    """Pictures that a teacher saw, in all parts of its training."""
    record, pictures = card["training"]["denoiser"], 0
    while record:
        pictures += record["pictures_seen"]
        record = record.get("started_from")
    return pictures


def shares(card: dict[str, Any]) -> dict[str, float]:
    """Drawn as asked, in percent: "97.7 % (96.1 to 98.6, n = 600)" is 97.7."""
    found = card["metrics"][METRICS]
    return {label: float(found[name].split()[0]) for name, label in SHOWN.items()}


def releases() -> Iterator[tuple[int, dict[str, float]]]:
    """Pictures that the teacher saw, and the student's shares, of each commit of both."""
    for commit in git("log", "--reverse", "--format=%h", "--", TEACHER).split():
        student, teacher = (json.loads(git("show", f"{commit}:{path}")) for path in (STUDENT, TEACHER))
        if METRICS in student["metrics"]:
            yield seen_by(teacher), shares(student)


def plot(curve: dict[int, dict[str, float]]) -> Figure:
    figure = Figure(figsize=(8.5, 3.8), layout="constrained")
    axes = figure.add_subplot(
        xlabel="pictures the teacher saw, thousands", ylabel="not drawn as asked, %", yscale="log"
    )
    axes.set_yticks([0.5, 1, 2, 5, 10, 20, 50], ["0.5", "1", "2", "5", "10", "20", "50"])
    for label in SHOWN.values():
        wrong = [100 - found[label] for found in curve.values()]
        axes.plot([seen / 1000 for seen in curve], wrong, "o-", label=label, markersize=4)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right center", fontsize=8)
    return figure


def main() -> None:
    curve = dict(releases())  # of releases after as many pictures, the last
    for seen, found in curve.items():
        print(f"{seen:,}", found)
    with files.replacing(ROOT / "docs/images/more-training.png") as temporary:
        plot(curve).savefig(temporary, format="png", dpi=110)


if __name__ == "__main__":
    main()
