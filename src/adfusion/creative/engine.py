"""Skia, imported when something is first drawn or measured; one clear error where it cannot start."""

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from adfusion.errors import UserError


@cache
def skia() -> Any:
    """The `skia` module. Raises `UserError` if the shared libraries it is linked to are missing."""
    # Skia's own copy of fontconfig prints warnings about the settings of a newer one on the machine.
    os.environ.setdefault("FONTCONFIG_FILE", str(Path(__file__).with_name("fonts.conf")))
    try:
        return import_module("skia")
    except ImportError as error:
        raise UserError(
            f"skia-python cannot start ({str(error).splitlines()[0]}): "
            "on Debian and Ubuntu run `apt-get install libegl1 libgl1`"
        ) from error


@cache
def textlayout() -> Any:
    """Skia's paragraph module."""
    return skia().textlayout
