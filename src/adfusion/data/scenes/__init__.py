"""Procedural product photographs: scenes, their captions and their pictures."""

import contextlib
import hashlib
from pathlib import Path


def _drop_stale_machine_code(folder: Path) -> None:
    """Remove Numba's cache when any source file of this folder has changed.

    Numba recompiles a function when its own file changes, but not when a function inlined from another
    file does; so the cache is valid for one state of all files together.
    """
    digest = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.read_bytes())
    stamp = folder / "__pycache__" / "numba-cache.sha256"
    with contextlib.suppress(OSError):
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        for suffix in ("*.nbi", "*.nbc"):
            for cached in folder.rglob(suffix):
                cached.unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest.hexdigest())


_drop_stale_machine_code(Path(__file__).parent)
