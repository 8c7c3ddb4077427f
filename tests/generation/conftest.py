from collections.abc import Iterator

import pytest
import torch

from adfusion.generation import NativeGenerator
from tiny_model import tiny_model


@pytest.fixture(scope="session")
def generator() -> Iterator[NativeGenerator]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield NativeGenerator(tiny_model())
    torch.set_num_threads(threads)
