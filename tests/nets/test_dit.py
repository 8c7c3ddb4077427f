from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from adfusion.nets import DiT, DiTConfig
from adfusion.nets.dit import attention

CONFIG = DiTConfig(sample_size=8, width=32, heads=2, depth=2)
OVERLAPPING = replace(CONFIG, overlap=1)


def inputs(height: int = 8, width: int = 8) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 4, height, width, generator=generator)
    text = torch.randn(2, 5, 384, generator=generator)
    mask = torch.tensor([[True] * 5, [True, True, False, False, False]])
    return x, torch.tensor([0.2, 0.9]), text, mask


def disturbed(config: DiTConfig = CONFIG) -> DiT:
    torch.manual_seed(0)
    net = DiT(config).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return net


@pytest.mark.parametrize("config", [CONFIG, OVERLAPPING])
def test_an_untrained_net_says_zero_and_still_learns(config: DiTConfig) -> None:
    net = DiT(config)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    assert torch.equal(net(*inputs()), torch.zeros(2, 4, 8, 8))
    for _ in range(3):
        optimizer.zero_grad()
        (net(*inputs()) - 1).square().mean().backward()
        optimizer.step()
    still = [name for name, weight in net.named_parameters() if not weight.grad.any()]
    assert still == []


def test_every_block_starts_as_the_identity() -> None:
    net = DiT(CONFIG)
    _, _, text, mask = inputs()
    context = net.text(text, mask)
    tokens = torch.randn(2, 16, 32)
    modulation = net.modulation(net.time(torch.randn(2, 256))).reshape(2, 6, 32)
    for block, keys_values in zip(net.blocks, context.keys_values, strict=True):
        assert torch.equal(block(tokens, modulation, keys_values, context.bias), tokens)


@torch.no_grad()
@pytest.mark.parametrize("patch", [2, 3])
def test_patches_lie_side_by_side_at_time_1_alone(patch: int) -> None:
    plain = replace(CONFIG, patch_size=patch, sample_size=6)
    overlapping = replace(plain, overlap=patch - 1)
    coarse = disturbed(replace(overlapping, coarse_start=True))
    x, _, text, mask = inputs(6, 12)
    for config, time in ((plain, 1.0), (overlapping, 0.9)):
        like, t = disturbed(config), torch.full((2,), time)
        like.load_state_dict({name: coarse.state_dict()[name] for name in like.state_dict()})
        for net in (like, coarse):
            net.out.bias.zero_()
        coarse.start_coarse_out()
        torch.testing.assert_close(coarse(x, t, text, mask), like(x, t, text, mask), atol=1e-4, rtol=1e-4)
    with pytest.raises(ValueError, match="apart"):
        coarse(x, torch.tensor([1.0, 0.9]), text, mask)


@torch.no_grad()
def test_what_a_coarse_patch_says_reaches_half_a_patch_into_its_neighbours() -> None:
    net = disturbed(replace(OVERLAPPING, coarse_start=True))
    tokens = torch.zeros(1, 32, 4, 4)
    tokens[..., 1, 1] = 1.0
    said = net.coarse_out(tokens) - net.coarse_out(torch.zeros_like(tokens))
    heard = said.abs().sum(1)[0] > 0
    assert heard[1:5, 1:5].all()
    assert heard.sum() == 16


@torch.no_grad()
def test_patches_of_a_perturbed_block_do_not_see_each_other() -> None:
    net = disturbed(replace(CONFIG, depth=1))
    x, t, text, mask = inputs()
    elsewhere = x.clone()
    elsewhere[..., :2, :2] += 1.0
    for block, far_away_is_equal in ((None, False), (0, True)):
        first, second = (
            net.predict(each, t, net.text(text, mask), perturbed=block) for each in (x, elsewhere)
        )
        assert not torch.equal(first[..., :2, :2], second[..., :2, :2])
        assert torch.equal(first[..., 2:, :], second[..., 2:, :]) == far_away_is_equal


def test_positions_are_centred_or_stretched() -> None:
    like = torch.zeros(1)
    stretched, centred = DiT(OVERLAPPING), DiT(replace(OVERLAPPING, centred=True))
    patches = OVERLAPPING.patches
    square = stretched.positions(patches, 7, 7, like).view(7, 7, -1)
    assert torch.equal(centred.positions(patches, 7, 7, like).view(7, 7, -1), square)
    wide = centred.positions(patches, 5, 11, like).view(5, 11, -1)
    torch.testing.assert_close(wide[:, 2:9], square[1:6])
    wide = stretched.positions(patches, 14, 14, like).view(14, 14, -1)
    torch.testing.assert_close(wide[::2, ::2], square)


@torch.no_grad()
def test_padding_of_the_text_changes_nothing() -> None:
    net = disturbed()
    x, t, text, mask = inputs()
    short = net(x[1:], t[1:], text[1:, :2], mask[1:, :2])
    torch.testing.assert_close(net(x, t, text, mask)[1:], short, atol=1e-5, rtol=1e-5)
    changed = torch.where(mask[..., None], text, 100.0)
    torch.testing.assert_close(net(x, t, changed, mask), net(x, t, text, mask), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_words_and_time_change_the_output() -> None:
    net = disturbed()
    x, t, text, mask = inputs()
    output = net(x, t, text, mask)
    assert (net(x, t, text.flip(0), mask) - output).abs().max() > 1e-3
    assert (net(x, t + 0.05, text, mask) - output).abs().max() > 1e-3


@torch.no_grad()
def test_a_text_projected_once_serves_every_step() -> None:
    net = disturbed()
    x, t, text, mask = inputs(height=6, width=10)
    assert torch.equal(net.predict(x, t, net.text(text, mask)), net(x, t, text, mask))


@torch.no_grad()
def test_a_picture_does_not_depend_on_its_batch() -> None:
    net = disturbed()
    x, t, text, mask = inputs()
    alone = torch.cat([net(x[i : i + 1], t[i : i + 1], text[i : i + 1], mask[i : i + 1]) for i in range(2)])
    torch.testing.assert_close(net(x, t, text, mask), alone, atol=1e-5, rtol=1e-5)


def test_latents_that_no_patch_fits_are_refused() -> None:
    with pytest.raises(ValueError, match="7x8"):
        DiT(CONFIG)(*inputs(height=7))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 30}, "width must be"),
        ({"heads": 3}, "width must be"),
        ({"depth": 0}, "must be at least 1"),
        ({"sample_size": 7}, "latents of 7x7"),
        ({"overlap": 2}, "overlap: found 2"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DiTConfig(**{"sample_size": 8, "width": 32, "heads": 2, **wrong})


@torch.no_grad()
def test_overlapping_patches_need_no_other_weights() -> None:
    plain, net = disturbed(), disturbed(OVERLAPPING)
    assert all(torch.equal(net.state_dict()[name], weight) for name, weight in plain.state_dict().items())
    x, t, text, mask = inputs(height=6, width=9)
    assert net(x, t, text, mask).shape == x.shape


@pytest.mark.parametrize("bias", [None, torch.tensor([0.0, 0.0, 0.0, -10000.0]).view(1, 1, 1, 4)])
def test_attention_in_bfloat16_is_that_of_pytorch(bias: torch.Tensor | None) -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, n, 8, requires_grad=True) for n in (5, 4, 4))
    half = None if bias is None else bias.bfloat16()
    out = attention(q.bfloat16(), k.bfloat16(), v.bfloat16(), half)
    exact = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    torch.testing.assert_close(out.float(), exact, atol=2e-2, rtol=2e-2)
    for ours, theirs in zip(
        torch.autograd.grad(out.float().square().sum(), (q, k, v)),
        torch.autograd.grad(exact.square().sum(), (q, k, v)),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, atol=5e-2, rtol=5e-2)
