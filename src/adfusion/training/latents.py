"""What the denoiser learns from: pictures as latents, captions as token states, each computed once."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from adfusion import files
from adfusion.data.photo_shards import PhotoShard
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.plain import THOROUGH, said_of
from adfusion.data.scenes.scene import Scene
from adfusion.data.shards import Shard
from adfusion.nets import Autoencoder, TextEncoder, TextStates
from adfusion.pixels import to_pixels
from adfusion.training.loop import TrainingProgress
from adfusion.training.recipe import PictureData, SceneData


@dataclass(frozen=True)
class LatentShard:
    """One shard, encoded. Item i has caption states `texts[starts[i * captions + k] : starts[… + 1]]`."""

    latents: Tensor
    """(n c h w) float16, not normalised."""
    texts: Tensor
    """(tokens of all captions, 384) float16, one after another."""
    starts: Tensor
    """(n * captions + 1,) int64."""


def encode_shards(
    folder: Path,
    shards: Sequence[Shard | PhotoShard],
    data: PictureData,
    autoencoder: Autoencoder,
    device: torch.device,
) -> Generator[TrainingProgress, None, list[LatentShard]]:
    """Encode what is missing in `folder`; returns all shards, loaded."""
    encoder: TextEncoder | None = None
    paths = [folder / f"{shard.path.stem}.safetensors" for shard in shards]
    total, ready = sum(shard.count for shard in shards), 0
    for shard, path in zip(shards, paths, strict=True):
        if not path.exists():
            encoder = encoder or TextEncoder.load(device)
            encoded = _encode(*_examples(shard, data), autoencoder, encoder, device)
            with files.replacing(path) as temporary:
                save_file(encoded, temporary)
        ready += shard.count
        yield TrainingProgress(ready, total, message="encoding pictures and captions")
    return [LatentShard(**load_file(path)) for path in paths]


def _examples(shard: Shard | PhotoShard, data: PictureData) -> tuple[np.ndarray, list[str]]:
    """Pictures (n h w 3) to learn from, and `data.captions` wordings of each, one after the other."""
    if isinstance(shard, PhotoShard):
        return shard.pictures(), list(shard.captions)
    assert isinstance(data, SceneData)
    scenes = shard.scenes
    learnt = data.learnt(scenes)
    plain = round(data.plain * data.captions)

    def say(scene: Scene, turn: int, place: int) -> str:
        wording = turn * data.captions + place
        return said_of(scene, wording, THOROUGH).plain() if place < plain else caption(scene, wording)

    wordings = [say(scenes[index], turn, place) for index, turn in learnt for place in range(data.captions)]
    return shard.pictures()[[index for index, _ in learnt]], wordings


@torch.no_grad()
def _encode(
    pictures: np.ndarray,
    wordings: Sequence[str],
    autoencoder: Autoencoder,
    encoder: TextEncoder,
    device: torch.device,
) -> dict[str, Tensor]:
    """Encoded as in a `LatentShard`."""
    latents = torch.cat([
        autoencoder.encode(to_pixels(part).to(device)).half().cpu()
        for part in np.array_split(pictures, max(1, len(pictures) // 32))
    ])  # fmt: skip
    # Texts of like length are encoded together, so that little is computed for padding.
    by_length = sorted(range(len(wordings)), key=lambda index: len(wordings[index]))
    states: list[Tensor] = [torch.empty(0)] * len(wordings)
    for start in range(0, len(by_length), 64):
        chosen = by_length[start : start + 64]
        batch = encoder.encode([wordings[index] for index in chosen])
        for index, state, mask in zip(chosen, batch.states.half().cpu(), batch.mask.cpu(), strict=True):
            states[index] = state[mask]
    lengths = torch.tensor([0, *(len(state) for state in states)])
    return {"latents": latents.contiguous(), "texts": torch.cat(states), "starts": lengths.cumsum(0)}


class Texts:
    """Token states of many texts, joined on `device`; a batch of them is one look-up."""

    def __init__(self, parts: Sequence[tuple[Tensor, Tensor]], device: torch.device) -> None:
        """parts: token states (tokens, 384), one text after another, and (texts + 1,) where each starts."""
        self._states = torch.cat([states for states, _ in parts]).to(device)
        self._lengths = torch.cat([starts.diff() for _, starts in parts])
        self._starts = self._lengths.cumsum(0) - self._lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def read(self, indices: np.ndarray, multiple: int = 1) -> TextStates:
        """Some of the texts, float32, padded to the longest, or on to a multiple."""
        chosen = torch.from_numpy(indices)
        lengths = self._lengths[chosen, None]
        longest = -(-int(lengths.max()) // multiple) * multiple
        places, device = torch.arange(longest), self._states.device
        mask = (places < lengths).to(device)
        where = torch.where(places < lengths, self._starts[chosen, None] + places, 0).to(device)
        return TextStates(self._states[where].float() * mask[..., None], mask)


class LatentGroups:
    """Encoded shards grouped by latent size, addressed as one array a group. They lie on `device`: 60,000
    pictures of 256×256 and four captions of each take 6 GB, and moving batches would keep a GPU waiting."""

    def __init__(
        self, shards: Sequence[LatentShard], captions: int, nothing: Tensor, device: torch.device
    ) -> None:
        """nothing: the states (tokens, 384) of no caption."""
        self._captions = captions
        shapes = sorted({tuple(shard.latents.shape[1:]) for shard in shards})
        groups = [[shard for shard in shards if tuple(shard.latents.shape[1:]) == shape] for shape in shapes]
        self._latents = [torch.cat([shard.latents for shard in group]).to(device) for group in groups]
        silence = nothing, torch.tensor([0, len(nothing)])
        self._texts = [
            Texts([*((shard.texts, shard.starts) for shard in group), silence], device) for group in groups
        ]
        sums = [shard.latents.double().sum((0, 2, 3)) for shard in shards]
        squares = [shard.latents.double().square().sum((0, 2, 3)) for shard in shards]
        count = sum(shard.latents[:, 0].numel() for shard in shards)
        self.mean = (torch.stack(sums).sum(0) / count).float()
        """Per-channel mean (c,) of all latents."""
        self.std = (torch.stack(squares).sum(0) / count - self.mean.double().square()).sqrt().float()
        """Per-channel standard deviation (c,)."""

    def counts(self) -> list[int]:
        return [len(latents) for latents in self._latents]

    def read(
        self, group: int, indices: np.ndarray, wordings: np.ndarray, kept: np.ndarray, multiple: int = 1
    ) -> tuple[Tensor, TextStates]:
        """Normalised latents (n c h w) float32, and that wording of the caption, where it is kept."""
        latents, texts = self._latents[group], self._texts[group]
        chosen = latents[torch.from_numpy(indices).to(latents.device)].float()
        mean, std = (each.view(-1, 1, 1).to(chosen) for each in (self.mean, self.std))
        text = np.where(kept, indices * self._captions + wordings, len(texts) - 1)
        return (chosen - mean) / std, texts.read(text, multiple)


def pad(texts: Sequence[Tensor], multiple: int = 1) -> TextStates:
    """Token states of different lengths as one batch, padded to the longest, or on to a multiple."""
    lengths = torch.tensor([len(text) for text in texts])
    states = torch.nn.utils.rnn.pad_sequence(list(texts), batch_first=True).float()
    states = torch.nn.functional.pad(states, (0, 0, 0, -states.shape[1] % multiple))
    return TextStates(states, torch.arange(states.shape[1])[None] < lengths[:, None])
