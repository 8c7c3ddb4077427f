"""Creatives as files: a JSON document each, and what they show stored once under the name of its content.

A finished folder must be checked and handed over without the brief, its files or the model, which may be
gone, changed or on another machine, and by later versions of this program that might compose differently. So
the document itself is kept. It is small; pictures, logos and fonts lie beside it in `assets/`, named by the
SHA-256 of their bytes, so that a thousand headlines over one picture store it once and damage is noticed.
"""

import dataclasses
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from adfusion import files
from adfusion.creative import document, fonts
from adfusion.creative.document import Creative
from adfusion.errors import UserError

DOCUMENTS = "documents"
ASSETS = "assets"
FORMAT = 1

_KINDS: dict[str, type[Any]] = {
    name: kind
    for module in (document, fonts)
    for name, kind in vars(module).items()
    if dataclasses.is_dataclass(kind) and isinstance(kind, type) and not name.startswith("_")
}
_NAME = re.compile(r"[0-9a-f]{64}\.(?:png|svg|ttf|otf)")

Asset = Callable[[str, str, Callable[[], bytes]], str]
"""From a key of the content, a suffix and a function that gives its bytes to the asset's name."""


class Packer:
    """Turns creatives into JSON text; hands each content that they show to `keep(name, data)`, once."""

    def __init__(self, keep: Callable[[str, bytes], None]) -> None:
        self._keep = keep
        self._names: dict[str, str] = {}

    def pack(self, creative: Creative) -> tuple[str, tuple[str, ...]]:
        """The document as text, and the names of the assets that it needs."""
        used: dict[str, None] = {}

        def asset(key: str, suffix: str, data: Callable[[], bytes]) -> str:
            if key not in self._names:
                content = data()
                name = hashlib.sha256(content).hexdigest() + suffix
                self._keep(name, content)
                self._names[key] = name
            used[self._names[key]] = None
            return self._names[key]

        content = {"format": FORMAT, "creative": _plain(creative, asset)}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n", tuple(used)


def load(path: Path, assets: Path) -> Creative:
    """The creative of a document file. Raises `UserError` if it, or an asset it needs, is not what it was."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise UserError(f"{path}: format: found {content['format']!r}; allowed: {FORMAT}")
        creative = _rich(content["creative"], assets)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(
            f"{path}: found a document that cannot be read ({reason}); allowed: one that a campaign wrote"
        ) from None
    if not isinstance(creative, Creative):
        raise UserError(f"{path}: found something else; allowed: the document of a creative")
    return creative


def _plain(value: Any, asset: Asset) -> Any:
    """JSON of a part of a document."""
    match value:
        case Creative():
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            metadata = dict(fields.pop("metadata"))
            packed = {name: _plain(each, asset) for name, each in fields.items()}
            return {"kind": "Creative", **packed, "metadata": {"kind": "json", "value": metadata}}
        case Image.Image():
            pixels = hashlib.sha256(value.tobytes()).hexdigest()
            key = f"{value.mode} {value.size} {pixels}"
            return {"kind": "image", "asset": asset(key, ".png", lambda: _png(value))}
        case bytes():
            return {
                "kind": "svg",
                "asset": asset(hashlib.sha256(value).hexdigest(), ".svg", lambda: bytes(value)),
            }
        case Path():
            return {"kind": "font", "asset": asset(str(value), value.suffix.lower(), value.read_bytes)}
        case tuple() | list():
            return [_plain(each, asset) for each in value]
        case str() | int() | float() | bool() | None:
            return value
        case _ if type(value).__name__ in _KINDS:
            names = [field.name for field in dataclasses.fields(value)]
            return {
                "kind": type(value).__name__,
                **{name: _plain(getattr(value, name), asset) for name in names},
            }
    raise TypeError(f"a document cannot hold {type(value).__name__}")


def _rich(value: Any, assets: Path) -> Any:
    """The part of a document that `_plain` made JSON of."""
    match value:
        case {"kind": "json", "value": content}:
            return content
        case {"kind": "image", "asset": str(name)}:
            return _image(_checked(assets, name))
        case {"kind": "svg", "asset": str(name)}:
            return _bytes(_checked(assets, name))
        case {"kind": "font", "asset": str(name)}:
            return _checked(assets, name)
        case {"kind": str(kind)}:
            fields = {name: _rich(each, assets) for name, each in value.items() if name != "kind"}
            return _KINDS[kind](**fields)
        case list():
            return tuple(_rich(each, assets) for each in value)
        case Mapping():
            raise ValueError("a part without a kind")
    return value


def _checked(assets: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"an asset named {name!r}")
    path = assets / name
    try:
        state = path.stat()
        digest = _digest(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from None
    if digest != name[:64]:
        raise UserError(f"{path}: found other bytes than the campaign wrote; allowed: the file unchanged")
    return path


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int, length: int) -> str:
    return files.sha256(path)


@lru_cache(maxsize=256)
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=16)
def _image(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image.copy()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
