"""From a brief to the list of everything that will be made.

Creatives are concept × segment × headline × placement × variant. The call to action is not crossed but
rotated: headline number h of variant v gets number h + v, so that with as many variants as calls to action
every headline meets every one of them.

A picture belongs to (concept, segment, variant, shape, copy space) and serves every headline, and every
placement of that shape. Its seed depends on the names of concept and segment and on the variant alone: a set
looks alike across placements, and adding a segment changes no other picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adfusion.campaigns.fingerprint import fingerprint, stable_seed
from adfusion.campaigns.prompt import prompt
from adfusion.creative.brief import Brief, slug
from adfusion.creative.placement import Placement
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


def plan(brief: Brief, generator: Generator, steps: int | None = None) -> Plan:
    """What `brief` asks for, drawn by `generator` in `steps` (by default the model's own number).

    Raises `UserError` if the generator cannot draw one of the pictures.
    """
    return Plan(tuple(_creatives(brief, generator, steps)))


def _creatives(brief: Brief, generator: Generator, steps: int | None) -> Iterator[CreativeJob]:
    for concept in brief.concepts:
        for segment in brief.segments:
            subject = f"{slug(concept.name)}_{slug(segment.name)}"
            headlines = _short_names(brief.headlines_for(segment))
            calls = brief.calls_to_action_for(segment) or ("",)
            for number, (headline, headline_name) in enumerate(headlines.items()):
                for variant in range(1, brief.variants + 1):
                    seed = stable_seed(brief.seed, concept.name, segment.name, variant)
                    for placement in brief.places():
                        size = nearest_size(ASPECTS[placement.aspect], generator.sizes)
                        words = prompt(brief, concept, segment, placement.copy_space)
                        request = generator.request(words, seed=seed, size=size, steps=steps)
                        shape = f"{size[0]}x{size[1]}_{placement.copy_space}"
                        yield CreativeJob(
                            id=f"{subject}_{headline_name}_{placement.name}_v{variant}",
                            concept=concept.name,
                            segment=segment.name,
                            headline=headline,
                            call_to_action=calls[(number + variant - 1) % len(calls)],
                            placement=placement,
                            variant=variant,
                            picture=PictureJob(f"{subject}_{shape}_v{variant}", request),
                        )


def _short_names(headlines: tuple[str, ...]) -> dict[str, str]:
    """A short name for each headline, which depends on its words and not on its place in the list."""
    names = {headline: short(headline) for headline in headlines}
    shared = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {
        headline: f"{name}-{fingerprint(headline)[:4]}" if name in shared else name
        for headline, name in names.items()
    }
