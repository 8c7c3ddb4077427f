"""BERT's encoder: Devlin et al., "BERT" (arXiv:1810.04805), section 3.

On equal weights it gives the states of `transformers.BertModel`, whose import alone takes longer than drawing
a picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from adfusion.nets.linear import Linear, Mlp

_NAMES = {
    "embeddings.word_embeddings": "words",
    "embeddings.position_embeddings": "positions",
    "embeddings.token_type_embeddings": "segments",
    "embeddings.LayerNorm": "norm",
    "encoder.layer": "layers",
    "attention.self.": "",
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "norm_1",
    "intermediate.dense": "mlp.0",
    "output.dense": "mlp.2",
    "output.LayerNorm": "norm_2",
}
"""Parts of parameters' names in published checkpoints, and what they are here."""


@dataclass(frozen=True)
class BertConfig:
    """Shape of a `Bert`; the defaults are those of all-MiniLM-L6-v2."""

    vocabulary: int = 30522
    tokens: int = 512
    """Most that a text may have."""
    width: int = 384
    heads: int = 12
    depth: int = 6


class Bert(nn.Module):
    """Token numbers (b n) and their mask (b n), False for padding, to token states (b n width)."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.width
        self.words = nn.Embedding(config.vocabulary, width)
        self.positions = nn.Embedding(config.tokens, width)
        self.segments = nn.Embedding(2, width)
        self.norm = _norm(width)
        self.layers = nn.ModuleList(Layer(width, config.heads) for _ in range(config.depth))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        x: Tensor = self.norm(self.words(ids) + self.segments.weight[0] + self.positions(places))
        seen = rearrange(mask, "b n -> b 1 1 n")
        for layer in self.layers:
            x = layer(x, seen)
        return x

    def load_checkpoint(self, weights: Mapping[str, Tensor]) -> None:
        """Take the weights of a published checkpoint, which may hold others too."""
        renamed = {_renamed(name): weight for name, weight in weights.items()}
        self.load_state_dict({name: renamed[name] for name in self.state_dict()}, assign=True)


class Layer(nn.Module):
    """Self-attention, then an MLP, each added and then normalised."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (Linear(width, width) for _ in range(4))
        self.norm_1, self.norm_2 = _norm(width), _norm(width)
        self.mlp = Mlp(width, 4 * width, width, "none")

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        q, k, v = (
            rearrange(project(x), "b n (h d) -> b h n d", h=self.heads)
            for project in (self.query, self.key, self.value)
        )
        read = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        x = self.norm_1(x + self.out(rearrange(read, "b h n d -> b n (h d)")))
        out: Tensor = self.norm_2(x + self.mlp(x))
        return out


def _norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=1e-12)


def _renamed(name: str) -> str:
    for theirs, ours in _NAMES.items():
        name = name.replace(theirs, ours)
    return name
