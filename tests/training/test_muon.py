import pytest
import torch
from torch import Tensor

from adfusion.training.muon import Muon


def after_steps(optimizer: torch.optim.Optimizer, weight: Tensor, gradients: list[Tensor]) -> Tensor:
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("channels_last", [False, True])
def test_a_kernel_learns_as_the_matrix_of_its_outputs(channels_last: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    start, *gradients = (torch.randn((6, 4, 3, 3), generator=generator) for _ in range(4))
    layout = torch.channels_last if channels_last else torch.contiguous_format
    kernel = torch.nn.Parameter(start.clone().contiguous(memory_format=layout))
    learnt = after_steps(Muon([kernel], lr=1e-2, weight_decay=0.1), kernel, gradients)

    matrix = torch.nn.Parameter(start.flatten(1).clone())
    theirs = torch.optim.Muon([matrix], lr=1e-2, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    expected = after_steps(theirs, matrix, [gradient.flatten(1) for gradient in gradients])
    # The iterations run in bfloat16, and columns in another order are summed in another.
    torch.testing.assert_close(learnt.flatten(1), expected, atol=1e-3, rtol=0)
    assert (learnt - start).abs().mean() > 4e-3
    assert learnt.is_contiguous(memory_format=layout)


def test_a_matrix_learns_as_with_the_optimizer_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    start, *gradients = (torch.randn((6, 4), generator=generator) for _ in range(4))
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    same = torch.optim.Muon([theirs], lr=1e-2, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    assert torch.equal(
        after_steps(Muon([ours], lr=1e-2, weight_decay=0.1), ours, gradients),
        after_steps(same, theirs, gradients),
    )
