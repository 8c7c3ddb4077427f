"""Where a run's first weights and its pictures came from, as its record says it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.data.photo_shards import LIST, entries_of
from adfusion.errors import UserError
from adfusion.models import Model, store
from adfusion.models.lora import base_of
from adfusion.nets import DiTConfig
from adfusion.training.recipe import DenoiserRecipe

BASE = "base.json"


def origin(run: Path) -> dict[str, Any]:
    """Facts for the record of a run: the model that it went on from, the pictures that it read."""
    facts: dict[str, Any] = {}
    if (run / BASE).exists():
        facts |= json.loads((run / BASE).read_text(encoding="utf-8"))
    if (listed := run / "pictures" / LIST).exists():
        facts["pictures"] = {"count": len(entries_of(listed.parent)), "list_sha256": files.sha256(listed)}
    return facts


def base_model(recipe: DenoiserRecipe, run: Path) -> Model | None:
    """The model that `start_from` names, of many steps; `None` if that is a run beside `run`, or nothing.

    Raises `UserError` for a model whose process or prediction the recipe does not have, or none of that name.
    """
    name = recipe.start_from
    if name is None or ((beside := run.parent / name).is_dir() and not (beside / store.CARD).is_file()):
        return None
    model = store.load(store.many_steps(name))
    found = {"process": recipe.process, "prediction": recipe.prediction}
    allowed = {"process": model.card.process["name"], "prediction": model.card.prediction}
    for field in found:
        if found[field] != allowed[field]:
            raise UserError(f"start_from {name}: {field}: found {found[field]}, allowed: {allowed[field]}")
    return model


def check_network(model: Model, config: DiTConfig) -> None:
    """Raises `UserError` unless the recipe's network is that of `model`."""
    for field, allowed in dataclasses.asdict(model.card.denoiser).items():
        found = getattr(config, field)
        if found != allowed:
            raise UserError(
                f"start_from {model.card.name}: network: {field}: found {found}, allowed: {allowed}"
            )


def remember(model: Model, run: Path) -> None:
    """Write down which model `run` goes on from. Raises `UserError` if it began with another one."""
    path, now = run / BASE, base_of(model).model_dump()
    if (run / "checkpoint.safetensors").exists():
        before = json.loads(path.read_text(encoding="utf-8"))["base"]
        if before != now:
            raise UserError(
                f"{path}: the run began with {before['name']} {before['hash'][:12]}, "
                f"found {now['name']} {now['hash'][:12]}"
            )
    trained = model.card.training.get("denoiser")
    facts = {"base": now, "started_from": trained.model_dump(mode="json") if trained else None}
    files.write_text(path, json.dumps(facts, indent=2) + "\n")


def remembered(run: Path, recipe: DenoiserRecipe) -> Model | None:
    """The model that a finished `run` went on from, if one. Raises `UserError` if it has changed since."""
    model = base_model(recipe, run)
    if model is not None:
        remember(model, run)
    return model
