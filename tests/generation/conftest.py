from collections.abc import Iterator

import pytest
import torch
from tiny_model import tiny_model

from adfusion.generation import NativeGenerator


@pytest.fixture(scope="session")
def generator() -> Iterator[NativeGenerator]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield NativeGenerator(tiny_model())
    torch.set_num_threads(threads)
