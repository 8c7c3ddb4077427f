import torch
from hypothesis import given
from hypothesis import strategies as st

from adfusion.diffusion import Streams


@given(seeds=st.lists(st.integers(0, 2**63), min_size=1, max_size=8), data=st.data())
def test_a_stream_does_not_know_its_neighbours(seeds: list[int], data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(seeds) - 1))
    together, alone = Streams(seeds), Streams([seeds[row]])
    for _ in range(3):
        assert torch.equal(together.randn((2, 5, 5))[row], alone.randn((2, 5, 5))[0])


def test_each_draw_is_new_and_the_same_seeds_draw_it_again() -> None:
    first, again = Streams([5, 5]), Streams([5, 5])
    a, b = first.randn((3, 4)), first.randn((3, 4))
    assert a.shape == (2, 3, 4) and a.dtype == torch.float32
    assert not torch.equal(a, b)
    assert torch.equal(a[0], a[1])
    assert torch.equal(again.randn((3, 4)), a)
    assert len(first) == 2


def test_neighbouring_seeds_are_independent() -> None:
    noise = Streams(range(64)).randn((4096,))
    correlation = torch.corrcoef(noise) - torch.eye(64)
    assert correlation.abs().max() < 0.1


def test_drawing_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    Streams([3]).randn((10,))
    assert torch.equal(torch.rand(1), expected)
