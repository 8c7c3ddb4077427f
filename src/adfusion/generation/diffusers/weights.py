"""The files of a pretrained model on disk: what they are, their hash, how many numbers are in them."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from adfusion import files
from adfusion.errors import UserError

INDEX = "model_index.json"
PICKLES = (".ckpt", ".bin", ".pt", ".pth", ".pkl")
CONVERT = (
    'allowed: safetensors; convert a file that you trust with: python -c "from diffusers import '
    "StableDiffusionPipeline as P; P.from_single_file('IN.ckpt').save_pretrained('OUT')\""
)


@dataclass(frozen=True)
class Weights:
    """A folder in the layout of `diffusers`, or a single safetensors file."""

    name: str
    path: Path

    @property
    def folder(self) -> Path:
        """Where its card would be."""
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def variant(self) -> str | None:
        """`fp16` where the folder has such files."""
        return "fp16" if any(".fp16" in path.name for path in self.tensors()) else None

    def tensors(self) -> list[Path]:
        """The safetensors files in use."""
        if self.path.is_file():
            return [self.path]
        found = sorted(self.path.glob("*/*.safetensors"))
        half = {path.parent for path in found if ".fp16" in path.name}
        return [path for path in found if (".fp16" in path.name) == (path.parent in half)]

    def configurations(self) -> list[Path]:
        """All that decides what is drawn, beside the tensors."""
        found = {*self.folder.glob("*/*.json"), *self.folder.glob("*/*.txt"), *self.folder.glob("*/*.model")}
        return sorted(found | {self.folder / INDEX}) if self.path.is_dir() else []

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each file in use, by its path in the folder."""
        used = [*self.configurations(), *self.tensors()]
        return {path.relative_to(self.folder).as_posix(): _sha256(path) for path in used}

    def hash(self) -> str:
        """SHA-256 over `hashes`: it identifies the model, wherever its folder lies and whatever its name."""
        found = self.hashes().values() if self.path.is_file() else sorted(self.hashes().items())
        return sha256(repr(list(found)).encode()).hexdigest()

    def parameters(self) -> tuple[int, int]:
        """Numbers in all parts, and in the largest part. Raises `UserError` for a damaged file."""
        parts: dict[Path, int] = {}
        for path in self.tensors():
            parts[path.parent] = parts.get(path.parent, 0) + sum(sizes(path))
        return sum(parts.values()), max(parts.values(), default=0)

    def check(self) -> None:
        """Raises `UserError` with what is missing or not allowed."""
        if self.path.is_file():
            refuse_pickle(self.path)
            self.parameters()
            return
        if problem := incomplete(self.path):
            raise UserError(f"{self.path}: {problem}")


def at(path: Path, name: str | None = None) -> Weights:
    """The model in a folder or file. Raises `UserError`."""
    found = Weights(name or path.name, path)
    found.check()
    return found


def refuse_pickle(path: Path) -> None:
    """Raises `UserError` unless `path` is a safetensors file."""
    if path.suffix in PICKLES:
        raise UserError(f"{path}: found a pickle, which can run any code when it is opened, {CONVERT}")
    if path.suffix != ".safetensors":
        raise UserError(f"{path}: found {path.suffix or 'no suffix'!r}, allowed: .safetensors")


def incomplete(folder: Path) -> str | None:
    """What keeps a folder from being loaded, in words; `None` if nothing does."""
    try:
        index = json.loads((folder / INDEX).read_bytes())
        parts = [part for part, kind in index.items() if isinstance(kind, list) and kind[0]]
    except (OSError, ValueError, AttributeError):
        return f"found no readable {INDEX}, allowed: a folder in the layout of diffusers"
    for part in parts:
        if not (folder / part).is_dir():
            return f"{part}: found nothing, expected the folder that {INDEX} names"
        if not (folder / part / "config.json").is_file():
            continue  # a scheduler or a tokenizer: no tensors
        tensors = [path.name for path in (folder / part).glob("*.safetensors")]
        if not tensors and any(path.suffix in PICKLES for path in (folder / part).iterdir()):
            return f"{part}: found a pickle, which can run any code when it is opened, {CONVERT}"
        if missing := next((name for name in _shards(folder / part) if name not in tensors), None):
            return f"{part}: {missing} is missing"
        if not tensors and not _is_processor(folder / part):
            return f"{part}: found no tensors, allowed: safetensors"
    return None


def _is_processor(folder: Path) -> bool:
    return any(folder.glob("*tokenizer*")) or (folder / "preprocessor_config.json").is_file()


def _shards(folder: Path) -> Iterator[str]:
    indices = sorted(folder.glob("*.safetensors.index*.json"))
    half = [index for index in indices if ".fp16" in index.name]
    for index in half or indices:
        if half or not any(folder.glob("*.fp16.safetensors")):
            yield from sorted(set(json.loads(index.read_bytes())["weight_map"].values()))


def _sha256(path: Path) -> str:
    """The hub's cache keeps large files under their SHA-256: those are not read again."""
    blob = path.resolve()
    if path.is_symlink() and blob.parent.name == "blobs" and re.fullmatch(r"[0-9a-f]{64}", blob.name):
        return blob.name
    return files.sha256(path)


def sizes(path: Path) -> Iterator[int]:
    """Numbers in each tensor, from the header (https://github.com/huggingface/safetensors)."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > 100_000_000:
                raise ValueError("header too long")
            header = json.loads(file.read(length))
        yield from (math.prod(each["shape"]) for name, each in header.items() if name != "__metadata__")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: not a safetensors file: {error}") from error
