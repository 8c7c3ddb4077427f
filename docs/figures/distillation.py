"""Compares a few-step student with its teacher: `python docs/figures/distillation.py [MODEL]`.

Draws two figures: the same prompts and seeds in few steps and in many, and what
`python benchmarks/speed --quality` has measured (out/bench/quality.json).
"""

import json
import sys
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from adfusion import files
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.evaluation.drawing import Settings, draw
from adfusion.models import Model, store

IMAGES = Path(__file__).parents[1] / "images"
MEASURED = Path("out/bench/quality.json")
FEW, MANY = (1, 2, 4), 25
PROMPTS = (
    "a glossy teal bottle on a round podium, pink backdrop",
    "a yellow mug on the floor, blue background",
    "a green handbag with black details on a square podium, beige backdrop",
    "a purple gift box, yellow wall and white floor, confetti",
    "a white candle, brown backdrop, autumn leaves",
    "a black phone on a square podium, gradient backdrop from pink to purple",
)
COLORS = {"student": "#c2631c", "teacher": "#2f4f7f"}
EVALUATIONS = {"student": 1, "teacher": 2}
"""In a step: the teacher's guidance takes a second one."""


def sheet(student: Model, teacher: Model) -> Image.Image:
    rows = [(student, "student", steps) for steps in FEW] + [(teacher, "teacher", MANY)]
    seeds = list(range(1, len(PROMPTS) + 1))
    pictures, labels = [], []
    for model, name, steps in rows:
        pictures += [one for part in draw(model, PROMPTS, seeds, Settings(steps=steps)) for one in part]
        labels += [f"{name}, {steps} step{'s' * (steps > 1)}"] * len(PROMPTS)
    return contact_sheet(pictures, len(PROMPTS), labels)


def plot(figures: list[dict[str, float | str]]) -> Figure:
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 2)
    titles = {"fidelity": "attributes drawn as asked, %", "frechet_distance": "Fréchet distance to renders"}
    for each, (field, title) in zip(axes, titles.items(), strict=True):
        each.set(xlabel="evaluations of the network", ylabel=title)
        each.set_xscale("log", base=2)
        each.xaxis.set_major_formatter("{x:g}")
        for name, color in COLORS.items():
            own = sorted((row for row in figures if row["who"] == name), key=lambda row: row["steps"])
            evaluations = [int(row["steps"]) * EVALUATIONS[name] for row in own]
            values = [float(row[field]) * (100 if field == "fidelity" else 1) for row in own]
            each.plot(evaluations, values, "o-", color=color, label=name)
            for x, y, row in zip(evaluations, values, own, strict=True):
                each.annotate(
                    str(row["steps"]), (x, y), textcoords="offset points", xytext=(3, 5), fontsize=8
                )
        each.legend(title="by steps")
    return figure


def main(name: str = "mini") -> None:
    with files.replacing(IMAGES / "few-steps.jpg") as temporary:
        drawn = sheet(store.load(name), store.load(store.many_steps(name)))
        drawn.save(temporary, format="JPEG", quality=88)
    with files.replacing(IMAGES / "few-steps.png") as temporary:
        plot(json.loads(MEASURED.read_text())["figures"]).savefig(temporary, format="png", dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
