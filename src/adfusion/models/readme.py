"""The README of a model's folder, written from its card and from nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import JsonValue

from adfusion.models.card import READER, ModelCard, Source, TrainingRecord


def readme(card: ModelCard) -> str:
    """The card as Markdown, with the front matter that model hubs read."""
    return "\n\n".join(_sections(card)) + "\n"


def _sections(card: ModelCard) -> Iterator[str]:
    yield f"---\nlicense: {card.license.lower()}\nlibrary_name: adfusion\npipeline_tag: text-to-image\n---"
    yield f"# {card.name}"
    yield card.description
    yield (
        "```python\nimport adfusion\n\n"
        f'model = adfusion.load("{card.name}")\n'
        'picture = model.generate("a glossy teal bottle on a podium", seed=7).last()\n```'
    )
    yield "## Architecture"
    yield _table(
        ("part", "shape"),
        [
            ("denoiser", _facts(asdict(card.denoiser))),
            ("autoencoder", _facts(asdict(card.autoencoder))),
            ("upsampler", _facts(asdict(card.upsampler))),
            ("text encoder", f"{card.text_encoder.name}, frozen, sha256 `{card.text_encoder.sha256}`"),
            *([("reader", "reads prompts into plain captions")] if READER in card.parts else []),
            ("process", _facts(card.process)),
            ("prediction", card.prediction),
        ],
    )
    scale = card.upsampler.scale
    sizes = ", ".join(f"{scale * width}x{scale * height}" for width, height in card.sizes)
    yield f"Sizes of finished pictures: {sizes}."
    yield f"Defaults: {_facts(card.defaults.model_dump())}."
    yield "## Data and rights"
    yield card.data.description
    yield card.data.rights
    if card.data.sources:
        yield _table(
            ("part", "pictures", "license", "note"),
            [
                (
                    source.part,
                    f"{_counted(source)} {source.first:,} to {source.last:,} of {source.generator}, "
                    f"version {source.version}",
                    source.license,
                    source.note,
                )
                for source in card.data.sources
            ],
        )
    if card.loras:
        yield "## LoRAs merged into the denoiser"
        yield _table(
            ("name", "weight", "pictures", "rights", "sha256"),
            [
                (each.name, f"{each.weight:g}", str(each.pictures), each.rights, f"`{each.sha256}`")
                for each in card.loras
            ],
        )
    if card.training:
        yield "## Training"
        yield _table(
            ("part", "pictures seen", "hours", "device", "torch"),
            [row for part, record in card.training.items() for row in _stages(part, record)],
        )
    if card.metrics:
        yield "## Measured"
        yield _table(("what", "value"), list(_flat(card.metrics)))
    if card.parts:
        yield "## Files"
        yield _table(
            ("file", "parameters", "sha256"),
            [(part.file, f"{part.parameters:,}", f"`{part.sha256}`") for part in card.parts.values()],
        )


def _stages(part: str, record: TrainingRecord) -> Iterator[tuple[str, ...]]:
    """The runs behind a part, a row each, the earliest first."""
    if record.started_from is not None:
        yield from _stages(f"{part}, before", record.started_from)
    yield part, f"{record.pictures_seen:,}", f"{record.hours:.2f}", record.device, record.torch


def _counted(source: Source) -> str:
    return "scenes" if source.generator == "adfusion.data.scenes" else "pictures"


def _facts(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_plain(value)}" for name, value in values.items())


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "-".join(str(item) for item in value)
    return str(value)


def _flat(values: Mapping[str, JsonValue], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested figures one a row, their names joined."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}, ")
        else:
            yield f"{prefix}{name}", _plain(value)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def row(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"

    return "\n".join([row(header), row(("---",) * len(header)), *map(row, rows)])
