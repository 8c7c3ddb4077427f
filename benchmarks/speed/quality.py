"""Same quality: the fewest steps with which pictures are as good as the teacher's, and what they cost.

`python benchmarks/speed --quality` measures, in minutes; the benchmark reads what it wrote.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import ours
import sampling
from peer import MISSING, Peer, installed
from rows import Row, compared, missing
from sampling import Counter
from turns import in_turn, middle

from adfusion import files
from adfusion.data.scenes.render import render
from adfusion.data.scenes.scene import random_scene
from adfusion.evaluation import prompts
from adfusion.evaluation.distribution import frechet_distance
from adfusion.evaluation.drawing import Settings, draw
from adfusion.evaluation.evaluate import HELD_OUT
from adfusion.evaluation.fidelity import EVERYTHING, fidelity
from adfusion.evaluation.probe import ProbeReader, load_probe
from adfusion.models import Model

Pair = tuple[Model, Model]
"""What ships, and its teacher."""

SECTION = "Same quality"
HALF = ", bfloat16"
REFERENCE = 25
TEACHER_STEPS = (50, 25, 12, 8, 6, 5, 4, 3)
STUDENT_STEPS = (1, 2, 4)
FREER = Settings(guidance_scale=2.0, noise_scale=1.0)
"""What else the teacher draws with: in few steps it may be the better for less guidance and more noise."""
FREER_STEPS = (6, 5, 4, 3)
POINTS, SHARE = 0.02, 1.10
"""How much lower fidelity, and how many times as large the Fréchet distance, may be."""
CALM = 2
"""Steps of the student in whose pictures the eye finds outlines whole, which the probe does not ask for."""
FASTER = 10.0
BATCHES = (1, 8)
"""In which each side may draw."""


def measure(models: Pair, halves: Pair, pictures: int, out: Path) -> Path:
    """Fidelity (mean over attributes) and Fréchet distance by model and steps, into `out`."""
    model, teacher = models
    probe, asked = load_probe(), prompts.seen(pictures)
    scenes = [scene for scene in map(random_scene, range(HELD_OUT, HELD_OUT + 3 * pictures)) if scene.product]
    size = model.card.sizes[0]
    parts = (scenes[start : start + 16] for start in range(0, len(scenes), 16))
    real = probe.features(np.concatenate([render(part, size=size).rgb for part in parts]))
    texts, seeds = [one.prompt for one in asked], [one.scene.seed for one in asked]
    found = []
    for who, drawer, settings in _drawn(models, halves):
        drawn = np.concatenate(list(draw(drawer, texts, seeds, settings)))
        found.append({"who": who, "steps": settings.steps, **_figures(probe, asked, drawn, real)})
        print(f"{who} {settings.steps:2} steps: {found[-1]}", flush=True)
        content = {"model": model.hash, "teacher": teacher.hash, "pictures": pictures, "figures": found}
        files.write_text(out, json.dumps(content, indent=2) + "\n")
    return out


def _drawn(models: Pair, halves: Pair) -> Iterator[tuple[str, Model, Settings]]:
    for steps in TEACHER_STEPS:
        yield "teacher", models[1], Settings(steps=steps)
    for number_format, (model, teacher) in (("", models), (HALF, halves)):
        for steps in FREER_STEPS:
            yield f"teacher, freer{number_format}", teacher, replace(FREER, steps=steps)
        if model.distilled:
            for steps in STUDENT_STEPS:
                yield f"student{number_format}", model, Settings(steps=steps)


def _figures(
    probe: ProbeReader, asked: list[prompts.Asked], drawn: np.ndarray, real: np.ndarray
) -> dict[str, float]:
    shares = fidelity(asked, probe.read(drawn), probe.card.trusted)
    return {
        "fidelity": fmean(share.share for name, share in shares.items() if name != EVERYTHING),
        "frechet_distance": frechet_distance(probe.features(drawn), real),
    }


def rows(models: Pair, halves: Pair, measured: Path, quick: bool) -> Iterator[Row]:
    """Each side with the fewest steps that are as good as the reference. `diffusers` draws the teacher's
    pictures (see "both draw the same picture"), so its quality is the teacher's."""
    model, teacher = models
    how = "measure first: python benchmarks/speed --quality"
    if not installed():
        yield missing(SECTION, "a picture", MISSING)
        return
    if not measured.exists():
        yield missing(SECTION, "a picture", how)
        return
    content = json.loads(measured.read_text())
    if (content["model"], content["teacher"]) != (model.hash, teacher.hash):
        yield missing(SECTION, "a picture", f"{measured} is of another model; {how}")
        return
    rounds = 3 if quick else 7
    yield from _at_fewest(models, "", content, rounds)
    if sampling.halves_pay(halves[0]):
        yield from _at_fewest(halves, HALF, content, rounds)
    usual = model.card.defaults.steps
    mine = _times(lambda *given: ours.pixels(model, *given), usual, model)
    theirs = _times(Peer(teacher).pixels, REFERENCE, teacher)
    seconds = _a_picture({"ours": mine, "theirs": theirs}, (1,), rounds)
    yield compared(
        SECTION,
        f"a picture: ours with the {usual} steps of its card, against diffusers at the reference's "
        f"{REFERENCE}; one picture at a time",
        seconds["ours", 1],
        seconds["theirs", 1],
        note=_apart(content["figures"], usual) if model.distilled else "",
    )


def _at_fewest(models: Pair, number_format: str, content: dict[str, Any], rounds: int) -> Iterator[Row]:
    """Each side in `number_format` with its fewest steps, in the batches that suit it, and one by one."""
    model, teacher = models
    fewest = _fewest(content["figures"], {"teacher", f"teacher, freer{number_format}"})
    student = _fewest(content["figures"], {f"student{number_format}"})
    assert fewest is not None
    drawer, steps = (teacher, fewest) if student is None else (model, student)
    few = f"{steps} step{'s' * (steps > 1)}{'' if student is None else ' of the student'}"
    mine = _times(lambda *given: ours.pixels(drawer, *given), steps, drawer)
    theirs = _times(Peer(teacher).pixels, fewest, teacher)
    seconds = _a_picture({"ours": mine, "theirs": theirs}, BATCHES, rounds)
    best = {who: min(BATCHES, key=lambda batch: middle(seconds[who, batch])) for who in ("ours", "theirs")}
    suited = f"batches of {best['ours']} and {best['theirs']}, the best for each"
    for ours_by, theirs_by, drawn, least in (
        (best["ours"], best["theirs"], suited, FASTER),
        (1, 1, "one picture at a time", None),
    ):
        yield compared(
            SECTION,
            f"a picture: ours with {few}, against diffusers at its fewest, {fewest}; {drawn}{number_format}",
            seconds["ours", ours_by],
            seconds["theirs", theirs_by],
            least=least,
            note=_why(content),
        )
    if student is not None and steps < CALM:
        calm = _times(lambda *given: ours.pixels(model, *given), CALM, model)
        batch = max(BATCHES)
        seconds = _a_picture({"ours": calm, "theirs": theirs}, (batch,), rounds)
        yield compared(
            SECTION,
            f"a picture: ours with {CALM} steps of the student, against diffusers at its fewest, {fewest}; "
            f"batches of {batch}{number_format}",
            seconds["ours", batch],
            seconds["theirs", batch],
            note="the fewest in which outlines are whole",
        )


def _times(draw: Callable[..., object], steps: int, model: Model) -> Callable[[int], Callable[[], object]]:
    """For a batch, what is timed."""
    counter = Counter(steps, model.card.defaults.guidance_scale)
    return lambda batch: counter.thing(draw, batch)


def _a_picture(
    who: Mapping[str, Callable[[int], Callable[[], object]]], batches: Sequence[int], rounds: int
) -> dict[tuple[str, int], list[float]]:
    """Seconds a picture of each side with each size of batches, round by round, all in turn."""
    things = {f"{name}, {batch}": thing(batch) for name, thing in who.items() for batch in batches}
    seconds = in_turn(things, rounds)
    return {
        (name, batch): [each / batch for each in seconds[f"{name}, {batch}"]]
        for name in who
        for batch in batches
    }


def _fewest(figures: list[dict[str, object]], who: set[str]) -> int | None:
    """The fewest steps of one of them that are good enough; `None` if none are."""
    reference = next(row for row in figures if (row["who"], row["steps"]) == ("teacher", REFERENCE))
    good = [
        int(row["steps"])
        for row in figures
        if row["who"] in who
        and row["fidelity"] >= reference["fidelity"] - POINTS
        and row["frechet_distance"] <= SHARE * reference["frechet_distance"]
    ]
    return min(good, default=None)


def _apart(figures: list[dict[str, float]], steps: int) -> str:
    by = {(row["who"], row["steps"]): row for row in figures}
    student, teacher = by["student", steps], by["teacher", REFERENCE]
    points = round(100 * (student["fidelity"] - teacher["fidelity"]), 1) + 0.0  # no -0.0
    times = student["frechet_distance"] / teacher["frechet_distance"]
    return f"fidelity {points:+.1f} points, Fréchet distance {times:.2f} times the teacher's"


def _why(content: dict[str, object]) -> str:
    return f"fidelity within 2 points and Fréchet distance within 10 %, by {content['pictures']} pictures"
