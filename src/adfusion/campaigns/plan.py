"""From a brief to the list of everything that will be made.

Creatives are concept × segment × headline × placement × variant. The call to action is not crossed but
rotated: headline number h of variant v gets number h + v, so that with as many variants as calls to action
every headline meets every one of them.

A picture belongs to (concept, segment, variant, shape, copy space) and serves every headline and every placement
of that shape. Its seed depends on the names of concept and segment and on the variant alone: a set looks alike
across placements, and adding a segment changes no other picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adfusion.campaigns.fingerprint import fingerprint, stable_seed
from adfusion.campaigns.prompt import prompt
from adfusion.creative.brief import Brief, Concept, Segment, slug
from adfusion.creative.placement import CopySpace, Placement
from adfusion.data.scenes.scene import ASPECTS
from adfusion.generation import Generator, Request
from adfusion.generation.size import nearest_size
from adfusion.generation.slug import slug as short

PICTURES = "pictures"
CREATIVES = "creatives"


@dataclass(frozen=True)
class PictureJob:
    """A picture to be generated. The id is its file name without the suffix."""

    id: str
    request: Request

    @property
    def path(self) -> str:
        """Relative to OUT, as all paths here."""
        return f"{PICTURES}/{self.id}.png"


@dataclass(frozen=True)
class CreativeJob:
    """A creative to be composed and drawn. The id is its file names without suffixes."""

    id: str
    concept: str
    segment: str
    headline: str
    call_to_action: str
    """Empty: no button."""
    placement: Placement
    variant: int
    """From 1."""
    picture: PictureJob

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
        """Each picture once, in the order of its first use."""
        return tuple(dict.fromkeys(creative.picture for creative in self.creatives))

    def limited(self, count: int | None) -> "Plan":
        """The first `count` creatives and the pictures in them; `None` is all."""
        return Plan(self.creatives[:count])


def plan(brief: Brief, generator: Generator) -> Plan:
    """What `brief` asks for, drawn by `generator`. Raises `UserError` if it cannot draw one of the prompts."""
    return Plan(tuple(_creatives(brief, generator)))


def _creatives(brief: Brief, generator: Generator) -> Iterator[CreativeJob]:
    for concept in brief.concepts:
        for segment in brief.segments:
            headlines = _short_names(brief.headlines_for(segment))
            calls = brief.calls_to_action_for(segment) or ("",)
            for number, (headline, headline_name) in enumerate(headlines.items()):
                for variant in range(1, brief.variants + 1):
                    for placement in brief.places():
                        names = slug(concept.name), slug(segment.name), headline_name, placement.name
                        yield CreativeJob(
                            id="_".join([*names, f"v{variant}"]),
                            concept=concept.name,
                            segment=segment.name,
                            headline=headline,
                            call_to_action=calls[(number + variant - 1) % len(calls)],
                            placement=placement,
                            variant=variant,
                            picture=_picture(brief, generator, concept, segment, variant, placement),
                        )


def _picture(
    brief: Brief, generator: Generator, concept: Concept, segment: Segment, variant: int, placement: Placement
) -> PictureJob:
    copy_space: CopySpace = placement.copy_space
    width, height = nearest_size(ASPECTS[placement.aspect], generator.sizes)
    request = generator.request(
        prompt(brief, concept, segment, copy_space),
        seed=stable_seed(brief.seed, concept.name, segment.name, variant),
        size=(width, height),
    )
    names = slug(concept.name), slug(segment.name), f"{width}x{height}", copy_space, f"v{variant}"
    return PictureJob("_".join(names), request)


def _short_names(headlines: tuple[str, ...]) -> dict[str, str]:
    """A short name for each headline, which depends on its words and not on its place in the list."""
    names = {headline: short(headline) for headline in headlines}
    shared = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {
        headline: f"{name}-{fingerprint(headline)[:4]}" if name in shared else name
        for headline, name in names.items()
    }
