"""`adfusion generate`: pictures from words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adfusion.cli import console
from adfusion.cli.opening import Control, ControlNet, Memory, Model, SpendLimit, open_model
from adfusion.cli.options import Loras, Mark

if TYPE_CHECKING:
    from PIL.Image import Image

    from adfusion.generation import Generator, InputImage, Picture, Request
    from adfusion.generation.request import Edits


def generate(
    prompt: Annotated[str, typer.Argument(help="What to draw, in words.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="How many pictures.")] = 1,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the pictures.")] = Path("out"),
    seed: Annotated[int, typer.Option(help="Of the first picture; the next ones count up from it.")] = 0,
    size: Annotated[
        str | None, typer.Option(help="WIDTHxHEIGHT in pixels, or an aspect such as 4:5.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Sampling steps: more is finer and slower.")] = None,
    guidance_scale: Annotated[
        float | None, typer.Option(help="1 is free, higher follows the prompt more closely.")
    ] = None,
    sampler: Annotated[str | None, typer.Option(help="Sampling algorithm, such as dpmpp_2m.")] = None,
    negative_prompt: Annotated[str, typer.Option(help="What to steer away from.")] = "",
    noise_scale: Annotated[
        float | None, typer.Option(help="Of the first noise: less is calmer shapes, more is variety.")
    ] = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Give the prompt to the model word for word.")
    ] = False,
    model: Model = "mini",
    lora: Loras = None,
    memory: Memory = "auto",
    controlnet: ControlNet = None,
    control: Control = None,
    spend_limit: SpendLimit = None,
    mark: Mark = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
    strips: Annotated[
        bool, typer.Option("--steps-strip", help="Also draw each picture coming into focus.")
    ] = False,
) -> None:
    """Draw pictures of a prompt as PNG files, with a contact sheet beside them.

    Each file carries its prompt, seed, settings and model, so that it can be drawn again, and is marked and
    signed (see `adfusion verify`).
    """
    from adfusion.errors import UserError
    from adfusion.generation.size import parse_size
    from adfusion.provenance.marked_noise import with_mark

    if (controlnet is None) != (control is None):
        raise UserError("control: found one of --controlnet and --control, allowed: both or neither")
    generator = open_model(model, lora, memory, controlnet=controlnet, spend_limit=spend_limit)
    followed: Edits = {} if control is None else {"control": _opened(control)}
    wanted_size = parse_size(size, generator.sizes) if size else None
    requests = [
        generator.request(
            prompt,
            seed=seed + index,
            size=wanted_size,
            steps=steps,
            guidance_scale=guidance_scale,
            sampler=sampler,
            negative_prompt=negative_prompt,
            noise_scale=noise_scale,
            as_written=as_written,
            **followed,
        )
        for index in range(count)
    ]
    if mark:
        requests = [with_mark(generator, request) for request in requests]
    made = _Output(out, _stem(prompt))
    _draw(generator, requests, made, strips)
    made.write_sheet()
    if as_json:
        console.print_json(made.summary())
    else:
        if made.read_as:
            console.say(f"read as: {made.read_as}")
        for path in made.paths:
            console.say(str(path))


def _opened(control: Path) -> "InputImage":
    from adfusion.creative.images import open_image
    from adfusion.generation import InputImage

    return InputImage.of(open_image(control, "control"))


def _draw(generator: "Generator", requests: "list[Request]", made: "_Output", strips: bool) -> None:
    from adfusion.generation import Picture

    frames: dict[Request, list[Image]] = {request: [] for request in requests}
    with console.progress_bar() as bar:
        task = bar.add_task("drawing", total=None)
        for event in generator.generate(requests):
            if isinstance(event, Picture):
                made.add(event, frames.pop(event.request) if strips else [])
                continue
            bar.update(task, completed=event.index, total=event.total)
            if strips:
                for request, preview in zip(event.requests, event.previews(), strict=True):
                    frames[request].append(preview)


class _Output:
    """The files of one command, written as the pictures arrive."""

    def __init__(self, folder: Path, stem: str) -> None:
        from adfusion.provenance.marker import Marker

        self.folder, self.stem = folder, stem
        self._marker = Marker()
        self.paths: list[Path] = []
        self._made: list[tuple[Path, Path | None, Picture]] = []

    def add(self, picture: "Picture", frames: "list[Image]") -> None:
        from adfusion.generation import steps_strip
        from adfusion.provenance.drawn import save_drawn, save_view

        path = self.folder / f"{self.stem}-{picture.seed}.png"
        save_drawn(picture, path, self._marker)
        self.paths.append(path)
        strip: Path | None = None
        if frames:
            strip = path.with_name(f"{path.stem}-steps.png")
            save_view(steps_strip([*frames, picture.image]), picture, strip, self._marker)
            self.paths.append(strip)
        self._made.append((path, strip, picture))

    def write_sheet(self) -> None:
        from adfusion.generation import contact_sheet
        from adfusion.provenance.drawn import save_view

        self.sheet = self.folder / f"{self.stem}-sheet.png"
        pictures = [picture for _, _, picture in self._made]
        sheet = contact_sheet([made.image for made in pictures], [f"seed {made.seed}" for made in pictures])
        save_view(sheet, pictures[0], self.sheet, self._marker)
        self.paths.append(self.sheet)

    @property
    def read_as(self) -> str:
        """What the model took the prompt for; empty if it took it word for word."""
        return self._made[0][2].read_as

    def summary(self) -> dict[str, object]:
        from adfusion.generation.picture_file import metadata

        pictures = [
            {"file": str(path), **({"steps_strip": str(strip)} if strip else {}), **metadata(picture)}
            for path, strip, picture in self._made
        ]
        return {"pictures": pictures, "sheet": str(self.sheet)}


def _stem(prompt: str) -> str:
    from adfusion.generation.slug import slug

    return slug(prompt, 40)
