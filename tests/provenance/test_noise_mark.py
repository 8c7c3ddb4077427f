import numpy as np
import pytest
import torch
from scipy import stats

from adfusion.provenance import noise_mark
from adfusion.provenance.noise_mark import Entry, mark, match, nonce_for, read
from tiny_model import tiny_model

KEY, OTHER = b"k" * 32, b"o" * 32
PAYLOAD = 0xDEADBEEF12345678
SHAPE = (8, 16, 16)


def plain(seed: int) -> torch.Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


NONCES = [nonce_for(KEY, f"request {number}".encode()) for number in range(200)]


@pytest.fixture(scope="module")
def noises() -> torch.Tensor:
    """One payload in 200 pictures: the worst case for an observer who must not see it."""
    return torch.stack([mark(plain(seed), PAYLOAD, KEY, nonce) for seed, nonce in enumerate(NONCES)])


def test_marked_noise_is_standard_normal(noises: torch.Tensor) -> None:
    assert stats.kstest(noises.numpy().ravel(), "norm").pvalue > 0.001
    assert min(stats.kstest(noise.numpy().ravel(), "norm").pvalue for noise in noises) > 1e-5
    signs = (noises > 0).double().mean(dim=0)
    z = (signs - 0.5) * 2 * len(noises) ** 0.5  # of each latent, over all pictures
    jitter = np.random.default_rng(0).normal(0, 0.05, z.numel())  # shares of so few pictures are discrete
    assert stats.kstest(z.numpy().ravel() + jitter, "norm").pvalue > 0.001


def test_marked_noise_is_white(noises: torch.Tensor) -> None:
    power = torch.fft.fft2(noises).abs().square().mean(dim=(0, 1)) / (SHAPE[1] * SHAPE[2])
    deviation = (power - 1) * (len(noises) * SHAPE[0]) ** 0.5
    assert deviation.abs().max() < 6
    channels = torch.corrcoef(noises.transpose(0, 1).reshape(SHAPE[0], -1)) - torch.eye(SHAPE[0])
    assert channels.abs().max() * (len(noises) * SHAPE[1] * SHAPE[2]) ** 0.5 < 5


def test_pictures_of_one_payload_share_nothing(noises: torch.Tensor) -> None:
    rows = noises.flatten(1)
    correlation = (rows @ rows.T / rows.shape[1] ** 0.5).numpy()[np.triu_indices(len(rows), 1)]
    assert stats.kstest(correlation, "norm").pvalue > 0.001
    assert abs(correlation).max() < 6


def test_sizes_are_those_of_the_seed_alone() -> None:
    assert torch.equal(mark(plain(7), PAYLOAD, KEY, NONCES[0]).abs(), plain(7).abs())


def test_equal_requests_get_equal_noise_and_others_a_nonce_of_their_own() -> None:
    assert nonce_for(KEY, b"request") == nonce_for(KEY, b"request")
    assert len(set(NONCES)) == len(NONCES)
    assert nonce_for(KEY, b"request") != nonce_for(OTHER, b"request")


def test_the_payload_is_read_with_the_right_nonce_among_many(noises: torch.Tensor) -> None:
    found = read(noises[150], KEY, NONCES)
    assert found is not None
    assert (found.payload, found.nonce) == (PAYLOAD, NONCES[150])
    assert found.false_alarm < 1e-4


def test_a_noisy_estimate_is_read_and_a_far_worse_one_is_matched(noises: torch.Tensor) -> None:
    generator = torch.Generator().manual_seed(0)
    entries = [Entry(nonce, number) for number, nonce in enumerate(NONCES)]
    own = [*entries[:3], Entry(NONCES[3], PAYLOAD), *entries[4:]]
    worse = noises[3] + 2 * torch.randn(SHAPE, generator=generator)
    far_worse = noises[3] + 5 * torch.randn(SHAPE, generator=generator)
    assert read(worse, KEY, NONCES) is not None
    assert read(far_worse, KEY, NONCES) is None
    found = match(far_worse, KEY, own)
    assert found is not None and (found.payload, found.nonce) == (PAYLOAD, NONCES[3])


def test_a_wrong_key_or_nonce_finds_nothing(noises: torch.Tensor) -> None:
    entries = [Entry(nonce, PAYLOAD) for nonce in NONCES]
    assert read(noises[0], OTHER, NONCES) is None
    assert read(noises[0], KEY, NONCES[1:]) is None
    assert match(noises[0], OTHER, entries) is None
    assert match(noises[0], KEY, entries[1:]) is None


def test_plain_noise_holds_no_mark() -> None:
    assert all(match(plain(seed), KEY, [Entry(NONCES[0], PAYLOAD)]) is None for seed in range(100))
    assert match(torch.zeros(SHAPE), KEY, [Entry(NONCES[0], PAYLOAD)]) is None


def test_the_initial_noise_of_a_picture_is_estimated_in_its_shape() -> None:
    model = tiny_model()
    noise = noise_mark.initial_noise(model, torch.zeros(2, 3, 64, 64), steps=3)
    assert noise.shape == (2, *model.latent_shape(64, 64))
    assert noise.isfinite().all()
