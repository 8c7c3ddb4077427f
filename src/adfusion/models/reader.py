"""Reading prompts: what a sentence says of a scene, told in the plain words that a model knows best.

A denoiser that was trained for hours on two cores has seen each wording of each thing a few times. Words cost
nothing, pictures do: so a small network learns from a hundred thousand sentences, without a picture, to find
what a prompt says, and the denoiser is given the plain caption (`adfusion.data.scenes.plain`). Rewriting
prompts into the words of the training captions is what Betker et al. 2023, "Improving Image Generation with
Better Captions" (section 3.5 and appendix C), do with a language model.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from statistics import fmean

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from adfusion.data.scenes.completion import completed
from adfusion.data.scenes.plain import NOTHING, ROLES, Said
from adfusion.data.scenes.scene import COLORS
from adfusion.models.color_roles import COLOR_ROLES, OF_PRODUCT, give_roles
from adfusion.models.lexicon import Lexicon
from adfusion.nets import TextEncoder
from adfusion.nets.reader import Reader, ReaderConfig
from adfusion.nets.unfilled import unfilled

NOUN, COLOR, UNREAD, SURE = 0.3, 0.4, 0.45, 0.6
"""Least cosine similarities to known words: of an unknown noun that stands where a product does, of an
unknown colour, of words that were read as nothing, and of words to be taken for another value than they were
read as."""
CERTAIN, DOUBT = 0.6, 0.05
"""Least likelihood of a word that is read as a value; and to be the product where no word is read as it."""

_VALUED = ("material", "stage", "light", "season", "camera_height", "camera_distance", "copy_space")
_MOODS = ("season", "light")
"""Attributes that words without a tag may mean, such as a feast."""
_WORD = re.compile(r"\w[\w'-]+")
_BEHIND = re.compile(r"(background|backdrop)\b", re.IGNORECASE)
"""What a colour right before it is the colour of."""


@dataclass(frozen=True)
class Part:
    """Neighbouring words of a prompt that say one thing, or nothing."""

    words: str
    tag: str
    weight: float
    """Sum of the probabilities of its words."""
    roles: Mapping[str, float]
    """How likely its first word is the product, or a colour in each role (`adfusion.models.color_roles`)."""


class PromptReader:
    """A `Reader` network with its tags, and lexicons of products and colours."""

    def __init__(
        self, network: Reader, tags: Sequence[str], lexicons: Mapping[str, Lexicon], file: bytes | None = None
    ) -> None:
        self.network = network
        self.tags = tuple(tags)
        self.lexicons = dict(lexicons)
        self._file = file

    def plain(
        self, prompts: Sequence[str], encoder: TextEncoder, seeds: Sequence[int] | None = None
    ) -> list[str]:
        """Each prompt as a plain caption, or as it is if it names no product that scenes have. With `seeds`,
        one a prompt, what it leaves open is chosen (`adfusion.data.scenes.completion`)."""
        said = iter(self.read([prompt for prompt in prompts if prompt.strip()], encoder))
        readings = [next(said) if prompt.strip() else None for prompt in prompts]
        if seeds is not None:
            readings = [
                None if reading is None else completed(reading, seed)
                for reading, seed in zip(readings, seeds, strict=True)
            ]
        return [
            prompt if reading is None else reading.plain()
            for prompt, reading in zip(prompts, readings, strict=True)
        ]

    def read(self, prompts: Sequence[str], encoder: TextEncoder) -> list[Said | None]:
        """What each prompt says; `None` where it names no product that scenes have, nor an empty stage."""
        return [self._said(parts, encoder) for parts in self.parts(prompts, encoder)] if prompts else []

    def knows(self, attribute: str, words: str) -> bool:
        """Whether `words` are a value of `attribute`, a field of `Said`, by the letter."""
        lexicon = self.lexicons.get("color" if attribute.endswith("color") else attribute)
        return lexicon is not None and lexicon.find(words) is not None

    @torch.no_grad()
    def parts(self, prompts: Sequence[str], encoder: TextEncoder) -> list[list[Part]]:
        """The parts of each prompt, in order."""
        text = encoder.recall(prompts)
        probabilities = self.network(text.states, text.mask).softmax(-1).cpu()
        found = []
        for prompt, row in zip(prompts, probabilities, strict=True):
            tokens = encoder.tokenizer.encode(prompt)
            inner = [
                place
                for place, (special, real) in enumerate(
                    zip(tokens.special_tokens_mask, tokens.attention_mask, strict=True)
                )
                if real and not special
            ]
            offsets = [tokens.offsets[place] for place in inner]
            found.append(self._parts(prompt, offsets, row[inner]))
        return found

    def _parts(self, prompt: str, offsets: Sequence[tuple[int, int]], rows: Tensor) -> list[Part]:
        """Tokens to words to parts. A word's pieces speak with one voice, their mean."""
        words: list[tuple[int, int, list[int]]] = []
        for place, (start, end) in enumerate(offsets):
            if words and words[-1][1] == start and _one_word(prompt[words[-1][0] : start], prompt[start:end]):
                first, _, places = words[-1]
                words[-1] = first, end, [*places, place]
            else:
                words.append((start, end, [place]))
        parts: list[tuple[int, int, str, float, Mapping[str, float]]] = []
        for start, end, places in words:
            likely = rows[places].mean(0)
            best = likely.max(-1)
            tag, weight = self.tags[int(best.indices)], float(best.values)
            if parts and parts[-1][2] == tag:
                first, _, _, before, roles = parts[-1]
                parts[-1] = first, end, tag, before + weight, roles
            else:
                roles = {role: float(likely[self.tags.index(role)]) for role in ("product", *COLOR_ROLES)}
                parts.append((start, end, tag, weight, roles))
        return _backdrops_named(
            [Part(prompt[start:end], tag, weight, roles) for start, end, tag, weight, roles in parts]
        )

    def _said(self, parts: Sequence[Part], encoder: TextEncoder) -> Said | None:
        strongest: dict[str, Part] = {}
        for part in parts:
            role = part.tag.partition("=")[0]
            weak = "=" in part.tag and part.weight < CERTAIN
            if role and not weak and (role not in strongest or part.weight > strongest[role].weight):
                strongest[role] = part
        product = self._product(strongest.get("product"), parts, encoder)
        if product is None:
            return None
        values = {role: strongest[role].tag.partition("=")[2] for role in _VALUED if role in strongest}
        colors, given = self._colors(parts, product != NOTHING, encoder)
        idle = self._idle(parts, given)
        for attribute in _MOODS:
            if attribute in values:
                values[attribute] = self._mood(attribute, strongest[attribute], encoder)
            elif meant := self._meant(attribute, idle, encoder):
                values[attribute] = meant
        said = Said(product=product, **values, **colors)
        return replace(said, material=None) if product == NOTHING else said

    def _product(self, part: Part | None, parts: Sequence[Part], encoder: TextEncoder) -> str | None:
        """The value of the part that names it, or else of the word that most likely does."""
        lexicon = self.lexicons["product"]
        if part is not None:
            if "=" in part.tag:
                return NOTHING
            words, least = part.words, NOUN
        else:
            likeliest = max(parts, key=lambda each: each.roles["product"], default=None)
            if likeliest is None or likeliest.roles["product"] < DOUBT:
                return self._meant("product", self._idle(parts), encoder)
            words, least = likeliest.words.split()[0], UNREAD
        if (known := lexicon.find(words)) is not None:
            return known
        ((value, similarity),) = lexicon.nearest([words], encoder)
        return value if similarity >= least else None

    def _mood(self, attribute: str, part: Part, encoder: TextEncoder) -> str:
        """What a part was read as, unless its words, being unknown, are surely more like another value's."""
        lexicon, read = self.lexicons[attribute], part.tag.partition("=")[2]
        if (known := lexicon.find(part.words)) is not None:
            return known or read
        ((value, similarity),) = lexicon.nearest([part.words], encoder)
        return value if value and similarity >= SURE else read

    def _color(self, words: str, encoder: TextEncoder) -> str | None:
        lexicon = self.lexicons["color"]
        if (known := lexicon.find(words)) is not None:
            return known
        ((value, similarity),) = lexicon.nearest([words], encoder)
        return value if similarity >= COLOR else None

    def _idle(self, parts: Sequence[Part], given: Sequence[Part] | None = None) -> list[Part]:
        """Parts that were read as nothing, or as a colour and are none: no dictionary has them or, once roles
        are `given`, they have none and are no plain colour word ("dusk" is a name of the survey too)."""
        lexicon = self.lexicons["color"]

        def is_color(part: Part) -> bool:
            if given is None or part in given:
                return lexicon.find(part.words) is not None
            return part.words.lower() in lexicon.anchors

        return [part for part in parts if not part.tag or (part.tag in COLOR_ROLES and not is_color(part))]

    def _meant(self, attribute: str, idle: Sequence[Part], encoder: TextEncoder) -> str | None:
        """The value that idle words are most like, if any are alike enough, each alone or all of a part."""
        words = [word for part in idle for word in dict.fromkeys((part.words, *_WORD.findall(part.words)))]
        nearest = self.lexicons[attribute].nearest(words, encoder)
        found = [(similarity, value) for value, similarity in nearest if value and similarity >= UNREAD]
        return max(found)[1] if found else None

    def _colors(
        self, parts: Sequence[Part], product: bool, encoder: TextEncoder
    ) -> tuple[dict[str, str], list[Part]]:
        """The fields of `Said` that are colours, and the kind of the backdrop; the parts that say them."""
        meant = [(part, self._color(part.words, encoder)) for part in parts if part.tag in COLOR_ROLES]
        colored = [(part, color) for part, color in meant if color is not None]
        kind, places = give_roles([part.roles for part, _ in colored], product=product)
        named = {role: colored[place][1] for role, place in places.items()}
        if product and "product_color" not in named and (before := self._color_before(parts)):
            named["product_color"] = before
        said = {role: named[role] for role in OF_PRODUCT if role in named}
        if kind is not None:
            fields = ("backdrop", "backdrop_color", "second_color")
            said |= zip(fields, (kind, *(named[role] for role in ROLES[kind])), strict=False)
        return said, [colored[place][0] for place in places.values()]

    def _color_before(self, parts: Sequence[Part]) -> str | None:
        """The colour that the word before the product is by the letter, though it was read as nothing."""
        for before, part in pairwise(parts):
            if part.tag == "product" and not before.tag:
                return self.lexicons["color"].find(before.words.split()[-1])
        return None

    def to_bytes(self) -> bytes:
        """A safetensors file: the network and the lexicons' states in float16, all words in its metadata. Of
        one that was read from a file: that file, for `safetensors` writes metadata in any order."""
        if self._file is not None:
            return self._file
        tensors = {f"network.{name}": weight for name, weight in self.network.state_dict().items()}
        tensors |= {f"lexicon.{name}": lexicon.states for name, lexicon in self.lexicons.items()}
        metadata = {
            "config": json.dumps(asdict(self.network.config)),
            "tags": json.dumps(self.tags),
            "lexicons": json.dumps(
                {
                    name: {"words": dict(lexicon.words), "anchors": lexicon.anchors}
                    for name, lexicon in self.lexicons.items()
                }
            ),
        }
        halved = {name: tensor.detach().cpu().half().contiguous() for name, tensor in tensors.items()}
        return safetensors.save(halved, metadata)

    @classmethod
    def from_bytes(cls, data: bytes, device: torch.device | str = "cpu") -> "PromptReader":
        """What `to_bytes` wrote, on `device`. Raises `ValueError` if it is anything else."""
        try:
            length = int.from_bytes(data[:8], "little")
            told = json.loads(data[8 : 8 + length])["__metadata__"]
            tensors = {name: tensor.float() for name, tensor in safetensors.load(data).items()}
            tags = tuple(json.loads(told["tags"]))
            with unfilled():
                network = Reader(ReaderConfig(**json.loads(told["config"])))
            weights = {name: tensors[f"network.{name}"] for name in network.state_dict()}
            network.load_state_dict(weights, assign=True)
            lexicons = {
                name: Lexicon(lexicon["words"], tuple(lexicon["anchors"]), tensors[f"lexicon.{name}"])
                for name, lexicon in json.loads(told["lexicons"]).items()
            }
        except (KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
            raise ValueError(f"not a reader: {error}") from error
        if network.config.tags != len(tags) or not {"product", "color", *_MOODS} <= lexicons.keys():
            raise ValueError("not a reader: its tags or lexicons are incomplete")
        return cls(network.eval().requires_grad_(False).to(device), tags, lexicons, data)


def _backdrops_named(parts: Sequence[Part]) -> list[Part]:
    """The parts, in which colour words right before "background" are one colour, and no product's. Where a
    prompt names no other, the network takes that of "a mug on a red background" often for the mug's."""
    found: list[Part] = []
    for part in parts:
        colors: list[Part] = []
        while _BEHIND.match(part.words) and found and found[-1].tag in COLOR_ROLES:
            colors.insert(0, found.pop())
        if colors:
            likely = {role: fmean(color.roles[role] for color in colors) for role in COLOR_ROLES}
            behind = sum(likely[role] for role in COLOR_ROLES if role not in OF_PRODUCT) or 1.0
            roles = {role: 0.0 if role in OF_PRODUCT else likely[role] / behind for role in COLOR_ROLES}
            words = " ".join(color.words for color in colors)
            weight = sum(color.weight for color in colors)
            found.append(Part(words, colors[-1].tag, weight, {"product": 0.0, **roles}))
        found.append(part)
    return found


def _one_word(before: str, piece: str) -> bool:
    """Whether a token belongs to the word before it: "jet-black" is one word, "pink-white" two colours."""
    if piece[0].isalnum() == before[-1].isalnum():
        return piece[0].isalnum()
    return (before[-1] == "-" or piece == "-") and before.strip("-").lower() not in COLORS
