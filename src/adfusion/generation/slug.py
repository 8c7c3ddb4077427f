"""File names from words."""

import hashlib
import re
import unicodedata


def slug(words: str, length: int = 32) -> str:
    """`words` as lower-case ASCII letters and digits with hyphens, at most `length` long, cut between words.

    Words without such letters (Arabic, Greek, …) give eight digits of their hash instead.
    """
    ascii_words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z0-9]+", ascii_words.replace("'", ""))
    short = ""
    for part in parts:
        longer = f"{short}-{part}" if short else part[:length]
        if len(longer) > length:
            break
        short = longer
    return short or hashlib.sha256(words.encode()).hexdigest()[:8]
