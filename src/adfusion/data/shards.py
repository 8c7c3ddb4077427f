"""Scenes rendered once and read many times: one file of pictures for every few hundred scenes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from adfusion import files
from adfusion.data.scenes.scene import ASPECTS, VERSION, Aspect, Scene, random_scene

SHARD = 250
"""Scenes in a shard; all pictures of a shard have one size."""


@dataclass(frozen=True)
class Shard:
    """Scenes `first` … `first + count - 1` at `size` = (width, height) pixels."""

    folder: Path
    first: int
    count: int
    size: tuple[int, int]

    @property
    def path(self) -> Path:
        width, height = self.size
        return self.folder / f"scenes-v{VERSION}-{self.first:07d}+{self.count}-{width}x{height}.npy"

    @property
    def scenes(self) -> list[Scene]:
        aspect = nearest_aspect(*self.size)
        return [random_scene(number, aspect) for number in range(self.first, self.first + self.count)]

    def pictures(self) -> np.ndarray:
        """uint8 (count, height, width, 3), memory-mapped."""
        return cast(np.ndarray, np.load(self.path, mmap_mode="r", allow_pickle=False))


def nearest_aspect(width: int, height: int) -> Aspect:
    """The named aspect ratio that is nearest to width:height."""
    return cast(Aspect, min(ASPECTS, key=lambda name: abs(np.log(ASPECTS[name] * height / width))))


def plan(folder: Path, first: int, scenes: int, sizes: Sequence[tuple[int, int]]) -> list[Shard]:
    """Cut a range of scenes into shards; the sizes take turns."""
    starts = range(first, first + scenes, SHARD)
    return [
        Shard(folder, start, min(SHARD, first + scenes - start), sizes[index % len(sizes)])
        for index, start in enumerate(starts)
    ]


def render_missing(shards: Sequence[Shard]) -> Iterator[int]:
    """Render the shards that are not on disk yet; yields how many scenes are ready after each shard."""
    ready = 0
    for shard in shards:
        if not shard.path.exists():
            from adfusion.data.scenes.render import render

            pictures = render(shard.scenes, size=shard.size).rgb
            with files.replacing(shard.path) as temporary:
                np.save(temporary, pictures, allow_pickle=False)
        ready += shard.count
        yield ready
