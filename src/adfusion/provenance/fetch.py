"""A file from the network, for those who allow it: bounded in bytes and time."""

import time
from pathlib import Path

import httpx

from adfusion.errors import UserError
from adfusion.provenance.verify import LARGEST_FILE

SECONDS = 60.0


def fetch(url: str, to: Path, most: int = LARGEST_FILE, seconds: float = SECONDS) -> None:
    """Write what is at an http(s) address to `to`. Raises `UserError` if it cannot be had or is too much."""
    if not url.startswith(("http://", "https://")):
        raise UserError(f"FILE: found the address {url!r}, allowed: http:// and https://")
    end, size = time.monotonic() + seconds, 0
    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=seconds) as answer,
            to.open("wb") as file,
        ):
            answer.raise_for_status()
            for part in answer.iter_bytes():
                size += len(part)
                if size > most:
                    raise UserError(f"{url}: found more than {most:,} bytes, allowed: {most:,}")
                if time.monotonic() > end:
                    raise UserError(f"{url}: found no end in {seconds:g} s")
                file.write(part)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UserError(f"{url}: cannot fetch: {error}") from error
