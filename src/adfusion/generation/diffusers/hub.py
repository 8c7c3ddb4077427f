"""Pretrained models of the Hugging Face hub: from its cache, or pulled into it after what can be checked."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.errors import UserError
from adfusion.generation.diffusers.license import License, stated
from adfusion.generation.diffusers.weights import CONVERT, INDEX, PICKLES, Weights, at, incomplete

SCHEME = "hf:"
KEPT = (".json", ".txt", ".model", ".md", ".jinja")
"""Files beside the tensors that a pipeline reads, and the card."""
SPARE = 1 << 30
"""Bytes to leave free on the disk."""


@dataclass(frozen=True)
class Offer:
    """What a pull would fetch."""

    repository: str
    commit: str
    files: dict[str, int]
    """Bytes, by path."""
    license: License

    @property
    def size(self) -> int:
        return sum(self.files.values())

    @property
    def tensors(self) -> int:
        """Bytes of the safetensors files."""
        return sum(size for name, size in self.files.items() if name.endswith(".safetensors"))


def cached(name: str) -> Weights | None:
    """The model `hf:org/name[@revision]` if all of it is in the cache; no traffic."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    repository, revision = parse(name)
    try:
        folder = Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    return None if incomplete(folder) else Weights(name, folder)


def offer(name: str) -> Offer:
    """What the hub has under that name: asks for the list of files, downloads none of them.

    Raises `UserError` for a missing or gated repository, no network, pickles only, and too little disk space.
    """
    repository, revision = parse(name)

    def ask() -> Any:
        from huggingface_hub import HfApi

        return HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=20)

    info = _asked(repository, ask)
    sizes = {each.rfilename: int(each.size or 0) for each in info.siblings or []}
    wanted = _wanted(repository, sizes)
    found = Offer(repository, info.sha, wanted, stated(dict(info.card_data or {})))
    _check_disk(found)
    return found


def pull(name: str, said: Callable[[Offer], None] = lambda offer: None) -> Weights:
    """Download what is missing into the cache, and check it; `said` hears of the offer before.

    Raises `UserError` as `offer` does, and for a file whose SHA-256 is not the hub's.
    """
    from huggingface_hub import snapshot_download

    found, (_, revision) = offer(name), parse(name)
    said(found)
    names = list(found.files)
    folder = _asked(
        found.repository,
        lambda: snapshot_download(found.repository, revision=revision, allow_patterns=names),
    )
    weights = at(Path(folder), name)
    for path in weights.tensors():
        expected = path.resolve().name
        if re.fullmatch(r"[0-9a-f]{64}", expected) and (sha := files.sha256(path)) != expected:
            raise UserError(f"{path}: sha256: found {sha}, expected {expected}: remove it and pull again")
    return weights


def parse(name: str) -> tuple[str, str | None]:
    """`hf:org/name[@revision]` in its parts. Raises `UserError`."""
    found = re.fullmatch(r"hf:([\w.-]+/[\w.-]+)(?:@([\w./-]+))?", name)
    if found is None or ".." in name:
        raise UserError(f"model: found {name!r}, allowed: hf:ORGANISATION/NAME, or with @REVISION")
    return found[1], found[2]


def _wanted(repository: str, sizes: dict[str, int]) -> dict[str, int]:
    """The files of a pipeline, in half precision where that is offered."""
    if INDEX not in sizes:
        raise UserError(f"hf:{repository}: found no {INDEX}, allowed: the layout of diffusers")
    parts = {name for name in sizes if name.count("/") == 1}
    tensors = {name for name in parts if name.endswith(".safetensors")}
    half = {name.split("/")[0] for name in tensors if ".fp16" in name}
    kept = {name for name in tensors if (".fp16" in name) == (name.split("/")[0] in half)}
    kept = {name for name in kept if "non_ema" not in name}
    have = {name.split("/")[0] for name in kept}
    pickled = {name.split("/")[0] for name in parts if name.endswith(PICKLES)} - have
    if pickled:
        raise UserError(f"hf:{repository}: {min(pickled)}: found a pickle only, {CONVERT}")
    small = {name for name in (*parts, INDEX, "README.md", "LICENSE.md") if name.endswith(KEPT)}
    return {name: sizes[name] for name in sorted(kept | (small & sizes.keys()))}


def _check_disk(found: Offer) -> None:
    from huggingface_hub.constants import HF_HUB_CACHE

    place = Path(HF_HUB_CACHE)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if found.size + SPARE > free:
        raise UserError(
            f"hf:{found.repository}: needs {found.size / 1e9:.1f} GB in {HF_HUB_CACHE}, "
            f"found {max(free - SPARE, 0) / 1e9:.1f} GB free; HF_HOME names another place"
        )


def _asked(repository: str, ask: Callable[[], Any]) -> Any:
    """`ask` the hub; what goes wrong becomes one line."""
    from huggingface_hub import errors

    page = f"https://huggingface.co/{repository}"
    try:
        return ask()
    except errors.GatedRepoError:
        reason = f"is gated: accept its licence on {page}, then log in with `hf auth login` or set HF_TOKEN"
    except errors.RevisionNotFoundError:
        reason = f"has no such revision, allowed: one of {page}/tree/main"
    except errors.RepositoryNotFoundError:
        reason = f"not found; a private one needs `hf auth login` or HF_TOKEN ({page})"
    except errors.OfflineModeIsEnabled:
        reason = "is not in the cache, and HF_HUB_OFFLINE forbids to fetch it"
    except errors.HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        reason = f"the hub answered {status}"
    except Exception as error:  # of whichever HTTP library this version of the hub's client uses
        kind = type(error)
        if not (issubclass(kind, OSError) or kind.__module__.partition(".")[0] in ("httpx", "httpx2")):
            raise
        reason = f"is not in the cache, and the hub cannot be reached ({kind.__name__})"
    raise UserError(f"hf:{repository}: {reason}")
