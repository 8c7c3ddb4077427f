"""What a service has cost so far, and how much it may."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adfusion import files
from adfusion.errors import UserError


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    spent: float = Field(ge=0)


class Spending:
    """An account in whatever currency prices are in.

    With a `file` it goes on from what earlier runs have spent. Raises `UserError` if that cannot be read.
    """

    def __init__(self, limit: float | None = None, file: Path | None = None) -> None:
        self.limit, self._file = limit, file
        self.spent = 0.0
        if file is not None and file.exists():
            self.spent = _read(file)

    def check(self, calls: int, price: float, name: str) -> None:
        """Raises `UserError` if `calls` more of the service `name` would go beyond the limit."""
        cost = self.spent + calls * price
        if self.limit is not None and cost > self.limit * (1 + 1e-9):
            raise UserError(
                f"spend_limit: {calls} more pictures of {name} would make {cost:.2f}, "
                f"allowed: {self.limit:.2f}"
            )

    def pay(self, price: float) -> None:
        """Of one call, before it is made: nobody knows what a call costs that fails."""
        self.spent += price
        if price and self._file is not None:
            files.write_text(self._file, json.dumps({"spent": round(self.spent, 9)}) + "\n")


def _read(file: Path) -> float:
    try:
        return _Record.model_validate_json(file.read_bytes()).spent
    except (OSError, ValidationError) as error:
        raise UserError(
            f'{file}: found what cannot be read, allowed: {{"spent": 1.5}}, what this campaign has cost'
        ) from error
