"""From the start of a process to the first picture's file, and how much memory that takes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from peer import MISSING, installed
from rows import Row, compared, missing
from turns import Ran, run

from adfusion.models import ModelCard
from adfusion.models.exchange import export_model
from adfusion.nets import text

SECTION = "Cold start"
PROMPT = "a glossy teal bottle on a round podium, pink backdrop"
FIRST_PICTURE = 6.0
"""Seconds on two cores."""
MEMORY = 1.5
"""GB."""
HELP = 0.5


def rows(name: str, teacher: Path, card: ModelCard, quick: bool) -> Iterator[Row]:
    """`name` is what `adfusion generate` draws with, `teacher` the folder of a model of many steps."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _rows(name, teacher, card, quick, Path(folder))


def _rows(name: str, teacher: Path, card: ModelCard, quick: bool, folder: Path) -> Iterator[Row]:
    rounds = 1 if quick else 5
    bare = [run(["-c", "import torch"]) for _ in range(rounds)]
    yield compared(
        SECTION,
        "adfusion --help, against import torch",
        [run(["-m", "adfusion", "--help"]).seconds for _ in range(rounds)],
        [each.seconds for each in bare],
        most=HELP,
    )
    if not installed():
        yield missing(SECTION, "first picture", MISSING)
        return
    exported = export_model(teacher, folder / "exported")
    settings = [PROMPT, str(exported), str(text.model_folder()), str(card.defaults.steps)]
    settings.append(str(card.defaults.guidance_scale))
    for count in (1, 8):
        ours: list[Ran] = []
        theirs: list[Ran] = []
        for number in range(-(not quick), rounds):  # the first round warms the disk's cache
            out = folder / f"{count}-{number}"
            mine = run(
                ["-m", "adfusion", "generate", PROMPT, "--model", name, "-n", str(count), "-o", str(out)],
                lambda out=out: any(out.glob("*-0.png")),
            )
            picture = folder / f"{count}-{number}.png"
            script = str(Path(__file__).with_name("cold_diffusers.py"))
            other = run([script, *settings, str(count), str(picture)], picture.exists)
            if number >= 0:
                ours.append(mine)
                theirs.append(other)
        if count == 1:
            yield compared(
                SECTION,
                "first picture: `adfusion generate` (1024 px, marked, signed) against diffusers (Lanczos)",
                [each.seconds for each in ours],
                [each.seconds for each in theirs],
                most=FIRST_PICTURE,
            )
        yield compared(
            SECTION,
            f"peak memory, batch {count}",
            [each.memory / 1e9 for each in ours],
            [each.memory / 1e9 for each in theirs],
            "GB",
            most=MEMORY,
        )
