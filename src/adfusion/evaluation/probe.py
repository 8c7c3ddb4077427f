"""The probe that comes with the package: reading attributes and features from pictures.

It lives in a folder of its own: `probe.json` says what it was trained on and how often it is right on renders
that it never saw, `probe.safetensors` holds the weights, checked against their hash before use.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from adfusion import files
from adfusion.errors import UserError
from adfusion.evaluation.attributes import ATTRIBUTES, MIRRORED
from adfusion.evaluation.statistics import Share
from adfusion.nets.probe import Probe, ProbeConfig
from adfusion.pixels import to_pixels

FOLDER = Path(__file__).parent / "probe"
CARD, WEIGHTS = "probe.json", "probe.safetensors"
TRUSTED = 0.98
"""An attribute is reported only if the probe reads at least this share of held-out renders rightly."""


class ProbeCard(BaseModel):
    """What the probe is and how far it can be trusted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: Annotated[int, Field(ge=1)]
    blocks: Annotated[int, Field(ge=1)]
    attributes: dict[str, tuple[str, ...]]
    accuracy: dict[str, Share]
    """Of each attribute, on held-out renders."""
    training: dict[str, JsonValue]
    sha256: str
    """Of the weight file."""

    @property
    def trusted(self) -> tuple[str, ...]:
        """The attributes that are reported."""
        return tuple(name for name, share in self.accuracy.items() if share.share >= TRUSTED)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Of the sizes (width, height) that it learnt from, the one whose shape is nearest."""
        recipe: Any = self.training["recipe"]
        return min(
            (tuple(size) for size in recipe["data"]["sizes"]),
            key=lambda size: abs(np.log(size[0] * height / (size[1] * width))),
        )


@dataclass(frozen=True, eq=False)
class ProbeReader:
    """A probe ready for use. Pictures are uint8 (n, height, width, 3).

    Larger ones than it learnt from are made as small first, by averaging: its accuracy is that at its own
    sizes, and models of all sizes are read by one measure.
    """

    card: ProbeCard
    network: Probe

    @torch.inference_mode()
    def read(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """The most likely value of each attribute, as its place among the attribute's values: (n,) each.

        A picture and its mirror image are read, and what is said of both counts.
        """
        parts = [(self.network(part), self.network(part.flip(3))) for part in self._parts(pictures)]
        return {
            name: torch.cat(
                [_chances(one[name]) + _chances(other[name])[:, _mirrored(values)] for one, other in parts]
            )
            .argmax(dim=1)
            .numpy()
            for name, values in self.card.attributes.items()
        }

    @torch.inference_mode()
    def features(self, pictures: np.ndarray) -> np.ndarray:
        """float64 (n, d)."""
        return torch.cat([self.network.features(part) for part in self._parts(pictures)]).double().numpy()

    def _parts(self, pictures: np.ndarray, size: int = 64) -> Iterator[Tensor]:
        height, width = pictures.shape[1:3]
        own_width, own_height = self.card.size(width, height)
        for start in range(0, len(pictures), size):
            part = to_pixels(pictures[start : start + size])
            if width * height > own_width * own_height:
                part = F.interpolate(part, (own_height, own_width), mode="area")
            yield part.contiguous(memory_format=torch.channels_last)


def probe_config(width: int, blocks: int, attributes: Mapping[str, tuple[str, ...]]) -> ProbeConfig:
    return ProbeConfig({name: len(values) for name, values in attributes.items()}, width, blocks)


def load_probe(folder: Path = FOLDER) -> ProbeReader:
    """The probe in `folder`. Raises `UserError` if it is missing, changed or damaged."""
    try:
        card = ProbeCard.model_validate_json((folder / CARD).read_bytes())
        data = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise UserError(f"{error.filename}: cannot read the probe: {error.strerror}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise UserError(f"{folder / CARD}: {field}: {problem['msg']}") from error
    found = sha256(data).hexdigest()
    if found != card.sha256:
        raise UserError(
            f"{folder / WEIGHTS}: sha256: found {found}, expected {card.sha256}: the file was changed"
        )
    network = Probe(probe_config(card.width, card.blocks, card.attributes))
    try:
        weights = {name: weight.float() for name, weight in safetensors.load(data).items()}
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError, ValueError, KeyError) as error:
        raise UserError(f"{folder / WEIGHTS}: not this probe's weights: {error}") from error
    return ProbeReader(card, network.eval().requires_grad_(False))


def save_probe(
    network: Probe, accuracy: Mapping[str, Share], training: dict[str, Any], folder: Path = FOLDER
) -> ProbeCard:
    """Write the weights in float16, and the card that vouches for them."""
    weights = {name: weight.detach().half().contiguous() for name, weight in network.state_dict().items()}
    data = safetensors.save(weights)
    card = ProbeCard(
        width=network.config.width,
        blocks=network.config.blocks,
        attributes=ATTRIBUTES,
        accuracy=dict(accuracy),
        training=training,
        sha256=sha256(data).hexdigest(),
    )
    files.write_bytes(folder / WEIGHTS, data)
    files.write_text(folder / CARD, json.dumps(card.model_dump(mode="json"), indent=2) + "\n")
    return card


def _chances(logits: Tensor) -> Tensor:
    return logits.log_softmax(dim=1)


def _mirrored(values: Sequence[str]) -> list[int]:
    """For each value the place of the one that its picture's mirror image has."""
    return [values.index(MIRRORED.get(value, value)) for value in values]
