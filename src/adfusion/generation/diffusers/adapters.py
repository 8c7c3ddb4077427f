"""LoRAs in a pipeline."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from adfusion.errors import UserError
from adfusion.generation.diffusers.loading import LOADING, first_line
from adfusion.generation.lora import LoraUse

MOST = 8
"""LoRAs that stay loaded, unless one picture has more."""


class Adapters:
    """The LoRAs that `pipe` and its siblings hold; which of them count is said before each call.

    Their weights stay apart from the model's own, so that without any it draws what it always did.
    """

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._held: list[str] = []
        """SHA-256 of their files, in the order in which they were loaded."""
        self._used: dict[str, float] = {}
        """Weights by SHA-256."""

    @property
    def able(self) -> bool:
        """Whether the family takes LoRAs."""
        return hasattr(self._pipe, "load_lora_weights")

    def hold(self, loras: Sequence[LoraUse]) -> None:
        """Load what is not loaded. Raises `UserError` for a LoRA that does not fit to the model."""
        new = [lora for lora in loras if lora.sha256 not in self._held]
        try:
            for lora in new:
                self._load(lora)
        finally:
            if new:
                self._forget({lora.sha256 for lora in loras} | self._used.keys())
                self._apply()

    def use(self, loras: Sequence[LoraUse]) -> None:
        """Let just these count from now on; equal ones add up."""
        self.hold(loras)
        self._used = {}
        for lora in loras:
            self._used[lora.sha256] = self._used.get(lora.sha256, 0.0) + lora.weight
        self._apply()
        self._forget(set(self._used))

    def _apply(self) -> None:
        if self._used:
            self._pipe.enable_lora()
            self._pipe.set_adapters([_name(each) for each in self._used], list(self._used.values()))
        elif self._held:
            self._pipe.disable_lora()

    def _load(self, lora: LoraUse) -> None:
        file, name = lora.file, _name(lora.sha256)
        try:
            self._pipe.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=name)
            self._pipe.set_adapters(name)  # raises if nothing in the file fitted
        except LOADING as error:
            with suppress(*LOADING):
                self._pipe.delete_adapters(name)
            raise UserError(f"lora {file}: does not fit to the model: {first_line(error)}") from error
        self._held.append(lora.sha256)

    def _forget(self, needed: set[str]) -> None:
        """Unload what is not needed and was loaded first, as far as more than `MOST` are held."""
        idle = [each for each in self._held if each not in needed]
        for each in idle[: max(0, len(self._held) - MOST)]:
            self._pipe.delete_adapters(_name(each))
            self._held.remove(each)


def _name(sha256: str) -> str:
    return f"lora_{sha256}"
