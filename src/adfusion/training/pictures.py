"""Batches of pictures: which pictures come in which step, as tensors."""

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from adfusion.data import photo_shards, shards
from adfusion.data.photo import refuse
from adfusion.data.photo_shards import PhotoShard
from adfusion.data.scenes.scene import Scene
from adfusion.data.shards import Shard
from adfusion.training.loop import TrainingProgress
from adfusion.training.recipe import PhotoData, PictureData, SceneData


def ready_shards(
    run: Path, data: PictureData
) -> Generator[TrainingProgress, None, list[Shard] | list[PhotoShard]]:
    """Render what is missing into the folder `scenes` beside the run, or read pictures into the folder
    `pictures` in it; returns the shards."""
    if not isinstance(data, SceneData):
        return (yield from _read_photos(run, data))
    planned = shards.plan(run.parent / "scenes", data.first, data.scenes, data.sizes)
    for ready in shards.render_missing(planned):
        yield TrainingProgress(ready, data.scenes, message="rendering scenes")
    return planned


def _read_photos(run: Path, data: PhotoData) -> Generator[TrainingProgress, None, list[PhotoShard]]:
    """A run that has begun goes on with what it had read. Raises `UserError` for bad pictures, or none."""
    folder = run / "pictures"
    if not (run / "checkpoint.safetensors").exists():
        bad = []
        for done, problem in enumerate(photo_shards.cut(data.read(), folder, data.sizes), 1):
            note = None
            if problem is not None:
                bad.append(problem)
                note = f"skipped {problem}" if data.skip_bad else None
            yield TrainingProgress(done, done, message="reading pictures", note=note)
        good = len(photo_shards.entries_of(folder))
        refuse(data.name, [] if data.skip_bad else bad, good, least=1, way="skip_bad: true")
    return photo_shards.shards_of(folder)


class Order:
    """Which items of which group make up batch number n, forever, without a state.

    A batch comes from one group (pictures of one size). An epoch passes over all items once, or as often as
    the smallest group needs to fill a batch; each has its own order, drawn from (seed, epoch).
    """

    def __init__(self, group_sizes: Sequence[int], batch: int, seed: int) -> None:
        self._groups, self._batch, self._seed = list(group_sizes), batch, seed
        self._passes = max(-(-batch // size) for size in self._groups)
        self._per_epoch = sum(self._passes * size // batch for size in self._groups)
        self._epoch, self._batches = -1, list[tuple[int, np.ndarray]]()

    def __getitem__(self, step: int) -> tuple[int, np.ndarray]:
        """(group, indices of its items) for batch number `step`."""
        epoch, place = divmod(step, self._per_epoch)
        if epoch != self._epoch:
            rng = np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
            batches = [
                (group, chosen)
                for group, size in enumerate(self._groups)
                for chosen in self._passed(rng, size)
            ]
            self._batches = [batches[index] for index in rng.permutation(len(batches))]
            self._epoch = epoch
        return self._batches[place]

    def _passed(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """(batches, batch) indices of an epoch's passes over a group; what fills no batch is left out."""
        items = np.concatenate([rng.permutation(size) for _ in range(self._passes)])
        return items[: len(items) // self._batch * self._batch].reshape(-1, self._batch)


class PictureGroups:
    """All shards, grouped by picture size, addressed as one array a group."""

    def __init__(self, shards: Sequence[Shard | PhotoShard]) -> None:
        self.sizes = sorted({shard.size for shard in shards})
        self._shards = {size: [shard for shard in shards if shard.size == size] for size in self.sizes}
        self._arrays = {size: [shard.pictures() for shard in group] for size, group in self._shards.items()}

    def counts(self) -> list[int]:
        return [sum(len(array) for array in self._arrays[size]) for size in self.sizes]

    def scenes(self, group: int) -> list[Scene]:
        """The scene of every item of a group, in order."""
        shards = self._shards[self.sizes[group]]
        return [scene for shard in shards if isinstance(shard, Shard) for scene in shard.scenes]

    def views(self, group: int, indices: np.ndarray) -> list[np.ndarray]:
        """The named items of a group, each uint8 (height, width, 3) on disk: only what is used is read."""
        arrays = self._arrays[self.sizes[group]]
        starts = np.cumsum([0, *(len(array) for array in arrays)])
        owners = np.searchsorted(starts, indices, side="right") - 1
        return [arrays[owner][index - starts[owner]] for owner, index in zip(owners, indices, strict=True)]

    def read(self, group: int, indices: np.ndarray) -> np.ndarray:
        """uint8 (n, height, width, 3) of the named items of a group."""
        return np.stack(self.views(group, indices))


def random_crops(
    pixels: Sequence[np.ndarray], side: int, rng: np.random.Generator, multiple: int = 1
) -> np.ndarray:
    """One square of `side` pixels from each picture (h w 3), or the largest that fits it: (n side side 3).

    The pictures have one size; corners lie on multiples of `multiple`.
    """
    height, width = pixels[0].shape[:2]
    side = min(side, height // multiple * multiple, width // multiple * multiple)
    rows = rng.integers((height - side) // multiple + 1, size=len(pixels)) * multiple
    columns = rng.integers((width - side) // multiple + 1, size=len(pixels)) * multiple
    return np.stack([
        picture[row : row + side, column : column + side]
        for picture, row, column in zip(pixels, rows, columns, strict=True)
    ])  # fmt: skip


def step_rng(seed: int, step: int) -> np.random.Generator:
    """numpy's randomness of one step."""
    return np.random.Generator(np.random.Philox(key=[seed, step]))


def edge_distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference (n,) of the pictures' horizontal and vertical gradients."""
    difference = a - b
    across = (difference[..., :, 1:] - difference[..., :, :-1]).abs().mean(dim=(1, 2, 3))
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean(dim=(1, 2, 3))
    return across + down
