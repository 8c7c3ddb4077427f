"""What a check has to say."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a creative. An error keeps it from being handed over."""

    check: str
    severity: Severity
    message: str


def error(check: str, message: str) -> Finding:
    return Finding(check, "error", message)


def warning(check: str, message: str) -> Finding:
    return Finding(check, "warning", message)


@dataclass(frozen=True)
class Rules:
    """What a brand asks of every creative; the fields are those of `Brand`, and the label of the brief."""

    clear_space: float = 0.0
    smallest_logo: float = 0.0
    never: tuple[str, ...] = ()
    legal: str = ""
    label: str = ""
