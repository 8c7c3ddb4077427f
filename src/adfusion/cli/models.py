"""`adfusion models`: which models there are, what they are, whether they are whole; moving them."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from adfusion.cli import console

app = typer.Typer(help="List, show and verify models.", no_args_is_help=True, rich_markup_mode=None)

ModelName = Annotated[str, typer.Argument(help="A bundled model's name, or a model's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """The models that come with adfusion."""
    from adfusion.models import store

    cards = [store.load_card(name) for name in store.bundled()]
    if as_json:
        console.print_json([{"name": card.name, "description": card.description} for card in cards])
    else:
        for card in cards:
            console.say(f"{card.name}  {card.description}")


@app.command("show")
def show(
    model: Annotated[
        str, typer.Argument(help="A model's name or folder, a .safetensors file, or a cached hf:ORG/NAME.")
    ] = "mini",
    as_json: AsJson = False,
) -> None:
    """A model's card: what it is, what it learned from, how it was measured.

    Of a pretrained model: its licence, family, size, and the SHA-256 of each of its files.
    """
    from adfusion.generation.diffusers.about import about
    from adfusion.models import store
    from adfusion.models.readme import readme

    if (pretrained := about(model)) is not None:
        if as_json:
            console.print_json(pretrained)
        else:
            for name, value in pretrained.items():
                lines = [f"{sha}  {file}" for file, sha in value.items()] if name == "files" else [value]
                for line in lines:
                    console.say(f"{name}: {line}" if name != "files" else line)
        return
    card = store.load_card(model)
    if as_json:
        console.print_json(card.model_dump(mode="json"))
    else:
        console.say(readme(card).rstrip())


@app.command("pull")
def pull(
    model: Annotated[str, typer.Argument(metavar="hf:ORG/NAME", help="A repository of the hub.")],
) -> None:
    """Fetch a pretrained model into the Hugging Face cache.

    Only safetensors, checked against the SHA-256 of the hub. Licence and size are said before; a model that
    is in the cache is not fetched again.
    """
    from adfusion.cli.opening import fetch
    from adfusion.generation.diffusers.license import license_of

    found = fetch(model)
    console.say(f"{model}: {found.hash()}, licence {license_of(found.folder)}")
    console.say(str(found.path))


@app.command("export")
def export(
    model: ModelName,
    out: Annotated[Path, typer.Option("-o", "--out", help="The new folder.")],
) -> None:
    """Write a model of ours in the folder layout of diffusers."""
    from adfusion.models.exchange import export_model

    console.say(str(export_model(model, out)))


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="A folder that `adfusion models export` wrote.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model's folder.")],
) -> None:
    """Make a model of ours of an exported one, bit for bit."""
    from adfusion.models.exchange import import_model

    model = import_model(folder, out)
    console.say(f"{out}: {model.card.name}, {model.hash}")


@app.command("verify")
def verify(model: ModelName = "mini", as_json: AsJson = False) -> None:
    """Check every weight file against the SHA-256 in the model's card."""
    from adfusion.errors import UserError
    from adfusion.models import store

    report = store.verify(model)
    if as_json:
        parts = [dataclasses.asdict(check) for check in report.checks]
        console.print_json({"ok": report.ok, "folder": str(report.folder), "parts": parts})
    else:
        for check in report.checks:
            if check.problem is None:
                console.say(f"{check.part}: ok ({check.file}, sha256 {check.expected})")
    problems = [check.problem for check in report.checks if check.problem is not None]
    if problems:
        raise UserError("; ".join(problems))


@app.command("pack")
def pack(
    label: Annotated[Path, typer.Argument(help="Name, data and rights of the model, a YAML file.")],
    runs: Annotated[Path, typer.Option(help="Folder with the runs autoencoder, denoiser and upsampler.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model's folder.")],
    quick: Annotated[bool, typer.Option("--quick", help="Measure on fewer pictures.")] = False,
) -> None:
    """Make a model of three finished training runs, and measure it as `adfusion evaluate` does."""
    from adfusion.evaluation.evaluate import FULL, QUICK
    from adfusion.evaluation.probe import load_probe
    from adfusion.training.pack import pack as pack_runs

    model = pack_runs(label, runs, out, load_probe(), QUICK if quick else FULL)
    console.say(f"{out}: {model.card.name}, {model.hash}")


@app.command("pack-probe")
def pack_probe(
    run: Annotated[Path, typer.Argument(help="Folder of the finished run of recipes/probe.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The probe's folder.")],
) -> None:
    """Make the probe of `adfusion evaluate` of its training run, tested on renders that it never saw."""
    from adfusion.training.probe import pack_probe as pack_run

    card = pack_run(run, out)
    for name, share in card.accuracy.items():
        console.say(f"{name}: {share}" + ("" if name in card.trusted else ", not reported"))


@app.command("merge")
def merge(
    model: ModelName,
    lora: Annotated[
        list[str],
        typer.Option("--lora", metavar="FOLDER[:WEIGHT]", help="Give it several times for several."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The new model's folder.")],
) -> None:
    """Make a model of a model and LoRAs; its card says what was merged, and by what right."""
    from adfusion.generation.lora import parse_loras
    from adfusion.models import store
    from adfusion.models.lora import merge

    merged = merge(store.load(store.many_steps(model)), parse_loras(lora), out)
    console.say(f"{out}: {merged.card.name}, {merged.hash}")
