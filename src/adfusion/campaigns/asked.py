"""What a concept asks of the generator: a picture of its words, or an edit of one that is there."""

from dataclasses import replace
from typing import Any

from PIL import Image

from adfusion.creative.concept import Concept
from adfusion.creative.placement import CopySpace
from adfusion.generation import Generator, InputImage, Request, Size
from adfusion.generation.editing.canvas import canvas_size
from adfusion.generation.editing.editor import Editor
from adfusion.generation.size import nearest_size

NARROWEST, WIDEST = 0.5, 2.0
"""Width / height to which a start is extended; layouts for longer shapes show a part of the picture."""
FITS = 1.02
"""Ratio of two aspects up to which a picture need not be extended."""
LARGEST = 2048
"""Pixels along the longer side of a start that is extended; larger ones are made smaller."""
PLACES: dict[CopySpace, str] = {"left": "right", "right": "left"}
"""Where a start lies, beside the copy; else in the middle."""


def ask(
    generator: Generator,
    concept: Concept,
    words: str,
    *,
    size: Size,
    aspect: float,
    side: CopySpace,
    seed: int,
    steps: int | None,
) -> Request:
    """The request for one picture of `concept`.

    words: the whole prompt, with the brand's colours and the segment's mood.
    size: of the model's sizes, the nearest to the placement, which has `aspect`; in `side` its copy stands.

    At a strength of 0 nothing is drawn: the picture is the initial one. Raises `UserError`.
    """
    edit, start = Editor(generator), concept.picture if concept.start else None
    settings: dict[str, Any] = {"seed": seed, "steps": steps}
    if concept.loras:
        settings["loras"] = concept.loras
    if concept.liked is not None:
        amount = concept.amount or "subtle"
        (request,) = edit.vary(concept.liked, amount, n=1, seed=seed).requests  # type: ignore[arg-type]
        return request
    if concept.tile:
        square = nearest_size(1.0, generator.sizes)
        (request,) = edit.tile(words, size=square, **settings).requests
        return request
    if start is None:
        return generator.request(words, size=size, **settings)
    if concept.strength is not None:
        settings["strength"] = concept.strength
    if concept.shows is not None:
        run = edit.recolor(start, concept.shows, concept.prompt, mask=concept.region, **settings)
    elif concept.region is not None:
        run = edit.inpaint(start, concept.region, words, **settings)
    elif not concept.extend:
        run = edit.image(start, words, size=size, **settings)
    else:
        start = _small(start)
        aspect = min(max(aspect, NARROWEST), WIDEST)
        if 1 / FITS < start.width / start.height / aspect < FITS:
            return _itself(start, generator.request(words, seed=seed, steps=steps))
        canvas = canvas_size(f"{round(10000 * aspect)}:10000", start.size)
        run = edit.outpaint(start, canvas, words, place=PLACES.get(side, "center"), **settings)
    (request,) = run.requests
    return request


def _small(start: Image.Image) -> Image.Image:
    small = start.copy()
    small.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return small


def _itself(start: Image.Image, request: Request) -> Request:
    initial = InputImage.of(start)
    return replace(
        request, width=initial.width, height=initial.height, initial=initial, strength=0.0, loras=()
    )
