"""From a brief to finished creatives: how long it takes, and which stage takes how much of it."""

import contextlib
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from cold import MEMORY
from rows import Row, compared
from turns import Ran, in_turn, run

from adfusion.campaigns import Campaign, check, composer, gallery, marking, plan, worker
from adfusion.campaigns import run as running
from adfusion.creative import archive, draw, layout, svg
from adfusion.generation import NativeGenerator
from adfusion.models import Model
from adfusion.nets import DiT, TextEncoder
from adfusion.provenance.marker import Marker

SECTION = "The line"
EXAMPLES = Path(__file__).parents[2] / "examples" / "oddleaf"
TWELVE_CREATIVES = 15.0
"""Seconds on two cores, model load included."""
STAGES: dict[str, list[tuple[Any, str]]] = {
    "text": [(TextEncoder, "encode"), (DiT, "text")],
    "denoise": [(DiT, "predict")],
    "decode": [(Model, "decode")],
    "upsample": [(Model, "upsample")],
    "compose": [
        (layout, "compose"),
        (layout, "ensure_fits"),
        (composer, "graded"),
        (composer, "first_labelled"),
    ],
    "rasterise": [(draw, "image")],
    "watermark": [(Marker, "mark")],
    "encode to file": [(marking, "encode"), (worker, "save_picture")],
    "sign": [(Marker, "sign"), (Marker, "overhead"), (Marker, "register")],
    "document, SVG": [(archive.Packer, "pack"), (svg, "svg")],
    "checks": [(check.checks, "check"), (check.checks, "sight"), (check.archive, "load")],
    "gallery": [(running, "card"), (running, "write_gallery"), (gallery, "data_uri")],
}
"""What counts to a stage, and does so without what inside of it counts to another."""


class Stopwatch:
    """Seconds spent in each stage, over all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._now = threading.local()

    def watch(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            outer, self._now.inner = getattr(self._now, "inner", 0.0), 0.0
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.perf_counter() - start
                self.seconds[stage] += whole - self._now.inner
                self._now.inner = outer + whole

        return timed

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with contextlib.ExitStack() as patches:
            for stage, functions in STAGES.items():
                for owner, name in functions:
                    timed = self.watch(stage, getattr(owner, name))
                    patches.enter_context(patch.object(owner, name, timed))
            yield


def rows(name: str, model: Model, quick: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _twelve(name, quick, Path(folder))
        yield _example(model, quick, Path(folder))


def shares(model: Model, limit: int | None) -> dict[str, float]:
    """Seconds of each stage of the example campaign, and of all that is in none."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        make(model, EXAMPLES / "brief.yaml", Path(folder, "warm"), 1)
        start = time.perf_counter()
        with watch.running():
            make(model, EXAMPLES / "brief.yaml", Path(folder, "out"), limit)
        rest = time.perf_counter() - start - sum(watch.seconds.values())
    return {**{stage: watch.seconds[stage] for stage in STAGES}, "the rest": max(0.0, rest)}


def _twelve(name: str, quick: bool, folder: Path) -> Iterator[Row]:
    """4 pictures × 3 placements, as a command in a process of its own."""
    brief = folder / "twelve.yaml"
    content = yaml.safe_load((EXAMPLES / "brief.yaml").read_text())
    content |= {
        "brand": str(EXAMPLES / "brand.yaml"),
        "segments": [{"name": "Everyone"}],
        "variants": 2,
        "placements": ["meta-feed-square", "google-square", "linkedin-square"],
    }
    brief.write_text(yaml.safe_dump(content, sort_keys=False))
    ours: list[Ran] = []
    pictures: list[Ran] = []
    for number in range(1 if quick else 4):
        out = str(folder / f"twelve-{number}")
        ours.append(run(["-m", "adfusion", "campaign", str(brief), "-o", out, "--model", name]))
        prompt = content["concepts"][0]["prompt"]
        drawn = ["generate", prompt, "-n", "4", "-o", f"{out}-pictures", "--model", name]
        pictures.append(run(["-m", "adfusion", *drawn]))
    kept = ours[1:] or ours  # the first warms the disk's cache
    yield compared(
        SECTION,
        "12 creatives (4 pictures × 3 placements), model load included, against `generate -n 4`",
        [each.seconds for each in kept],
        [each.seconds for each in pictures[1:] or pictures],
        most=TWELVE_CREATIVES,
    )
    yield compared(
        SECTION,
        "peak memory of the 12, against `generate -n 4`",
        [each.memory / 1e9 for each in kept],
        [each.memory / 1e9 for each in pictures[1:] or pictures],
        "GB",
        most=MEMORY,
    )


def _example(model: Model, quick: bool, folder: Path) -> Row:
    """The example campaign, against nothing but its pictures."""
    limit = 4 if quick else None
    brief, generator = EXAMPLES / "brief.yaml", NativeGenerator(model)
    jobs = plan(Campaign(brief, folder / "plan").source.brief, generator, None).limited(limit)
    outs = (folder / f"example-{number}" for number in range(100))

    def pictures() -> None:
        for _ in generator.generate([job.request for job in jobs.pictures]):
            pass

    things: dict[str, Callable[[], object]] = {
        "ours": lambda: make(model, brief, next(outs), limit),
        "pictures": pictures,
    }
    seconds = in_turn(things, rounds=1 if quick else 3, warm_up=0 if quick else 1)
    count = len(jobs.creatives)
    row = compared(
        SECTION,
        f"a creative of the example campaign ({count} from {len(jobs.pictures)} pictures), "
        "against its pictures alone",
        seconds["ours"],
        seconds["pictures"],
        of=count,
    )
    assert row.ours
    return Row(**{**row.__dict__, "note": f"{60 / row.ours:.0f} creatives a minute"})


def make(model: Model, brief: Path, out: Path, limit: int | None) -> None:
    for _ in Campaign(brief, out, limit=limit).run(NativeGenerator(model)):
        pass
