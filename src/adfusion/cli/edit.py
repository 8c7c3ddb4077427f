"""`adfusion edit`: pictures from pictures."""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adfusion.cli import console
from adfusion.cli.opening import Control, ControlNet, Memory, Model, open_model
from adfusion.cli.options import Loras

if TYPE_CHECKING:
    from PIL.Image import Image

    from adfusion.generation import Picture, Run
    from adfusion.generation.backend import Backend
    from adfusion.generation.editing.editor import Settings

app = typer.Typer(
    help="Change a picture, vary it, or blend two.", no_args_is_help=True, rich_markup_mode=None
)

PictureFile = Annotated[Path, typer.Argument(help="A PNG, JPEG or WebP picture.")]
OwnPicture = Annotated[Path, typer.Argument(help="A PNG that adfusion drew.")]
Prompt = Annotated[str, typer.Argument(help="What the result shows, in words.")]
Strength = Annotated[float, typer.Option(help="How much is redrawn: near 0 little, 1 all.")]
Count = Annotated[int, typer.Option("-n", "--count", min=1, max=1000, help="How many pictures.")]
Seed = Annotated[int, typer.Option(help="Of the first picture; the next ones count up from it.")]
Steps = Annotated[int | None, typer.Option(help="Sampling steps: more is finer and slower.")]
GuidanceScale = Annotated[
    float | None, typer.Option(help="1 is free, higher follows the prompt more closely.")
]
Sampler = Annotated[str | None, typer.Option(help="Sampling algorithm, such as dpmpp_2m.")]
NegativePrompt = Annotated[str, typer.Option(help="What to steer away from.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for the pictures.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")]
OUT = Path("out")


@app.command("image")
def image(
    picture: PictureFile,
    prompt: Prompt,
    strength: Strength = 0.6,
    size: Annotated[
        str | None, typer.Option(help="WIDTHxHEIGHT in pixels, or an aspect such as 4:5.")
    ] = None,
    count: Count = 1,
    seed: Seed = 0,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    sampler: Sampler = None,
    negative_prompt: NegativePrompt = "",
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    memory: Memory = "auto",
    controlnet: ControlNet = None,
    control: Control = None,
    as_json: AsJson = False,
) -> None:
    """Redraw a picture after a prompt, keeping as much of it as --strength leaves.

    The picture is cut around its centre to the model's nearest size.
    """
    from adfusion.generation.size import parse_size

    before = _open(picture)
    generator = _generator(model, lora, memory, controlnet)
    run = generator.edit.image(
        before, prompt, strength=strength, n=count,
        size=parse_size(size, generator.sizes) if size else None,
        **_settings(seed, steps, guidance_scale, sampler, negative_prompt, control),
    )  # fmt: skip
    _write_numbered(run, before, out, f"{picture.stem}-image", as_json)


@app.command("inpaint")
def inpaint(
    picture: PictureFile,
    prompt: Prompt,
    mask: Annotated[Path, typer.Option(help="Of the picture's size: white is redrawn, black stays.")],
    strength: Strength = 1.0,
    count: Count = 1,
    seed: Seed = 0,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    sampler: Sampler = None,
    negative_prompt: NegativePrompt = "",
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    memory: Memory = "auto",
    controlnet: ControlNet = None,
    control: Control = None,
    as_json: AsJson = False,
) -> None:
    """Redraw a picture where a mask is white; all other pixels stay exactly as they are."""

    before, where = _open(picture), _open(mask, "mask")
    run = _generator(model, lora, memory, controlnet).edit.inpaint(
        before, where, prompt, strength=strength, n=count,
        **_settings(seed, steps, guidance_scale, sampler, negative_prompt, control),
    )  # fmt: skip
    _write_numbered(run, before, out, f"{picture.stem}-inpaint", as_json)


@app.command("outpaint")
def outpaint(
    picture: PictureFile,
    prompt: Prompt,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels, or an aspect such as 9:16.")],
    place: Annotated[
        str, typer.Option(help="Where the picture lies: center, left, right, top, bottom.")
    ] = "center",
    strength: Strength = 0.5,
    count: Count = 1,
    seed: Seed = 0,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    sampler: Sampler = None,
    negative_prompt: NegativePrompt = "",
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    memory: Memory = "auto",
    controlnet: ControlNet = None,
    control: Control = None,
    as_json: AsJson = False,
) -> None:
    """Draw more around a picture, to a new aspect or size; its own pixels stay exactly as they are.

    The prompt should say what surrounds the product rather than name it again.
    """
    from adfusion.generation.editing.canvas import canvas_size

    before = _open(picture)
    canvas = canvas_size(size, before.size)
    run = _generator(model, lora, memory, controlnet).edit.outpaint(
        before, canvas, prompt, place=place, strength=strength, n=count,
        **_settings(seed, steps, guidance_scale, sampler, negative_prompt, control),
    )  # fmt: skip
    _write_numbered(run, before, out, f"{picture.stem}-outpaint", as_json)


@app.command("recolor")
def recolor(
    picture: PictureFile,
    before: Annotated[str, typer.Option("--from", help="What the picture shows, in words.")],
    after: Annotated[str, typer.Option("--to", help="The same words, but for what is to change.")],
    mask: Annotated[Path | None, typer.Option(help="Change only where it is white.")] = None,
    strength: Strength = 0.75,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    as_json: AsJson = False,
) -> None:
    """Change a colour, or another word, and keep the rest of the picture."""

    opened = _open(picture)
    run = _generator(model, lora).edit.recolor(
        opened, before, after, mask=_open(mask, "mask") if mask else None, strength=strength,
        steps=steps, guidance_scale=guidance_scale,
    )  # fmt: skip
    _write(run, out, f"{picture.stem}-recolor", [_stem(after)], ["after"], as_json, {"before": opened})


@app.command("vary")
def vary(
    picture: OwnPicture,
    amount: Annotated[str, typer.Option(help="subtle, strong, or a number from 0 to 1.")] = "subtle",
    count: Count = 4,
    seed: Annotated[
        int | None, typer.Option(help="Of the first variation; by default the picture's and 1.")
    ] = None,
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    as_json: AsJson = False,
) -> None:
    """More pictures like one that adfusion drew, from the words, seed and settings in its file."""
    from adfusion.generation import load_picture

    like = load_picture(picture)
    run = _generator(model, lora).edit.vary(like, _amount(amount), n=count, seed=seed)
    seeds = [request.toward[-1].seed for request in run.requests]
    _write(
        run, out, f"{picture.stem}-{amount}", [str(each) for each in seeds],
        [f"variation {each}" for each in seeds], as_json, {"like": like.image},
    )  # fmt: skip


@app.command("blend")
def blend(
    picture: OwnPicture,
    other: OwnPicture,
    amount: Annotated[
        list[float] | None, typer.Option(help="How far to the other, 0 to 1; give several for several.")
    ] = None,
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    as_json: AsJson = False,
) -> None:
    """Pictures between two that adfusion drew: noise and words are mixed, not pixels."""
    from adfusion.generation import load_picture

    one, two = load_picture(picture), load_picture(other)
    amounts = amount or [0.5]
    run = _generator(model, lora).edit.blend(one, two, amounts)
    shares = [f"{100 * each:g}" for each in amounts]
    _write(
        run, out, f"{picture.stem}-to-{other.stem}", shares, [f"{share} %" for share in shares],
        as_json, {"one": one.image, "other": two.image},
    )  # fmt: skip


@app.command("tile")
def tile(
    prompt: Prompt,
    size: Annotated[
        str | None, typer.Option(help="WIDTHxHEIGHT in pixels, or an aspect such as 4:5.")
    ] = None,
    count: Count = 1,
    seed: Seed = 0,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    sampler: Sampler = None,
    negative_prompt: NegativePrompt = "",
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    as_json: AsJson = False,
) -> None:
    """Draw a background that repeats without seams."""
    from adfusion.generation.size import parse_size

    generator = _generator(model, lora)
    run = generator.edit.tile(
        prompt, n=count, size=parse_size(size, generator.sizes) if size else None,
        **_settings(seed, steps, guidance_scale, sampler, negative_prompt),
    )  # fmt: skip
    _write_numbered(run, None, out, f"{_stem(prompt)}-tile", as_json)


@app.command("film")
def film(
    prompt: Prompt,
    seeds: Annotated[str, typer.Option(help="Two or more: 1..4, or 1,5,9.")],
    frames: Annotated[int, typer.Option(min=1, max=240, help="From each seed to the next.")] = 12,
    size: Annotated[
        str | None, typer.Option(help="WIDTHxHEIGHT in pixels, or an aspect such as 4:5.")
    ] = None,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    sampler: Sampler = None,
    negative_prompt: NegativePrompt = "",
    out: Out = OUT,
    model: Model = "mini",
    lora: Loras = None,
    as_json: AsJson = False,
) -> None:
    """Draw a film that leads from seed to seed: a GIF, and an MP4 where PyAV or ffmpeg is installed."""
    import json

    from adfusion.generation.editing.film import MP4_WANTS, can_save_mp4, save_gif, save_mp4
    from adfusion.generation.picture_file import metadata
    from adfusion.generation.size import parse_size

    chosen = _seeds(seeds)
    generator = _generator(model, lora)
    run = generator.edit.film(
        prompt, chosen, frames=frames, size=parse_size(size, generator.sizes) if size else None,
        steps=steps, guidance_scale=guidance_scale, sampler=sampler, negative_prompt=negative_prompt,
    )  # fmt: skip
    for _ in _drawn(run):
        pass
    pictures = run.pictures()
    images = [each.image for each in pictures]
    said = {**metadata(pictures[0]), "seeds": chosen, "frames": len(images)}
    made = [out / f"{_stem(prompt)}-film.gif"]
    save_gif(images, made[0], json.dumps(said, ensure_ascii=False, sort_keys=True))
    note = None
    if can_save_mp4():
        made.append(made[0].with_suffix(".mp4"))
        save_mp4(images, made[1])
    else:
        note = f"no MP4: it needs {MP4_WANTS}"
    if as_json:
        console.print_json({"films": [str(path) for path in made], "note": note, **said})
    else:
        for line in [*map(str, made), *filter(None, [note])]:
            console.say(line)


def _generator(
    model: str, lora: list[str] | None, memory: str = "auto", controlnet: Path | None = None
) -> "Backend":
    """The model of every verb here. One of few steps leaves edits to its teacher, which is said."""
    from adfusion.generation.native import NativeGenerator

    generator = open_model(model, lora, memory, controlnet=controlnet)
    if isinstance(generator, NativeGenerator) and generator.model.distilled:
        told = f"{generator.name} draws in few steps: what needs many is drawn by its teacher"
        print(f"adfusion: {told}", file=sys.stderr)
    return generator


def _settings(
    seed: int,
    steps: int | None,
    guidance_scale: float | None,
    sampler: str | None,
    negative_prompt: str,
    control: Path | None = None,
) -> "Settings":
    from adfusion.generation import InputImage

    return {
        "seed": seed,
        "steps": steps,
        "guidance_scale": guidance_scale,
        "sampler": sampler,
        "negative_prompt": negative_prompt,
        "control": None if control is None else InputImage.of(_open(control, "control")),
    }


def _open(path: Path, where: str = "picture") -> "Image":
    from adfusion.creative.images import open_image

    return open_image(path, where)


def _amount(text: str) -> float:
    from adfusion.errors import UserError
    from adfusion.generation.editing.editor import AMOUNTS

    try:
        return AMOUNTS[text] if text in AMOUNTS else float(text)
    except ValueError:
        raise UserError(
            f"amount: found {text!r}, allowed: {', '.join(AMOUNTS)}, or a number from 0 to 1"
        ) from None


def _seeds(text: str) -> list[int]:
    from adfusion.errors import UserError

    if span := re.fullmatch(r"\s*(\d{1,19})\s*\.\.\s*(\d{1,19})\s*", text):
        first, last = int(span[1]), int(span[2])
        if abs(last - first) < 1000:
            return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))
    elif re.fullmatch(r"\s*\d{1,19}\s*(,\s*\d{1,19}\s*)+", text):
        return [int(seed) for seed in text.split(",")]
    raise UserError(
        f"seeds: found {text!r}, allowed: a span of at most 1000 such as 1..4, or a list such as 1,5,9"
    )


def _stem(words: str) -> str:
    from adfusion.generation.slug import slug

    return slug(words, 40)


def _drawn(run: "Run") -> "Iterator[Picture]":
    """Pictures as they arrive, with a progress bar meanwhile."""
    from adfusion.generation import Picture

    with console.progress_bar() as bar:
        task = bar.add_task("drawing", total=None)
        for event in run:
            if isinstance(event, Picture):
                yield event
            else:
                bar.update(task, completed=event.index, total=event.total)


def _write_numbered(run: "Run", before: "Image | None", out: Path, stem: str, as_json: bool) -> None:
    """`_write`, each picture under its seed."""
    seeds = [str(request.seed) for request in run.requests]
    shown = {} if before is None else {"before": before}
    _write(run, out, stem, seeds, [f"seed {seed}" for seed in seeds], as_json, shown)


def _write(
    run: "Run",
    out: Path,
    stem: str,
    names: Sequence[str],
    labels: Sequence[str],
    as_json: bool,
    shown: "dict[str, Image]",
) -> None:
    """A file for each request of `run`, and a sheet of them after what they were made of; then say so."""
    from adfusion.generation import contact_sheet
    from adfusion.generation.picture_file import metadata
    from adfusion.provenance.drawn import save_drawn, save_view
    from adfusion.provenance.marker import Marker

    paths = {request: out / f"{stem}-{name}.png" for request, name in zip(run.requests, names, strict=True)}
    marker = Marker()
    for picture in _drawn(run):
        save_drawn(picture, paths[picture.request], marker)
    pictures = run.pictures()
    sheet = out / f"{stem}-sheet.png"
    images = [*shown.values(), *(picture.image for picture in pictures)]
    save_view(contact_sheet(images, [*shown, *labels]), pictures[0], sheet, marker)
    if as_json:
        made = [{"file": str(paths[picture.request]), **metadata(picture)} for picture in pictures]
        console.print_json({"pictures": made, "sheet": str(sheet)})
    else:
        for path in [*paths.values(), sheet]:
            console.say(str(path))
