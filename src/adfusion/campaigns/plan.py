"""From a brief to the list of everything that will be made.

Creatives are concept × color scheme × segment × variant × headline × layout × version × placement. A version
is a row of the audience; without one there is one version, for everybody. Body, badge and call to action are
not crossed but rotated: headline number h of variant v gets number h + v of each list. So with as many
variants as a list has entries every headline meets every one of them, and where two lists have lengths
without a common divisor, enough variants bring every pair together.

A picture belongs to (concept, color scheme, segment, variant, shape, copy space) and serves every headline,
every version, and every placement of that shape. Its seed depends on the names of concept and segment and on
the variant alone: a set looks alike across placements, and adding a segment changes no other picture.

A carousel takes the place of the headlines. Each of its cards has a picture of its own, and one wide picture
joins them; that one is what all cards of the carousel show.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log
from pathlib import Path

from adfusion.campaigns.asked import ask
from adfusion.campaigns.fingerprint import fingerprint, stable_seed
from adfusion.campaigns.prompt import EMPTY, names_backdrop, prompt, with_subject
from adfusion.creative import carousel, fields
from adfusion.creative.brief import ANY_LAYOUT, SCHEMES, Brief, Card, Segment
from adfusion.creative.concept import Concept
from adfusion.creative.fields import Version
from adfusion.creative.placement import CopySpace, Placement
from adfusion.creative.section import slug
from adfusion.creative.templates import COPY_SPACES
from adfusion.creative.wording import Copy, is_right_to_left
from adfusion.data.scenes.scene import ASPECTS
from adfusion.generation import Generator, Request
from adfusion.generation.size import nearest_size
from adfusion.generation.slug import slug as short

PICTURES = "pictures"
CREATIVES = "creatives"
OTHER_SIDE: dict[CopySpace, CopySpace] = {"left": "right", "right": "left"}

NEARLY = 0.1
"""Largest logarithm of the ratio of two aspect ratios that one picture is made for."""

OWN_SCHEME = "own"
"""The color scheme of a concept that names its backdrop itself."""


@dataclass(frozen=True)
class PictureJob:
    """A picture to be generated. The id is its file name without the suffix."""

    id: str
    request: Request
    copy_space: CopySpace
    """The side that its prompt asks to leave empty."""
    parts: tuple["PictureJob", ...] = ()
    """The pictures that it joins, from the left; `request` then says in which words, see `panorama`."""
    aspect: float = 0.0
    """Width / height to which each of `parts` is cut."""

    @property
    def path(self) -> str:
        """Relative to OUT, as all paths here."""
        return f"{PICTURES}/{self.id}.png"


@dataclass(frozen=True)
class Deck:
    """A carousel, from one of its cards."""

    id: str
    card: int
    """From 1."""
    copies: tuple[Copy, ...]
    """What each card says."""
    photos: tuple[Path | None, ...]
    """What stands on each card."""
    right_to_left: bool
    """Whether the first card is the one at the right, as in apps in such languages."""


@dataclass(frozen=True)
class CreativeJob:
    """A creative to be composed and drawn. The id is its file names without suffixes.

    Its words are finished: fields are filled in for `row` and written for `locale`.
    """

    id: str
    concept: str
    segment: str
    headline: str
    call_to_action: str
    """Empty: no button."""
    body: str
    badge: str
    legal: str
    placement: Placement
    variant: int
    """From 1."""
    picture: PictureJob
    row: str
    """Id of the audience's row that it is for; empty for everybody."""
    locale: str
    layout: str
    """A template's name, or `ANY_LAYOUT`."""
    axes: tuple[tuple[str, str], ...]
    """What it has on each axis that an experiment may compare, before fields are filled in."""
    deck: Deck | None = None
    """The carousel that it is a card of."""

    @property
    def copy(self) -> Copy:
        return Copy(self.headline, self.call_to_action, self.body, self.badge, self.legal)

    @property
    def template(self) -> str | None:
        """For `layout.compose`; `None` is the one that fits best."""
        return None if self.layout == ANY_LAYOUT else self.layout

    @property
    def path(self) -> str:
        return f"{CREATIVES}/{self.id}{self.placement.suffix}"

    @property
    def svg_path(self) -> str:
        return f"{CREATIVES}/{self.id}.svg"


@dataclass(frozen=True)
class Plan:
    creatives: tuple[CreativeJob, ...]

    @property
    def pictures(self) -> tuple[PictureJob, ...]:
        """Each picture once, in the order of its first use, after those that it joins."""
        shown = dict.fromkeys(creative.picture for creative in self.creatives)
        return tuple(dict.fromkeys(each for picture in shown for each in (*picture.parts, picture)))

    def limited(self, count: int | None) -> "Plan":
        """The first `count` creatives and the pictures in them; `None` is all."""
        return Plan(self.creatives[:count])

    def varies(self, job: CreativeJob) -> tuple[str, ...]:
        """The axes on which a creative of this plan differs from its control: the first creative for the same
        segment, version, placement and card. Empty for the control itself.
        """
        control = dict(self._controls[_peers(job)].axes)
        return tuple(axis for axis, level in job.axes if control[axis] != level)

    @cached_property
    def _controls(self) -> dict[tuple[str, str, str, int], CreativeJob]:
        return {_peers(job): job for job in reversed(self.creatives)}


def _peers(job: CreativeJob) -> tuple[str, str, str, int]:
    return job.segment, job.row, job.placement.name, job.deck.card if job.deck else 0


def plan(brief: Brief, generator: Generator, steps: int | None = None) -> Plan:
    """What `brief` asks for, drawn by `generator` in `steps` (by default the model's own number).

    Raises `UserError` if the generator cannot draw one of the pictures.
    """
    return Plan(tuple(_creatives(brief, generator, steps)))


@dataclass(frozen=True)
class _Set:
    """What the pictures of one concept, color scheme, segment and variant have in common."""

    concept: Concept
    scheme: str
    segment: Segment
    variant: int
    season: str
    """Empty for none."""

    @property
    def subject(self) -> str:
        usual = (OWN_SCHEME, SCHEMES[0], "")
        parts = (part for part in (self.scheme, self.season) if part not in usual)
        return "_".join((slug(self.concept.name), slug(self.segment.name), *parts))


def _creatives(brief: Brief, generator: Generator, steps: int | None) -> Iterator[CreativeJob]:
    versions = {segment.name: tuple(brief.versions(segment)) for segment in brief.segments}
    for each in _sets(brief):
        if brief.carousel:
            yield from _carousels(brief, generator, steps, each, versions[each.segment.name])
            continue
        pictures = {
            layout: [
                (place, _picture(brief, generator, steps, each, place, layout)) for place in brief.places()
            ]
            for layout in brief.layouts
        }
        for name, copy in _copies(brief, each):
            for layout in brief.layouts:
                for version in versions[each.segment.name]:
                    yield from _versions(each, pictures[layout], name, copy, layout, version)


def _sets(brief: Brief) -> Iterator[_Set]:
    for concept in brief.concepts:
        for scheme in _schemes(brief, concept):
            for segment in brief.segments:
                for variant in range(1, brief.variants + 1):
                    yield _Set(concept, scheme, segment, variant, brief.season_of(concept) or "")


def _carousels(
    brief: Brief, generator: Generator, steps: int | None, each: _Set, versions: Sequence[Version]
) -> Iterator[CreativeJob]:
    """The cards in every placement, for every version."""
    cards = brief.carousel_for(each.segment)
    legal = brief.brand.legal or ""
    photos = tuple(card.photo for card in cards)
    for placement in brief.places():
        picture = _panorama(brief, generator, steps, each, placement)
        for version in versions:
            tail = "".join(f"_{part}" for part in (f"v{each.variant}", version.row) if part)
            deck_id = f"{each.subject}_carousel_{placement.name}{tail}"
            copies = tuple(_said(card, legal, version.fill) for card in cards)
            for number, (card, copy) in enumerate(zip(cards, copies, strict=True), 1):
                yield CreativeJob(
                    id=f"{deck_id}_card-{number}",
                    concept=each.concept.name,
                    segment=each.segment.name,
                    headline=copy.headline,
                    call_to_action=copy.call_to_action,
                    body=copy.body,
                    badge=copy.badge,
                    legal=copy.legal,
                    placement=placement,
                    variant=each.variant,
                    picture=picture,
                    row=version.row,
                    locale=version.locale,
                    layout=carousel.TEMPLATE,
                    axes=_axes(each, _said(card, legal, str), carousel.TEMPLATE),
                    deck=Deck(deck_id, number, copies, photos, _right_to_left(cards[0].headline)),
                )


def _said(card: Card, legal: str, fill: Callable[[str], str]) -> Copy:
    words = (fill(text or "") for text in (card.headline, card.call_to_action, card.body, card.badge))
    headline, call_to_action, body, badge = words
    return Copy(headline, call_to_action, body, badge, legal)


def _panorama(
    brief: Brief, generator: Generator, steps: int | None, each: _Set, placement: Placement
) -> PictureJob:
    """One picture for each card, with one backdrop and light, and the picture that joins them."""
    side, size = carousel.COPY_SPACE, nearest_size(placement.width / placement.height, generator.sizes)
    who = brief.seed, each.concept.name, each.segment.name, each.variant
    name = f"{each.subject}_{placement.width}x{placement.height}"

    def picture(id: str, subject: str | None, *seed: object, starts: bool = False) -> PictureJob:
        concept = each.concept if subject is None else with_subject(each.concept, subject)
        request = ask(
            generator,
            concept if starts else concept.model_copy(update={"start": None}),
            prompt(brief, concept, each.segment, side, each.scheme),
            size=size,
            aspect=placement.width / placement.height,
            side=side,
            seed=stable_seed(*who, *seed),
            steps=steps,
        )
        return PictureJob(f"{name}_{id}_v{each.variant}", request, side)

    cards = brief.carousel_for(each.segment)
    parts = [picture("card-1", cards[0].subject, starts=True)]
    for number, card in enumerate(cards[1:], 2):
        parts.append(picture(f"card-{number}", card.subject or EMPTY, number))
    joint = picture("carousel", EMPTY)
    from_left = tuple(reversed(parts) if _right_to_left(cards[0].headline) else parts)
    return replace(joint, parts=from_left, aspect=placement.width / placement.height)


def _right_to_left(headline: str) -> bool:
    """By its own words, whatever its fields hold."""
    words = (part for part in fields.parse(headline) if isinstance(part, str))
    return is_right_to_left("".join(words))


def _picture(
    brief: Brief, generator: Generator, steps: int | None, each: _Set, placement: Placement, layout: str
) -> PictureJob:
    """The picture for a placement. The side that it leaves empty is the layout's, or else the placement's:
    where lines begin, so the other one for words from right to left.
    """
    side = placement.copy_space
    if _right_to_left(brief.headlines_for(each.segment, each.season)[0]):
        side = OTHER_SIDE.get(side, side)
    side = COPY_SPACES.get(layout, side)
    free = None if each.concept.tile else side
    request = ask(
        generator,
        each.concept,
        prompt(brief, each.concept, each.segment, free, each.scheme),
        size=nearest_size(_aspect(placement), generator.sizes),
        aspect=placement.width / placement.height,
        side=side,
        seed=stable_seed(brief.seed, each.concept.name, each.segment.name, each.variant),
        steps=steps,
    )
    name = f"{each.subject}_{request.width}x{request.height}_{side}_v{each.variant}"
    return PictureJob(name, request, side)


def _aspect(placement: Placement) -> float:
    """Of the picture: the placement's own if it is nearly the one that it names, such as 1.91 for 16:9."""
    own, named = placement.width / placement.height, ASPECTS[placement.aspect]
    return own if abs(log(own / named)) < NEARLY else named


def _schemes(brief: Brief, concept: Concept) -> tuple[str, ...]:
    """The color schemes of a concept: those of the brief, as far as they come to different words."""
    if names_backdrop(concept):
        return (OWN_SCHEME,)
    schemes: dict[tuple[str, ...], str] = {}
    for scheme in brief.color_schemes:
        words = tuple(prompt(brief, concept, segment, "centre", scheme) for segment in brief.segments)
        schemes.setdefault(words, scheme)
    return tuple(schemes.values())


def _copies(brief: Brief, each: _Set) -> Iterator[tuple[str, Copy]]:
    """A short name for each headline, and the words around it, before fields are filled in."""
    whose = each.segment, each.season
    for number, (headline, name) in enumerate(_short_names(brief.headlines_for(*whose)).items()):

        def turn(texts: tuple[str, ...], place: int = number + each.variant - 1) -> str:
            return texts[place % len(texts)] if texts else ""

        yield (
            name,
            Copy(
                headline,
                turn(brief.calls_to_action_for(*whose)),
                turn(brief.body_for(*whose)),
                turn(brief.badges_for(*whose)),
                brief.brand.legal or "",
            ),
        )


def _axes(each: _Set, copy: Copy, layout: str) -> tuple[tuple[str, str], ...]:
    return (
        ("segment", each.segment.name),
        ("concept", each.concept.name),
        ("season", each.season),
        ("color_scheme", each.scheme),
        ("headline", copy.headline),
        ("body", copy.body),
        ("badge", copy.badge),
        ("call_to_action", copy.call_to_action),
        ("layout", layout),
        ("variant", str(each.variant)),
    )


def _versions(
    each: _Set,
    pictures: Sequence[tuple[Placement, PictureJob]],
    name: str,
    copy: Copy,
    layout: str,
    version: Version,
) -> Iterator[CreativeJob]:
    """The creatives for one version of the copy, in every placement."""
    headline, call_to_action, body, badge = (
        version.fill(text) for text in (copy.headline, copy.call_to_action, copy.body, copy.badge)
    )
    axes = _axes(each, copy, layout)
    parts = ("" if layout == ANY_LAYOUT else layout, f"v{each.variant}", version.row)
    tail = "".join(f"_{part}" for part in parts if part)
    for placement, picture in pictures:
        yield CreativeJob(
            id=f"{each.subject}_{name}_{placement.name}{tail}",
            concept=each.concept.name,
            segment=each.segment.name,
            headline=headline,
            call_to_action=call_to_action,
            body=body,
            badge=badge,
            legal=copy.legal,
            placement=placement,
            variant=each.variant,
            picture=picture,
            row=version.row,
            locale=version.locale,
            layout=layout,
            axes=axes,
        )


def _short_names(headlines: tuple[str, ...]) -> dict[str, str]:
    """A short name for each headline, which depends on its words and not on its place in the list."""
    names = {headline: short(headline) for headline in headlines}
    shared = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {
        headline: f"{name}-{fingerprint(headline)[:4]}" if name in shared else name
        for headline, name in names.items()
    }
