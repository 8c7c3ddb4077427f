"""From picture, words and brand to one finished creative."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy.typing as npt
from PIL import Image

from adfusion.creative.brand import Brand
from adfusion.creative.choice import DROP_ORDER, Choice, Subject, choose, fits
from adfusion.creative.coloring import Draft, colored, panel_color
from adfusion.creative.document import Box, Creative, Layer, Panel, Picture, Scrim
from adfusion.creative.paragraph import faces
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.saliency import saliency
from adfusion.creative.standing import Standing, place, settle, stand
from adfusion.creative.templates import TEMPLATES
from adfusion.creative.wording import Copy, clean
from adfusion.errors import UserError

__all__ = ["DROP_ORDER", "TEMPLATES", "compose", "ensure_fits"]


def compose(
    picture: Image.Image,
    copy: Copy,
    brand: Brand,
    placement: Placement,
    *,
    copy_space: CopySpace | None = None,
    product: Image.Image | Sequence[Image.Image] = (),
    subject: Box | npt.ArrayLike | None = None,
    template: str | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Creative:
    """Lay out one ad.

    `picture`: RGB of any size. `copy_space`: the side of it that was left empty for words, if one was.
    `product`: an RGBA cut-out, or several, to stand on the picture's stage (see `standing`). `subject`: where
    the product is in a picture that shows one: a box in its pixels or a mask over it (see `saliency`);
    estimated when absent.
    `template`: one of `TEMPLATES`; by default the one that fits best.

    The result's metadata holds the words, the `template`, what was `dropped` (see `DROP_ORDER`), the measured
    `contrast` and the size (`type`, in pixels) of every text by the id of its layer, and `metadata`.

    Raises `UserError`, naming placement and text, if headline and legal line cannot be set legibly even
    alone, if the headline is empty, if no font has its characters, or if `template` cannot hold the words
    or has them over the product.
    """
    side = copy_space or "centre"
    products = (product,) if isinstance(product, Image.Image) else tuple(product)
    standing = place(picture, products, side) if products else None
    subject = standing.whole if standing else subject
    known = subject is not None
    scene = Subject(saliency(picture, side, subject), known)
    words = ready(copy, brand, placement)
    choice = _chosen(words, brand, placement, side, scene, template)
    (creative,) = colored(draft(picture, products, standing, choice))
    return finished(creative, metadata)


def draft(
    picture: Image.Image, products: Sequence[Image.Image], standing: Standing | None, choice: Choice
) -> Draft:
    """The chosen layout with nothing over its picture yet."""
    placement, brand, headline = choice.task.placement, choice.task.brand, choice.task.copy.headline
    base = Creative(
        width=placement.width,
        height=placement.height,
        layers=tuple(_base(picture, products, standing, choice)),
        placement=placement.name,
        title=f"{brand.name}: {headline}",
        metadata={
            "brand": brand.name,
            "headline": headline,
            **_shown(choice),
            "placement": placement.name,
            "template": choice.template,
            "dropped": list(choice.dropped),
        },
    )
    return Draft(base, choice.arrangement, choice.task)


def finished(creative: Creative, metadata: Mapping[str, object] | None = None) -> Creative:
    """With `metadata` added, and no scrim over a product."""
    said = {**creative.metadata, **(metadata or {})}
    return replace(creative, layers=_products_before_scrims(creative.layers), metadata=said)


def ensure_fits(copy: Copy, brand: Brand, placement: Placement, template: str | None = None) -> None:
    """Raise the `UserError` that `compose` would raise for these words, without a picture."""
    words = ready(copy, brand, placement)
    if template not in (None, *TEMPLATES) or not fits(words, brand, placement, template):
        _chosen(words, brand, placement, "centre", None, template)


def _shown(choice: Choice) -> dict[str, str]:
    """The words that are really there."""
    words = choice.task.copy
    return {
        "call_to_action": words.call_to_action,
        "body": words.body,
        "badge": words.badge,
        "legal": words.legal,
    }


def ready(copy: Copy, brand: Brand, placement: Placement) -> Copy:
    """Every text cleaned, with characters that the brand's fonts have; the brand's legal line added."""
    legal = " ".join(dict.fromkeys(filter(None, (copy.legal, brand.legal))))
    copy = replace(copy, legal=legal)
    fonts = {"headline": brand.headline_font, "badge": brand.headline_font}
    words: dict[str, str] = {}
    for field in ("headline", "call_to_action", "body", "badge", "legal"):
        text = getattr(copy, field)
        where = f"{placement.name}: {field.replace('_', ' ')}"
        if text or field == "headline":
            try:
                words[field] = clean(text)
            except ValueError as error:
                raise UserError(f"{where}: found {error}; allowed: printable text") from None
            for font in {fonts.get(field, brand.text_font), brand.text_font}:
                try:
                    faces(words[field], font)
                except UserError as error:
                    raise UserError(f"{where}: {error}") from None
    return Copy(**words)


def _chosen(
    copy: Copy,
    brand: Brand,
    placement: Placement,
    side: CopySpace,
    scene: Subject | None,
    template: str | None,
) -> Choice:
    if template is not None and template not in TEMPLATES:
        raise UserError(f"template: found {template!r}; allowed: {', '.join(TEMPLATES)}")
    names = (template,) if template else tuple(TEMPLATES)
    choice = choose(copy, brand, placement, side, scene, names)
    if choice is not None:
        return choice
    size = f"{placement.width}×{placement.height}"
    able = [name for name in TEMPLATES if choose(copy, brand, placement, side, scene, (name,))]
    if template and able:
        fits = choose(copy, brand, placement, side, None, names) is not None
        reason = "has the words over the product" if fits else f"cannot hold these words at {size}"
        allowed = f"allowed: {', '.join(able)}"
        raise UserError(f"{placement.name}: template: found {template!r}, which {reason}; {allowed}")
    smallest = f"at {placement.min_text:g} px or larger"
    if copy.legal and choose(replace(copy, legal=""), brand, placement, side, None):
        raise UserError(
            f"{placement.name}: legal: found {copy.legal!r} ({len(copy.legal)} characters), which leaves no "
            f"room for the headline; allowed: text that fits {size} beside it {smallest}"
        )
    raise UserError(
        f"{placement.name}: headline: found {copy.headline!r} ({len(copy.headline)} characters), "
        f"which does not fit; allowed: text that fits {size} {smallest} "
        "(words break at a soft hyphen, U+00AD)"
    )


def _base(
    picture: Image.Image, products: Sequence[Image.Image], standing: Standing | None, choice: Choice
) -> list[Layer]:
    """Panel, picture and product."""
    layers: list[Layer] = []
    arrangement, view = choice.arrangement, choice.view
    if arrangement.panel is not None:
        layers.append(Panel("panel", arrangement.panel, panel_color(arrangement, choice.task.brand)))
    if view is not None and standing is not None:
        view, standing = settle(standing, view, picture)
        layers.append(Picture("picture", view.box, picture.convert("RGB"), view.crop))
        layers.append(stand(picture, products, standing, view))
    elif view is not None:
        layers.append(Picture("picture", view.box, picture.convert("RGB"), view.crop))
    return layers


def _products_before_scrims(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """No scrim may change a product photo, so it lies behind; words are never over a product."""
    others = [layer for layer in layers if layer.id != "product"]
    scrims = [index for index, layer in enumerate(others) if isinstance(layer, Scrim)]
    if not scrims or len(others) == len(layers):
        return layers
    products = (layer for layer in layers if layer.id == "product")
    return (*others[: scrims[-1] + 1], *products, *others[scrims[-1] + 1 :])
