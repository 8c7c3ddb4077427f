"""What a run of the command leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


Adfusion = Callable[..., Finished]


def own_lines(err: str) -> str:
    """Skia's own copy of fontconfig may grumble about the settings of a newer one on the machine."""
    return "".join(
        line for line in err.splitlines(keepends=True) if not line.startswith("Fontconfig warning")
    )
