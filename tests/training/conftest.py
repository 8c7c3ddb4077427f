"""What all trainings of the tests share."""

from collections.abc import Iterator

import pytest
import torch

from adfusion.nets import TextEncoder


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    """One thread, and the text encoder loaded once for all models."""
    threads, encoder = torch.get_num_threads(), TextEncoder.load()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextEncoder, "load", lambda device="cpu": encoder)
        yield
    torch.set_num_threads(threads)
