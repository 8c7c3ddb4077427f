"""What is the same in folders whose signed files differ by the salt of their credentials."""

import hashlib
import io
from pathlib import Path

import c2pa

from adfusion.provenance.media import media_type


def claim(data: bytes) -> str | None:
    """The name of a signed file's claim, which is a hash of the unsigned file and of all that is claimed."""
    kind = media_type(data)
    try:
        with c2pa.Reader(kind, io.BytesIO(data)) as reader:
            return str(reader.get_active_manifest()["label"])
    except c2pa.C2paError.ManifestNotFound:
        return None


def content(folder: Path) -> dict[str, bytes]:
    """Files by their paths; a signed one is its claim, also where another file has its hash."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    named = {path: name for path, data in found.items() if media_type(data) and (name := claim(data))}
    hashes = {hashlib.sha256(found[path]).hexdigest().encode(): name.encode() for path, name in named.items()}
    plain = {path: name.encode() for path, name in named.items()}
    for path in found.keys() - named.keys():
        plain[path] = found[path]
        if path.endswith(".json"):
            for sha256, name in hashes.items():
                plain[path] = plain[path].replace(sha256, name)
    return plain
