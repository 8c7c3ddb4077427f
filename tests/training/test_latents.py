"""Batches are looked up, not put together: each picture comes with its own words, or with none."""

import numpy as np
import pytest
import torch

from adfusion.training.latents import LatentGroups, LatentShard

NOTHING = torch.full((2, 384), -1.0)


def shard(first: int, shape: tuple[int, int]) -> LatentShard:
    """Three pictures numbered from `first`, with two wordings each; wording k of picture n says 10·n + k."""
    said = [[10.0 * (first + item) + wording] * (1 + wording) for item in range(3) for wording in range(2)]
    starts = torch.tensor([0, *(len(tokens) for tokens in said)]).cumsum(0)
    states = torch.tensor([value for tokens in said for value in tokens])[:, None].expand(-1, 384)
    numbers = torch.arange(first, first + 3).view(-1, 1, 1, 1)
    return LatentShard(numbers.expand(3, 1, *shape).half(), states.half(), starts)


@pytest.fixture
def groups() -> LatentGroups:
    shards = [shard(0, (2, 2)), shard(3, (1, 4)), shard(6, (2, 2))]
    return LatentGroups(shards, 2, NOTHING, torch.device("cpu"))


def test_pictures_come_with_the_wording_that_was_chosen(groups: LatentGroups) -> None:
    assert groups.counts() == [3, 6]
    latents, text = groups.read(1, np.array([4, 0]), np.array([1, 0]), np.array([True, True]))
    numbers = latents[:, 0, 0, 0] * groups.std + groups.mean
    torch.testing.assert_close(numbers, torch.tensor([7.0, 0.0]))
    assert text.mask.tolist() == [[True, True], [True, False]]
    assert text.states[..., 0].tolist() == [[71, 71], [0, 0]]


def test_a_dropped_caption_is_no_words(groups: LatentGroups) -> None:
    _, text = groups.read(0, np.array([1, 2]), np.array([0, 0]), np.array([False, True]), multiple=4)
    assert text.mask.sum(1).tolist() == [2, 1]
    assert text.states[..., 0].tolist() == [[-1, -1, 0, 0], [50, 0, 0, 0]]
