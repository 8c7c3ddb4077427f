"""A carousel: cards side by side over one wide picture, which goes on from each to the next.

A card shows its part of the picture as it is, from edge to edge. What lies over the picture may not end at a
card's edge either: all cards have the layout whose scrim is the same from the left to the right, and share
the scrim, the colour of their words and the size of their headlines.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from PIL import Image

from adfusion.creative.brand import Brand
from adfusion.creative.choice import Choice, Subject, choose, fits
from adfusion.creative.coloring import Draft, colored
from adfusion.creative.document import Box, Creative, Picture
from adfusion.creative.layout import draft, finished, ready
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.saliency import saliency
from adfusion.creative.standing import Standing, place
from adfusion.creative.wording import Copy
from adfusion.errors import UserError

TEMPLATE = "hero-top"
COPY_SPACE: CopySpace = "top"
"""Where a card's part of the picture had best be empty."""


def compose_cards(
    picture: Image.Image,
    copies: Sequence[Copy],
    brand: Brand,
    placement: Placement,
    products: Sequence[Sequence[Image.Image]],
    *,
    right_to_left: bool = False,
) -> tuple[Creative, ...]:
    """Lay out the cards of a carousel, the first at the left, or at the right with `right_to_left`.

    `picture`: RGB, one equal part for each card. `products`: the RGBA cut-outs that stand on each card.
    Raises `UserError` as `ensure_cards_fit` does.
    """
    width = picture.width // len(copies)
    lefts = [number * width for number in range(len(copies))][:: -1 if right_to_left else 1]
    parts = [picture.crop((left, 0, left + width, picture.height)) for left in lefts]
    words = _words(copies, brand, placement)
    stands = [
        place(part, tuple(each), COPY_SPACE) if each else None
        for part, each in zip(parts, products, strict=True)
    ]
    subjects = [
        Subject(saliency(part, COPY_SPACE, stand.whole if stand else None), stand is not None, whole=True)
        for part, stand in zip(parts, stands, strict=True)
    ]
    choices = _alike(words, brand, placement, subjects)
    drafts = []
    for number, (part, each, choice) in enumerate(zip(parts, products, choices, strict=True)):
        stand = stands[number]
        made = draft(part, each, stand and _below_words(stand, choice), choice)
        drafts.append(_showing(made, picture, lefts[number]))
    return tuple(finished(creative) for creative in colored(*_with_one_scrim(drafts)))


def ensure_cards_fit(copies: Sequence[Copy], brand: Brand, placement: Placement) -> None:
    """Raise `UserError`, naming placement and card, if a card's words cannot be set legibly."""
    for number, copy in enumerate(_words(copies, brand, placement), 1):
        if not fits(copy, brand, placement, TEMPLATE):
            raise UserError(
                f"{placement.name}: carousel: card {number}: found {copy.headline!r} "
                f"({len(copy.headline)} characters), which does not fit; allowed: text that fits the upper "
                f"part of {placement.width}×{placement.height} at {placement.min_text:g} px or larger"
            )


def _words(copies: Sequence[Copy], brand: Brand, placement: Placement) -> list[Copy]:
    return [ready(copy, brand, placement) for copy in copies]


def _alike(
    words: Sequence[Copy], brand: Brand, placement: Placement, subjects: Sequence[Subject]
) -> list[Choice]:
    """Layouts in which all headlines have the size of the one that must be smallest.

    One that is held to that size may break its lines better at a smaller one still, which then holds for all.
    """
    largest = inf
    while True:
        choices = [
            _choice(copy, brand, placement, subject, largest)
            for copy, subject in zip(words, subjects, strict=True)
        ]
        sizes = [choice.arrangement.texts[0].setting.size for choice in choices]
        if min(sizes) == max(sizes) or min(sizes) >= largest:
            return choices
        largest = min(sizes)


def _choice(copy: Copy, brand: Brand, placement: Placement, subject: Subject, largest: float) -> Choice:
    """The words beside what the card shows; over it where there is no other room."""
    for each in (subject, replace(subject, gaze=subject.gaze.without_subject())):
        found = choose(copy, brand, placement, COPY_SPACE, each, (TEMPLATE,), largest)
        if found is not None:
            return found
    ensure_cards_fit((copy,), brand, placement)
    raise AssertionError("words that fit have a layout")


def _below_words(stand: Standing, choice: Choice) -> Standing:
    """Products as small as the words above them ask for."""
    assert choice.view is not None
    lowest = max(box.bottom for _, box in choice.arrangement.parts()) + 0.5 * choice.task.gap
    top = choice.view.in_picture(Box(0, lowest, 1, 1)).top
    foot = stand.stage.foot
    return stand.shrunk(min(1.0, max(0.1, (foot - top) / (foot - stand.whole.top))))


def _showing(made: Draft, picture: Image.Image, left: int) -> Draft:
    """The draft with its part of the wide picture, so that what lies beside it counts at its edges too."""
    layers = tuple(
        replace(layer, image=picture, crop=replace(layer.crop, left=layer.crop.left + left))
        if isinstance(layer, Picture) and layer.id == "picture"
        else layer
        for layer in made.base.layers
    )
    return replace(made, base=replace(made.base, layers=layers))


def _with_one_scrim(drafts: Sequence[Draft]) -> list[Draft]:
    """The scrim of the card whose words reach lowest, for all."""
    lowest = max((each.arrangement.fades for each in drafts), key=lambda fades: fades[0].end[1])
    return [replace(each, arrangement=replace(each.arrangement, fades=lowest)) for each in drafts]
