"""From finished runs to a model folder: the averaged weights, their records, and measured figures."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from adfusion.diffusion import process
from adfusion.errors import UserError
from adfusion.evaluation.evaluate import FULL, Effort, Evaluation, evaluate
from adfusion.evaluation.probe import ProbeReader
from adfusion.evaluation.report import metrics
from adfusion.models import Model, ModelCard, store
from adfusion.models.card import PARTS, Data, Defaults, LatentStatistics, Source
from adfusion.nets import DiT, Upsampler
from adfusion.training.denoiser import denoiser_config
from adfusion.training.recipe import DenoiserRecipe, SceneData, UpsamplerRecipe
from adfusion.training.runs import finished_run, trained_autoencoder
from adfusion.training.upsampler import upsampler_config


class Label(BaseModel):
    """What a card says that no run knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    license: str = "Apache-2.0"
    data: Data
    notes: dict[str, str] = {}
    """By part, what the rights ledger says beside the numbers of its scenes."""
    defaults: Defaults = Defaults()


def pack(label_file: Path, runs: Path, folder: Path, probe: ProbeReader, effort: Effort = FULL) -> Model:
    """Write the model folder `folder` from the runs `denoiser`, `autoencoder` and `upsampler` under `runs`.

    The loss curves and logs go into `folder/training`. The figures in the card are those of `evaluate`, with
    the packed weights, rounded to half precision as users will load them.

    Raises `UserError` for a wrong label or an unfinished run.
    """
    label = _read_label(label_file)
    autoencoder, autoencoder_record = trained_autoencoder(runs / "autoencoder")
    denoiser_weights, denoiser_record = finished_run(runs / "denoiser")
    upsampler_weights, upsampler_record = finished_run(runs / "upsampler")
    denoiser_recipe = DenoiserRecipe(**denoiser_record["recipe"])
    upsampler_recipe = UpsamplerRecipe(**upsampler_record["recipe"])
    logs = list(PARTS)
    if denoiser_recipe.start_from is not None:
        _, denoiser_record["started_from"] = finished_run(runs / denoiser_recipe.start_from)
        logs.append(denoiser_recipe.start_from)

    records = {
        "denoiser": denoiser_record,
        "autoencoder": autoencoder_record,
        "upsampler": upsampler_record,
    }
    denoiser = DiT(denoiser_config(denoiser_recipe, autoencoder.config))
    denoiser.load_state_dict(denoiser_weights)
    upsampler = Upsampler(upsampler_config(upsampler_recipe.network))
    upsampler.load_state_dict(upsampler_weights)
    card = ModelCard(
        name=label.name,
        description=label.description,
        license=label.license,
        denoiser=denoiser.config,
        autoencoder=autoencoder.config,
        upsampler=upsampler.config,
        process=process.by_name(denoiser_recipe.process).config(),
        prediction=denoiser_recipe.prediction,
        latents=LatentStatistics(**json.loads((runs / "denoiser" / "latents.json").read_text())),
        sizes=tuple(dict.fromkeys(denoiser_recipe.data.sizes)),
        defaults=label.defaults,
        data=label.data.model_copy(update={"sources": tuple(_sources(records, label.notes))}),
        training=records,
    )
    store.save(Model(card, denoiser, autoencoder, upsampler), folder, overwrite=folder.exists())
    *_, evaluation = evaluate(store.load(folder), probe, effort)
    assert isinstance(evaluation, Evaluation)
    card = card.model_copy(update={"metrics": metrics(evaluation)})
    model = store.save(Model(card, denoiser, autoencoder, upsampler), folder, overwrite=True)
    shutil.rmtree(folder / "training", ignore_errors=True)
    (folder / "training").mkdir()
    for run in logs:
        shutil.copyfile(runs / run / "log.jsonl", folder / "training" / f"{run}.jsonl")
        shutil.copyfile(runs / run / "loss.png", folder / "training" / f"{run}.png")
    return model


def _sources(records: dict[str, Any], notes: dict[str, str]) -> Iterator[Source]:
    """The rights ledger, from what the runs recorded."""
    before = records["denoiser"].get("started_from")
    for part, record in [*records.items(), *([("denoiser, before", before)] if before else [])]:
        data = SceneData(**record["recipe"]["data"])
        left_out = "without the combinations of adfusion.data.scenes.split" if data.hold_out else ""
        yield Source(
            part=part,
            generator="adfusion.data.scenes",
            version=str(record["scenes_version"]),
            first=data.first,
            last=data.first + data.scenes - 1,
            license="Apache-2.0",
            note="; ".join(filter(None, (left_out, notes.get(part, "")))),
        )


def _read_label(path: Path) -> Label:
    try:
        return Label.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "label"
        raise UserError(f"{path}: {field}: found {first['input']!r}: {first['msg']}") from error
