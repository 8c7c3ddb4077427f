"""Learning to read prompts: from sentences to what each of their words says."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from PIL import Image, ImageDraw
from torch import Tensor

from adfusion.data.scenes import dictionary, phrases
from adfusion.data.scenes.caption import PRODUCT_WORDS
from adfusion.data.scenes.color_names import colors
from adfusion.data.scenes.sentences import TAGS, Sentence, sentence
from adfusion.models.lexicon import Lexicon
from adfusion.models.reader import PromptReader
from adfusion.nets import TextEncoder
from adfusion.nets.reader import Reader, ReaderConfig
from adfusion.training.loop import TrainingProgress
from adfusion.training.recipe import ReaderNetwork, ReaderRecipe
from adfusion.training.runs import finished_run

UNREAD = -100
"""The label of what is no word: padding and the encoder's own marks."""


class ReaderTask:
    """Cross-entropy of every token's tag, on sentences that come once each. Step n has sentences
    `first + n * batch` and on."""

    def __init__(self, recipe: ReaderRecipe, run: Path) -> None:
        del run
        self.recipe = recipe
        torch.manual_seed(recipe.seed)
        self.network = _network(recipe.network)

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        self.encoder = TextEncoder.load(accelerator.device)
        yield from ()

    def loss(self, step: int, share: slice) -> Tensor:
        start = self.recipe.first + step * self.recipe.batch
        sentences = [sentence(start + place) for place in range(self.recipe.batch)][share]
        text = self.encoder.encode([each.text for each in sentences])
        logits = self.network(text.states, text.mask)
        labels = _labels(sentences, self.encoder, logits.shape[1]).to(logits.device)
        return F.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=UNREAD)

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """The recipe's prompts, each over its parts as they are read."""
        reader = PromptReader(self.network, TAGS, {})
        prompts = self.recipe.sample_prompts
        image = Image.new("RGB", (1200, 24 + 48 * len(prompts)), "white")
        draw = ImageDraw.Draw(image)
        found = reader.parts(prompts, self.encoder) if prompts else []
        for row, (prompt, parts) in enumerate(zip(prompts, found, strict=True)):
            draw.text((16, 16 + 48 * row), prompt, "black")
            read = "   ".join(f"{part.tag}: {part.words}" for part in parts if part.tag)
            draw.text((32, 34 + 48 * row), read, "#2f6fde")
        return image


def trained_reader(run: Path) -> PromptReader:
    """The reader of a finished run, with the words of the scenes."""
    weights, record = finished_run(run)
    network = _network(ReaderRecipe(**record["recipe"]).network)
    network.load_state_dict(weights)
    encoder = TextEncoder.load()
    neither = dict.fromkeys(phrases.beside_the_point(), "")
    lexicons = {
        "product": Lexicon.of(_valued(PRODUCT_WORDS), _valued(dictionary.PRODUCTS), encoder),
        "color": Lexicon.of(*colors(), encoder),
        "season": Lexicon.of(_valued(phrases.SEASON) | _valued(phrases.OCCASIONS) | neither, {}, encoder),
        "light": Lexicon.of(_valued(phrases.LIGHT) | neither, {}, encoder),
    }
    return PromptReader(network.eval().requires_grad_(False), TAGS, lexicons)


def _valued(told: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {phrase: value for value, phrases in told.items() for phrase in phrases}


def _network(recipe: ReaderNetwork) -> Reader:
    return Reader(ReaderConfig(len(TAGS), width=recipe.width, heads=recipe.heads, depth=recipe.depth))


def _labels(sentences: Sequence[Sentence], encoder: TextEncoder, tokens: int) -> Tensor:
    """The place in `TAGS` of what each token says, (sentences, tokens)."""
    labels = torch.full((len(sentences), tokens), UNREAD)
    for row, each in enumerate(sentences):
        read = encoder.tokenizer.encode(each.text)
        for place, ((start, _), special) in enumerate(
            zip(read.offsets, read.special_tokens_mask, strict=True)
        ):
            if not special and place < tokens:
                tags = (tag for first, end, tag in each.parts if first <= start < end)
                labels[row, place] = TAGS.index(next(tags, ""))
    return labels
