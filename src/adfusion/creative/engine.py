"""Skia, imported when something is first drawn or measured; one clear error where it cannot start."""

from functools import cache
from importlib import import_module
from typing import Any

from adfusion.errors import UserError


@cache
def skia() -> Any:
    """The `skia` module. Raises `UserError` if the shared libraries it is linked to are missing."""
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
