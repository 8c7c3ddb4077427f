"""One call of a service: time-outs, retries with back-off and jitter, a limit on what comes back."""

import base64
import hashlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from adfusion.errors import UserError

TRANSIENT = (408, 409, 425, 429, 500, 502, 503, 504)
"""Statuses after which the same call may succeed (RFC 9110, RFC 6585, RFC 8470)."""
LARGEST = 64 << 20
"""Bytes of an answer, uncompressed."""


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float = 10.0
    answer: float = 180.0
    """For the whole answer, so that a service that drips bytes ends too."""
    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait(self, attempt: int, asked: str | None) -> float:
        """Before the next attempt: what the service asked for, or twice as long each time, with full jitter.

        Brooker 2015, "Exponential Backoff And Jitter".
        """
        if asked is not None and asked.isdigit():
            return min(float(asked), self.longest_wait)
        return random.uniform(0, min(self.longest_wait, self.first_wait * 2**attempt))


class _Again(Exception):
    def __init__(self, reason: str, asked: str | None = None) -> None:
        super().__init__(reason)
        self.asked = asked


def post(name: str, url: str, body: Mapping[str, Any], key: str, patience: Patience, seed: int) -> Any:
    """The JSON that the service answers. Equal calls have equal idempotency keys, and so do all attempts.

    name: of the service, for messages.
    seed: tells calls apart whose body does not hold it.

    Raises `UserError` if it refuses, or fails in every attempt.
    """
    content = json.dumps(body, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": hashlib.sha256(f"{url}\n{seed}\n".encode() + content).hexdigest(),
    }
    if key:
        headers["Authorization"] = _authorization(key)
    reason = ""
    for attempt in range(patience.attempts):
        try:
            return _once(name, url, content, headers, key, patience)
        except _Again as again:
            reason = str(again)
            if attempt + 1 < patience.attempts:
                time.sleep(patience.wait(attempt, again.asked))
    raise UserError(f"{name}: {reason}, {patience.attempts} times; --resume goes on from here")


def _once(
    name: str, url: str, content: bytes, headers: Mapping[str, str], key: str, patience: Patience
) -> Any:
    timeout = httpx.Timeout(patience.answer, connect=patience.connect)
    end, data = time.monotonic() + patience.answer, bytearray()
    try:
        with httpx.stream("POST", url, content=content, headers=headers, timeout=timeout) as response:
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > LARGEST:
                    raise UserError(f"{name}: found more than {LARGEST >> 20} MiB in the answer")
                if time.monotonic() > end:
                    raise _Again(f"no whole answer within {patience.answer:g} s")
    except httpx.TimeoutException:
        raise _Again(f"no answer within {patience.answer:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Again(f"cannot be reached ({type(error).__name__})") from None
    status = response.status_code
    if status in TRANSIENT:
        raise _Again(f"answered {status}", response.headers.get("Retry-After"))
    if status != 200:
        raise UserError(f"{name}: answered {status}{_said(bytes(data), key)}")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        kind = response.headers.get("Content-Type", "no type")
        raise UserError(f"{name}: found {kind[:60]}, expected JSON") from None


def _authorization(key: str) -> str:
    """`USER:PASSWORD` is for HTTP's basic authentication, which Automatic1111 has (RFC 7617)."""
    return f"Basic {base64.b64encode(key.encode()).decode()}" if ":" in key else f"Bearer {key}"


def _said(data: bytes, key: str) -> str:
    """The service's own words, without the key that it may repeat."""
    try:
        error = json.loads(data)["error"]
        words = str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    words = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    return ": " + (words.replace(key, "…") if key else words)[:200]
