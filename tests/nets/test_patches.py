import pytest
import torch

from adfusion.nets.patches import Patches

KINDS = [Patches(1), Patches(2), Patches(2, overlap=1), Patches(4, overlap=2), Patches(4, overlap=3)]


def latents(height: int = 8, width: int = 12) -> torch.Tensor:
    return torch.arange(2 * 3 * height * width, dtype=torch.float32).view(2, 3, height, width)


def as_answers(cut: torch.Tensor, patches: Patches) -> torch.Tensor:
    """Patches are cut channel by channel; answers are given pixel by pixel."""
    return cut.view(*cut.shape[:2], -1, patches.size**2).mT.flatten(2)


@pytest.mark.parametrize("patches", KINDS)
def test_what_is_cut_is_joined_again(patches: Patches) -> None:
    x = latents()
    cut = patches.cut(x)
    h, w = patches.grid(8, 12)
    assert cut.shape == (2, h * w, 3 * patches.size**2)
    torch.testing.assert_close(patches.join(as_answers(cut, patches), 8, 12), x)


@pytest.mark.parametrize("patches", KINDS)
def test_side_by_side_a_network_without_overlap_sees_the_same_patches(patches: Patches) -> None:
    x = latents()
    spread = patches.side_by_side(x)
    assert torch.equal(Patches(patches.size).cut(spread), patches.cut(x))
    torch.testing.assert_close(patches.together(spread), x)


def test_where_patches_overlap_their_answers_are_averaged() -> None:
    answers = (
        torch.tensor([0.0, 1.0, 2.0, 3.0]).view(1, 4, 1).expand(1, 4, 4)
    )  # four patches of 2x2, one channel
    joined = Patches(2, overlap=1).join(answers, 3, 3)
    assert joined[0, 0].tolist() == [[0.0, 0.5, 1.0], [1.0, 1.5, 2.0], [2.0, 2.5, 3.0]]


@pytest.mark.parametrize(("size", "overlap"), [(2, 2), (2, -1), (4, 1), (3, 1)])
def test_an_overlap_that_leaves_pixels_unequal_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"overlap: found {overlap}, allowed"):
        Patches(size, overlap)


@pytest.mark.parametrize(("patches", "height"), [(Patches(2), 7), (Patches(4, 2), 7), (Patches(4, 3), 3)])
def test_latents_that_no_patch_fits_are_refused(patches: Patches, height: int) -> None:
    with pytest.raises(ValueError, match=f"latents of {height}x8"):
        patches.grid(height, 8)
