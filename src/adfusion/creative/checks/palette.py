"""The picture's colours against the brand's."""

from collections.abc import Iterator

from adfusion.creative.checks.finding import Finding, warning
from adfusion.creative.document import Creative

FAR = 20.0
"""ΔE2000 above which people see another colour rather than a shade of the same one."""


def check_palette(creative: Creative) -> Iterator[Finding]:
    """`palette_distance` of the metadata is the picture's mean ΔE2000 to the nearest palette colour."""
    distance = creative.metadata.get("palette_distance")
    if isinstance(distance, int | float) and distance > FAR:
        yield warning("palette", f"ΔE2000 {distance:.0f} from the palette; at most {FAR:g}")
