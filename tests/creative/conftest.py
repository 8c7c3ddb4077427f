"""The brand of the example, shared by the tests of this floor."""

import pytest
from stand_ins import EXAMPLE

from adfusion.creative.artwork import open_artwork
from adfusion.creative.brand import Brand, Palette


@pytest.fixture(scope="session")
def brand() -> Brand:
    palette = Palette("#0f4c43", "#15a3a0", "#c2410c", "#fbf6ec", "#14312c")
    return Brand("Oddleaf", palette, open_artwork(EXAMPLE / "logo.svg"))
