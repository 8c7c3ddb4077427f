"""LoRAs that a request is drawn with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from adfusion import files
from adfusion.errors import UserError

ALLOWED = "a safetensors file, or a folder with one"


@dataclass(frozen=True)
class LoraUse:
    """A low-rank change of a model (Hu et al., arXiv:2106.09685), known by its content, and how much of it.

    The fields are what JSON keeps. Where the file lies travels beside them and does not count in comparisons;
    one that was read back from a picture's file is drawn with again where it is given anew (`--lora`).
    """

    name: str
    """Of its folder, or of its file without the suffix."""
    sha256: str
    """Of its safetensors file."""
    weight: float = 1.0
    """0 is none of it, 1 as it was trained."""
    rights: str = ""
    """To the pictures that it was made from, as its `lora.json` states them; empty where it has none."""
    _path: ClassVar[Path | None] = None

    @classmethod
    def of(cls, path: str | Path, weight: float = 1.0) -> Self:
        """The LoRA in a file or folder. Raises `UserError` for anything that is not `ALLOWED`."""
        path = Path(path)
        name = path.resolve().name if path.is_dir() else path.stem
        made = cls(name, files.sha256(_safetensors(path)), weight, _rights(path))
        object.__setattr__(made, "_path", path)
        return made

    @property
    def path(self) -> Path | None:
        """The folder or file that was given, if it is at hand."""
        return self._path

    @property
    def file(self) -> Path:
        """The safetensors file. Raises `UserError` if it is not at hand, or not what it was."""
        if self.path is None:
            raise UserError(
                f"lora {self.name}: found only its SHA-256 {self.sha256[:12]}…, "
                "allowed: the LoRA itself (--lora)"
            )
        file = _safetensors(self.path)
        if files.sha256(file) != self.sha256:
            raise UserError(f"lora {self.path}: found another file than before, allowed: one unchanged")
        return file

    def __str__(self) -> str:
        return f"{self.name}:{self.weight:g}"


def parse_loras(texts: Sequence[str] | None) -> list[tuple[str | Path, float]]:
    """`PATH` or `PATH:WEIGHT`, each; the weight is 1 if none is named."""
    return [parse_lora(text) for text in texts or ()]


def parse_lora(text: str) -> tuple[Path, float]:
    path, _, number = text.rpartition(":")
    try:
        weight = float(number)
    except ValueError:
        return Path(text), 1.0
    return (Path(path), weight) if path else (Path(text), 1.0)


def _safetensors(path: Path) -> Path:
    found = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if len(found) != 1:
        raise UserError(f"lora {path}: found {len(found)} safetensors files, allowed: {ALLOWED}")
    if not found[0].is_file():
        raise UserError(f"lora {path}: found nothing, allowed: {ALLOWED}")
    if found[0].suffix != ".safetensors":
        raise UserError(f"lora {path}: found {found[0].suffix or 'no suffix'!r}, allowed: {ALLOWED}")
    return found[0]


def _rights(path: Path) -> str:
    try:
        said = json.loads((path / "lora.json").read_bytes())
    except (OSError, ValueError):
        return ""
    return str(said.get("rights", "")) if isinstance(said, dict) else ""
