"""The reader: tells for each token of a prompt what it says.

Token tagging as in Devlin et al., "BERT" (arXiv:1810.04805, section 5.3), with the text encoder frozen: two
more layers of its kind and a linear classifier.
"""

from dataclasses import dataclass

from einops import rearrange
from torch import Tensor, nn

from adfusion.nets.bert import Layer
from adfusion.nets.linear import Linear


@dataclass(frozen=True)
class ReaderConfig:
    """Shape of a `Reader`. `ValueError` if `heads` does not divide `width`."""

    tags: int
    text_width: int = 384
    width: int = 192
    heads: int = 6
    depth: int = 2

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(f"heads: found {self.heads}, allowed: divisors of width, {self.width}")


class Reader(nn.Module):
    """Token states (b n text_width) and their mask (b n), False for padding, to logits (b n tags)."""

    def __init__(self, config: ReaderConfig) -> None:
        super().__init__()
        self.config = config
        self.narrow = Linear(config.text_width, config.width)
        self.layers = nn.ModuleList(Layer(config.width, config.heads) for _ in range(config.depth))
        self.tag = Linear(config.width, config.tags)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        x = self.narrow(states)
        seen = rearrange(mask, "b n -> b 1 1 n")
        for layer in self.layers:
            x = layer(x, seen)
        logits: Tensor = self.tag(x)
        return logits
