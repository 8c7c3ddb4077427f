"""The picture's colours against the brand's."""

from collections.abc import Iterator

from adfusion.creative.checks.finding import Finding, warning
from adfusion.creative.document import Creative

FAR = 20.0
"""ΔE2000 above which people see another colour rather than a shade of the same one."""


def check_palette(creative: Creative) -> Iterator[Finding]:
    """`palette_distance` of the metadata is the picture's mean ΔE2000 to the nearest palette colour after
    grading, `palette_distance_before` what it was as generated (see `creative.grade.palette_distance`).
    """
    distance, before = (creative.metadata.get(f"palette_distance{when}") for when in ("", "_before"))
    if isinstance(distance, int | float) and distance > FAR:
        graded = f", {before:.0f} before grading" if isinstance(before, int | float) else ""
        yield warning("palette", f"ΔE2000 {distance:.0f} from the palette{graded}; at most {FAR:g}")
