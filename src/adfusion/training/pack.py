"""From finished runs to a model folder: the averaged weights, their records, and measured figures."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from adfusion.data.photo_shards import LIST
from adfusion.diffusion import process
from adfusion.errors import UserError
from adfusion.evaluation.evaluate import FULL, Effort, Evaluation, evaluate
from adfusion.evaluation.probe import ProbeReader
from adfusion.evaluation.report import metrics
from adfusion.models import Model, ModelCard, store
from adfusion.models.card import PARTS, READER, Data, Defaults, LatentStatistics, Source, TrainingRecord
from adfusion.nets import AutoencoderConfig, DiT, Upsampler
from adfusion.training.networks import denoiser_config, upsampler_config
from adfusion.training.origin import remembered
from adfusion.training.reader import trained_reader
from adfusion.training.recipe import DenoiserRecipe, SceneData, UpsamplerRecipe
from adfusion.training.runs import earlier_run, finished_run, lineage, trained_autoencoder


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Runs(_Strict):
    """The folders of the runs, beside one another, that the parts come from."""

    denoiser: str = "denoiser"
    autoencoder: str = "autoencoder"
    upsampler: str = "upsampler"
    reader: str | None = None
    """Of a model that reads its prompts."""


class TeacherLabel(_Strict):
    """What differs in the teacher of a model of few steps."""

    name: str
    description: str
    denoiser: str = "denoiser"
    defaults: Defaults = Defaults()


class Label(_Strict):
    """What a card says that no run knows."""

    name: str
    description: str
    license: str = "Apache-2.0"
    data: Data
    notes: dict[str, str] = {}
    """By part, what the rights ledger says beside the numbers of its scenes."""
    runs: Runs = Runs()
    defaults: Defaults = Defaults()
    teacher: TeacherLabel | None = None


def pack(label_file: Path, runs: Path, folder: Path, probe: ProbeReader, effort: Effort = FULL) -> Model:
    """Write the model folder `folder` from finished runs under `runs`, and in it the folder of its teacher.

    The loss curves and logs go into `folder/training`. The figures in the card are those of `evaluate`, with
    the packed weights, rounded to half precision as users will load them.

    Raises `UserError` for a wrong label or an unfinished run.
    """
    label = _read_label(label_file)
    model = _pack(label, runs, folder, probe, effort)
    if (teacher := label.teacher) is not None:
        changes = {
            "name": teacher.name,
            "description": teacher.description,
            "defaults": teacher.defaults,
            "runs": label.runs.model_copy(update={"denoiser": teacher.denoiser}),
        }
        _pack(label.model_copy(update=changes), runs, folder / store.TEACHER, probe, effort)
    return model


def _pack(label: Label, runs: Path, folder: Path, probe: ProbeReader, effort: Effort) -> Model:
    folders = {part: runs / getattr(label.runs, part) for part in PARTS}
    if label.runs.reader is not None:
        folders[READER] = runs / label.runs.reader
    record = lineage(folders["denoiser"])
    if "base" in record:
        folders = {"denoiser": folders["denoiser"]}
        model = _retrained(label, folders["denoiser"], record)
    else:
        model = _assembled(label, folders)
    store.save(model, folder, overwrite=folder.exists())
    *_, evaluation = evaluate(store.load(folder), probe, effort)
    assert isinstance(evaluation, Evaluation)
    card = model.card.model_copy(update={"metrics": metrics(evaluation)})
    model = store.save(dataclasses.replace(model, card=card), folder, overwrite=True)
    shutil.rmtree(folder / "training", ignore_errors=True)
    (folder / "training").mkdir()
    for part in folders:
        for run in _ancestors(folders[part], lineage(folders[part])):
            shutil.copyfile(run / "log.jsonl", folder / "training" / f"{run.name}.jsonl")
            shutil.copyfile(run / "loss.png", folder / "training" / f"{run.name}.png")
            if (listed := run / "pictures" / LIST).exists():
                shutil.copyfile(listed, folder / "training" / f"{run.name}-{LIST}")
    return model


def _assembled(label: Label, folders: dict[str, Path]) -> Model:
    """A model of three runs."""
    records = {part: lineage(run) for part, run in folders.items()}
    autoencoder, _ = trained_autoencoder(folders["autoencoder"])
    denoiser, recipe, latents = _trained_denoiser(folders["denoiser"], autoencoder.config)
    upsampler_weights, upsampler_record = finished_run(folders["upsampler"])
    upsampler = Upsampler(upsampler_config(UpsamplerRecipe(**upsampler_record["recipe"]).network))
    upsampler.load_state_dict(upsampler_weights)
    reader = trained_reader(folders[READER]) if READER in folders else None
    card = ModelCard(
        name=label.name,
        description=label.description,
        license=label.license,
        denoiser=denoiser.config,
        autoencoder=autoencoder.config,
        upsampler=upsampler.config,
        process=process.by_name(recipe.process).config(),
        prediction=recipe.prediction,
        latents=latents,
        sizes=tuple(dict.fromkeys(recipe.data.sizes)),
        defaults=label.defaults,
        data=label.data.model_copy(update={"sources": tuple(_sources(folders, label.notes))}),
        training=records,
    )
    return Model(card, denoiser, autoencoder, upsampler, reader)


def _retrained(label: Label, run: Path, record: dict[str, Any]) -> Model:
    """The model that a run of the denoiser went on from, with what came of it."""
    weights, _ = finished_run(run)
    recipe = DenoiserRecipe(**record["recipe"])
    base = remembered(run, recipe)
    assert base is not None
    denoiser = DiT(base.card.denoiser)
    denoiser.load_state_dict(weights)
    before = (
        each.model_copy(update={"part": "denoiser, before"}) if each.part == "denoiser" else each
        for each in base.card.data.sources
    )
    sources = (_source("denoiser", record, label.notes.get("denoiser", "")), *before)
    changes = {
        "name": label.name,
        "description": label.description,
        "license": label.license,
        "sizes": tuple(dict.fromkeys(recipe.data.sizes)),
        "defaults": label.defaults if "defaults" in label.model_fields_set else base.card.defaults,
        "data": label.data.model_copy(update={"sources": sources}),
        "training": {**base.card.training, "denoiser": TrainingRecord(**record)},
        "metrics": {},
        "parts": {},
    }
    return Model(base.card.model_copy(update=changes), denoiser, base.autoencoder, base.upsampler)


def _trained_denoiser(run: Path, latents: AutoencoderConfig) -> tuple[DiT, DenoiserRecipe, LatentStatistics]:
    """The network of a run of the denoiser, or of its student; the recipe and the latents of the former."""
    weights, record = finished_run(run)
    distilled = record["recipe"]["train"] == "student"
    taught = run.parent / record["recipe"]["teacher"] if distilled else run
    recipe = DenoiserRecipe(**finished_run(taught)[1]["recipe"])
    network = DiT(
        dataclasses.replace(
            denoiser_config(recipe, latents),
            distilled=distilled,
            coarse_start=record["recipe"].get("coarse_start", False),
        )
    )
    network.load_state_dict(weights)
    return network, recipe, LatentStatistics(**json.loads((taught / "latents.json").read_text()))


def _ancestors(run: Path, record: dict[str, Any]) -> Iterator[Path]:
    """The run, and those that it began with."""
    yield run
    if (before := record.get("started_from")) and "base" not in record:
        name = earlier_run(record["recipe"])
        assert name is not None
        yield from _ancestors(run.parent / name, before)


def _sources(folders: dict[str, Path], notes: dict[str, str]) -> Iterator[Source]:
    """The rights ledger, from what the runs recorded: each range of scenes once."""
    told: set[Source] = set()
    for part in PARTS:
        for record in _behind(folders[part]):
            source = _source(part, record, notes.get(part, ""))
            # A student sees no scene's picture: it learns from what its teacher draws.
            if record["recipe"]["train"] != "student" and source not in told:
                told.add(source)
                yield source


def _behind(run: Path) -> Iterator[dict[str, Any]]:
    """The records of a run, of its teacher, of what it began with, and of what is behind those."""
    _, record = finished_run(run)
    yield record
    if "base" in record:  # it began with a model, whose records are in its own
        before = record["started_from"]
        while before:
            yield before
            before = before.get("started_from")
        return
    for field in ("teacher", "start_from", "latents_of"):
        if name := record["recipe"].get(field):
            yield from _behind(run.parent / name)


def _source(part: str, record: dict[str, Any], note: str) -> Source:
    if "pictures" in record:
        return Source(
            part=part,
            generator=LIST,
            version=record["pictures"]["list_sha256"],
            first=0,
            last=record["pictures"]["count"] - 1,
            license=record["recipe"]["data"]["rights"],
            note=note,
        )
    data = SceneData(**record["recipe"]["data"])
    left_out = "without the combinations of adfusion.data.scenes.split" if data.hold_out else ""
    return Source(
        part=part,
        generator="adfusion.data.scenes",
        version=str(record["scenes_version"]),
        first=data.first,
        last=data.first + data.scenes - 1,
        license="Apache-2.0",
        note="; ".join(filter(None, (left_out, note))),
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
