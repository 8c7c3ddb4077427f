"""Whether a creative may be published: measured on its document and its file, nothing taken on trust.

Errors keep a creative from being handed over; warnings are shown. Only the palette's distance is read from
the metadata, since the picture before grading is not in the document.
"""

from collections.abc import Iterator

from adfusion.creative.checks.alike import Sight, look_alikes, sight
from adfusion.creative.checks.file import check_file
from adfusion.creative.checks.finding import Finding, Rules, Severity, error, warning
from adfusion.creative.checks.palette import check_palette
from adfusion.creative.checks.placing import check_logo, check_safe_zone
from adfusion.creative.checks.product import Proof, check_product, prove
from adfusion.creative.checks.type import check_type
from adfusion.creative.checks.words import check_words
from adfusion.creative.document import Creative
from adfusion.creative.placement import Placement

__all__ = [
    "Finding",
    "Proof",
    "Rules",
    "Severity",
    "Sight",
    "check",
    "check_product",
    "error",
    "look_alikes",
    "prove",
    "sight",
    "warning",
]


def check(creative: Creative, data: bytes, placement: Placement, rules: Rules) -> Iterator[Finding]:
    """Everything that is wrong with a creative and `data`, its finished file."""
    yield from check_file(data, placement)
    if (creative.width, creative.height) != (placement.width, placement.height):
        yield error("size", f"the document is {creative.width}×{creative.height} px")
    yield from check_type(creative, placement)
    yield from check_safe_zone(creative, placement)
    yield from check_logo(creative, rules)
    yield from check_words(creative, rules)
    yield from check_palette(creative)
    yield from check_product(creative)
