"""A creative of a campaign as a document: its picture in the brand's colours, its words, its origin."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np
from PIL import Image

import adfusion
from adfusion.campaigns.plan import CreativeJob, Deck, PictureJob
from adfusion.campaigns.source import Source
from adfusion.creative import layout
from adfusion.creative.carousel import compose_cards
from adfusion.creative.document import Creative
from adfusion.creative.grade import Graded, graded
from adfusion.creative.label import first_labelled
from adfusion.creative.placement import Placement
from adfusion.errors import UserError
from adfusion.generation import load_picture
from adfusion.generation.picture_file import drawn_by
from adfusion.provenance.credentials import Start, says_generated

TILES = 3
"""Along each side of a picture that is made of a tile."""


class Composer:
    """Composes what `source` asks for from the pictures in the folder `out`."""

    def __init__(self, source: Source, out: Path) -> None:
        self.source, self.out = source, out
        self.brand = source.brief.brand.open()
        self.photos = source.brief.product.cutouts
        self._drawn_by = cache(drawn_by)
        self._starts = dict(_starts(source))
        self._graded = lru_cache(maxsize=16)(self._grade)
        self._cards = lru_cache(maxsize=4)(self._compose_cards)

    def compose(self, job: CreativeJob) -> Creative:
        """The creative that `job` asks for; its picture must be there."""
        picture = self._graded(job.picture)
        metadata = {**self.metadata(job), **picture.about()}
        if job.deck:
            whole = dataclasses.replace(job.deck, id="", card=0)
            creative = self._cards(job.picture, whole, job.placement)[job.deck.card - 1]
            layouts = iter([dataclasses.replace(creative, metadata={**creative.metadata, **metadata})])
        else:
            layouts = self._layouts(job, picture.picture, metadata)
        if not job.placement.label:
            return next(layouts)
        return first_labelled(layouts, job.placement, self.brand.text_font, self.brand.clear_space)

    def metadata(self, job: CreativeJob) -> dict[str, object]:
        """What the document says about its place in the campaign."""
        deck, request, start = job.deck, job.picture.request, self._start(job)
        model, model_hash = self._drawn_by(self.out / job.picture.path)
        return {
            **(_place_in(deck) if deck else {}),
            "id": job.id,
            "concept": job.concept,
            "segment": job.segment,
            "variant": job.variant,
            "row": job.row,
            "locale": job.locale,
            "axes": dict(job.axes),
            "picture": job.picture.id,
            "prompt": request.prompt,
            "seed": request.seed,
            **({"loras": [dataclasses.asdict(lora) for lora in request.loras]} if request.loras else {}),
            **({"start": dataclasses.asdict(start)} if start else {}),
            "model": model,
            "model_hash": model_hash,
            "software": software(),
        }

    def _grade(self, job: PictureJob) -> Graded:
        """A picture in the brand's colours. All of an empty stage may change, a generated product may not.
        Of a tile: several side by side."""
        picture = load_picture(self.out / job.path).image
        product = np.zeros(picture.size[::-1]) if self.photos or job.request.tile else None
        made = graded(picture, self.brand.palette, product)
        return dataclasses.replace(made, picture=_repeated(made.picture)) if job.request.tile else made

    def _layouts(
        self, job: CreativeJob, picture: Image.Image, metadata: Mapping[str, object]
    ) -> Iterator[Creative]:
        """The best one, then all others, unless the brief asks for one."""
        compose = partial(
            layout.compose,
            picture,
            job.copy,
            self.brand,
            job.placement,
            copy_space=job.picture.copy_space,
            product=self.photos,
            metadata=metadata,
        )
        yield compose(template=job.template)
        for template in () if job.template else layout.TEMPLATES:
            try:
                yield compose(template=template)
            except UserError:
                continue

    def _compose_cards(self, picture: PictureJob, deck: Deck, placement: Placement) -> tuple[Creative, ...]:
        files = self.source.brief.product.photo_files
        products = [(self.photos[files.index(photo)],) if photo else () for photo in deck.photos]
        return compose_cards(
            self._graded(picture).picture,
            deck.copies,
            self.brand,
            placement,
            products,
            right_to_left=deck.right_to_left,
        )

    def _start(self, job: CreativeJob) -> Start | None:
        """What its picture was made from; the parts of a wide one were."""
        requests = [part.request for part in job.picture.parts] or [job.picture.request]
        start = self._starts.get(job.concept)
        if start is None or not any(request.initial for request in requests):
            return None
        kept = any(request.in_place or request.strength == 0 for request in requests)
        return dataclasses.replace(start, kept=kept)


def _starts(source: Source) -> Iterator[tuple[str, Start]]:
    """By the name of their concept."""
    for concept, said in zip(source.brief.concepts, source.content["concepts"], strict=True):
        if concept.start is not None:
            name = said["start"]
            generated = says_generated(concept.start.read_bytes())
            yield concept.name, Start(name, source.assets[name], kept=True, generated=generated)


def _repeated(tile: Image.Image) -> Image.Image:
    width, height = tile.size
    wall = Image.new(tile.mode, (TILES * width, TILES * height))
    for left in range(0, wall.width, width):
        for top in range(0, wall.height, height):
            wall.paste(tile, (left, top))
    return wall


def _place_in(deck: Deck) -> dict[str, object]:
    direction = "right to left" if deck.right_to_left else "left to right"
    return {"carousel": deck.id, "card": deck.card, "cards": len(deck.copies), "direction": direction}


def software() -> str:
    return f"adfusion {adfusion.__version__}"
