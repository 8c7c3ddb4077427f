"""Short names for what decides a result."""

import hashlib
import json
from typing import Any


def fingerprint(*parts: Any) -> str:
    """SHA-256 (hexadecimal) of JSON-able `parts`; equal parts give equal fingerprints on every machine."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def stable_seed(*parts: Any) -> int:
    """A seed of 32 bits that depends on `parts` alone, not on how many others there are or in what order."""
    return int(fingerprint(*parts)[:8], 16)
