"""An evaluation for people and for machines: rows of a table, JSON, and a page with sample grids."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel

from adfusion import files
from adfusion.evaluation.evaluate import Evaluation
from adfusion.evaluation.grids import Grid
from adfusion.evaluation.memorisation import RARE

PAGE, FIGURES, GRIDS = "index.html", "evaluation.json", "grids"


@dataclass(frozen=True)
class Row:
    """One figure: what it is of, its name, and its value in words."""

    section: str
    name: str
    value: str


def rows(evaluation: Evaluation) -> Iterator[Row]:
    """Every figure, in the order of a report."""
    for name, share in evaluation.probe.items():
        yield Row("the probe on held-out renders", _plain(name), str(share))
    for group, shares in evaluation.fidelity.items():
        for name, share in shares.items():
            yield Row(f"prompt fidelity, {group}", _plain(name), str(share))
    for group, shares in evaluation.colors.items():
        for name, share in shares.items():
            yield Row(f"product colour by colour, {group}", name, str(share))
    for name, share in evaluation.synonyms.items():
        yield Row("words never trained on", _plain(name), str(share))
    for name, share in evaluation.synonyms_read.items():
        yield Row("words never trained on, as they are read", _plain(name), str(share))
    for name, share in evaluation.reading.items():
        yield Row("requests of another writer, as they are read", _plain(name), str(share))
    for name, figure in evaluation.caption_use.items():
        yield Row("what captions are worth on held-out renders", name, f"{figure:.4g}")
    for name, figure in evaluation.distribution.items():
        yield Row("distribution", name, f"{figure:.4g}")
    for space, near in evaluation.memorisation.items():
        section = f"nearest training picture, in {space}"
        yield Row(section, "median distance", f"{near.median:.4g}")
        yield Row(section, "median distance of held-out renders", f"{near.median_of_renders:.4g}")
        yield Row(section, f"near copies (held-out renders: {100 * RARE:g} %)", str(near.near_copies))
    for part, figures in (("autoencoder", evaluation.autoencoder), ("upsampler", evaluation.upsampler)):
        for name, figure in figures.items():
            yield Row(part, name, f"{figure:.4g}")


def metrics(evaluation: Evaluation) -> dict[str, dict[str, str]]:
    """`rows` by section and name, for a model's card."""
    by_section: dict[str, dict[str, str]] = {}
    for row in rows(evaluation):
        by_section.setdefault(row.section, {})[row.name] = row.value
    return by_section


def to_json(evaluation: Evaluation) -> dict[str, Any]:
    """Every figure as it was counted; shares with their interval."""
    content: dict[str, Any] = {
        field.name: _jsonable(getattr(evaluation, field.name)) for field in dataclasses.fields(evaluation)
    }
    return content


def write(evaluation: Evaluation, grids: list[Grid], out: Path) -> Path:
    """Write `evaluation.json`, the grids and the page that shows them; returns the page's path."""
    files.write_text(out / FIGURES, json.dumps(to_json(evaluation), indent=2, ensure_ascii=False) + "\n")
    for grid in grids:
        with files.replacing(out / GRIDS / f"{grid.name}.png") as temporary:
            grid.image.save(temporary, format="PNG")
    environment = Environment(
        loader=PackageLoader("adfusion.evaluation"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("page.html.j2").render(
        evaluation=evaluation, sections=metrics(evaluation), grids=grids, folder=GRIDS
    )
    files.write_text(out / PAGE, page)
    return out / PAGE


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("color", "colour")


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        low, high = value.interval  # type: ignore[attr-defined]
        return {**value.model_dump(), "share": value.share, "low": low, "high": high}  # type: ignore[attr-defined]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value
