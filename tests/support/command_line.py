"""What a run of the command leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


Adfusion = Callable[..., Finished]
