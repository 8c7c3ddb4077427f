"""Type that can be read: contrast on the drawn pixels, size as people see it."""

from collections.abc import Iterator

from adfusion.creative.checks.finding import Finding, error
from adfusion.creative.checks.parts import is_wordmark, texts
from adfusion.creative.document import Creative
from adfusion.creative.legibility import contrasts, required
from adfusion.creative.placement import Placement


def check_type(creative: Creative, placement: Placement) -> Iterator[Finding]:
    measured = contrasts(creative)
    for text in texts(creative):
        if text.size < placement.min_text - 0.01:
            yield error("text size", f"{text.id}: {text.size:.1f} px; at least {placement.min_text:g} px")
        least = required(text, placement.min_text)
        if not is_wordmark(text) and measured[text.id] < least - 0.005:
            yield error("contrast", f"{text.id}: {measured[text.id]:.2f}:1; at least {least:g}:1")
