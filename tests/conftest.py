"""Keys, certificates and the registry of a computer that is new in each run of the tests."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def new_computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("computer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADFUSION_CONFIG", str(folder / "config"))
        patch.setenv("ADFUSION_REGISTRY", str(folder / "registry.sqlite"))
        yield
