"""The words: what a brand never says, what it must say, and what did not fit."""

import re
from collections.abc import Iterator

from adfusion.creative.brand.words import forbidden
from adfusion.creative.checks.finding import Finding, Rules, error, warning
from adfusion.creative.checks.parts import texts
from adfusion.creative.document import Creative

COPY = ("headline", "call_to_action", "body", "badge", "legal")
"""Where the metadata keeps the words as they were written, before lines were broken."""


def check_words(creative: Creative, rules: Rules) -> Iterator[Finding]:
    for field in COPY:
        for words in forbidden(str(creative.metadata.get(field) or ""), rules.never):
            yield error("forbidden word", f"{field.replace('_', ' ')}: {words!r}")
    shown = {_letters(text.text) for text in texts(creative)}
    if rules.legal and not any(_letters(rules.legal) in each for each in shown):
        yield error("legal line", f"{rules.legal!r} is not shown")
    if rules.label and _letters(rules.label) not in shown:
        yield error("label", f"{rules.label!r} is not shown: no corner was free for it")
    dropped = creative.metadata.get("dropped")
    for part in dropped if isinstance(dropped, list | tuple) else ():
        yield warning("dropped", f"no room for the {part}")


def _letters(words: str) -> str:
    """Without what line breaking may add or take away."""
    return re.sub(r"[\s\u00ad\u200b-]", "", words).casefold()
