"""Secrets of this computer: files that only their owner may read.

They lie in the configuration folder (`ADFUSION_CONFIG`, else `adfusion` in `XDG_CONFIG_HOME` or `~/.config`),
are made on first use, and are neither logged nor copied into outputs.
"""

import os
import secrets
import tempfile
from pathlib import Path

from adfusion.errors import UserError

KEY_BYTES = 32
WATERMARK_KEY = "watermark.key"


def config_folder() -> Path:
    """Where this computer's settings and keys are; it may not exist yet."""
    if chosen := os.environ.get("ADFUSION_CONFIG"):
        return Path(chosen)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "adfusion"


def watermark_key(path: Path | None = None) -> bytes:
    """The 32 bytes that decide what watermarks look like, made on first use.

    Whoever reads a mark needs the key that wrote it. Raises `UserError` if the file is no such key or others
    may read it.
    """
    path = path or config_folder() / WATERMARK_KEY
    if not path.exists():
        keep_secret(path, secrets.token_hex(KEY_BYTES).encode() + b"\n")
    text = read_secret(path).strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UserError(f"{path}: found no key, allowed: {2 * KEY_BYTES} hexadecimal digits")
    return key


def keep_secret(path: Path, data: bytes) -> None:
    """Write a secret with permissions 0600, unless another process was faster: a key is never replaced."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # is 0600 from the start
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    except OSError as error:
        raise UserError(f"{path}: cannot write: {error.strerror or error}") from error


def read_secret(path: Path) -> bytes:
    """Raises `UserError` if the file cannot be read, or others than its owner may read it."""
    try:
        mode = path.stat().st_mode & 0o777
        if os.name == "posix" and mode & 0o077:
            raise UserError(f"{path}: found permissions {mode:04o}, allowed: 0600 (chmod 600 {path})")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error
