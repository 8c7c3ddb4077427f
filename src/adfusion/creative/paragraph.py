"""Type: measuring with Skia paragraphs, balanced line breaks, and the largest size that fits.

Lines are broken here and set one by one, so that every form of a creative (pixels, SVG, later PSD and PDF)
has the same lines at the same places.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import exp, sqrt
from typing import Any

import numpy as np

from adfusion.creative.engine import skia, textlayout
from adfusion.creative.fonts import FontStack
from adfusion.creative.wording import SOFT_HYPHEN, Chunk, chunks, is_joined, is_right_to_left, join
from adfusion.errors import UserError

SCALE = 1.0595
"""Ratio of neighbouring sizes in the modular scale: the twelfth root of two, twelve steps to an octave."""

SMALLER_FOR_LINES = 0.68
"""How much smaller type may become for the sake of better line breaks."""

FAR = 1e7
INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f" + SOFT_HYPHEN)


@dataclass(frozen=True)
class Metrics:
    """Vertical measures of a face, in em: positive distances from the baseline."""

    ascent: float
    descent: float
    cap_height: float


@dataclass(frozen=True)
class Setting:
    """Text broken into lines at one size (px). `leading` is from baseline to baseline; `tracking` in em."""

    lines: tuple[str, ...]
    widths: tuple[float, ...]
    font: FontStack
    size: float
    tracking: float
    leading: float
    metrics: Metrics
    right_to_left: bool
    raggedness: float
    """Cost of the line breaks, about 0 when good; see `breaks`."""

    @property
    def width(self) -> float:
        return max(self.widths)

    @property
    def cap_height(self) -> float:
        """From the first baseline to the top of its capitals."""
        return self.size * self.metrics.cap_height

    @property
    def descent(self) -> float:
        return self.size * self.metrics.descent

    @property
    def ascent(self) -> float:
        return self.size * self.metrics.ascent

    @property
    def height(self) -> float:
        """What the eye sees as the height: from the capitals of the first line to the last baseline."""
        return self.cap_height + (len(self.lines) - 1) * self.leading


@cache
def typeface(path: str) -> Any:
    face = skia().Typeface.MakeFromFile(path)
    if face is None:
        raise UserError(f"{path}: fonts: found a file that is not a font; allowed: a .ttf or .otf file")
    return face


@cache
def _collection(font: FontStack) -> tuple[Any, list[str]]:
    """A Skia font collection that holds this stack and nothing of the machine's, and its aliases in order."""
    provider = textlayout().TypefaceFontProvider()
    aliases = [f"face-{index}" for index in range(len(font.files))]
    for file, alias in zip(font.files, aliases, strict=True):
        provider.registerTypeface(typeface(str(file.path)), alias)
    collection = textlayout().FontCollection()
    collection.setDefaultFontManager(provider)
    return collection, aliases


@cache
def _unicode() -> Any:
    return skia().Unicodes.ICU.Make()


def paragraph(
    text: str, font: FontStack, size: float, tracking: float, color: str, right_to_left: bool
) -> Any:
    """One laid-out line as a Skia paragraph; its origin is the top left, `AlphabeticBaseline` below it."""
    collection, aliases = _collection(font)
    style = textlayout().TextStyle()
    style.setFontFamilies(aliases)
    style.setFontStyle(typeface(str(font.files[0].path)).fontStyle())
    style.setFontSize(size)
    style.setLetterSpacing(tracking * size)
    style.setColor(0xFF000000 | int(color[1:], 16))
    whole = textlayout().ParagraphStyle()
    whole.setTextStyle(style)
    builder = textlayout().ParagraphBuilder.make(whole, collection, _unicode())
    builder.pushStyle(style)
    # The binding has no base direction; an isolate (UAX 9, RLI … PDI) sets it for the whole line.
    builder.addText(f"\u2067{text}\u2069" if right_to_left else text)
    built = builder.Build()
    built.layout(FAR)
    return built


@lru_cache(maxsize=4096)
def width(text: str, font: FontStack, size: float, tracking: float, right_to_left: bool) -> float:
    """Advance width in pixels of one line, shaped and kerned."""
    return float(paragraph(text, font, size, tracking, "#000000", right_to_left).MaxIntrinsicWidth)


@lru_cache(maxsize=1024)
def faces(text: str, font: FontStack) -> tuple[int, ...]:
    """Which faces of the stack the text needs, by index.

    Raises `UserError` for a character that none of them has.
    """
    used: dict[int, None] = {}
    for character in text:
        if character.isspace() or character in INVISIBLE:
            continue
        for index, file in enumerate(font.files):
            if typeface(str(file.path)).unicharToGlyph(ord(character)):
                used[index] = None
                break
        else:
            raise UserError(
                f"text {text!r}: found the character {character!r} (U+{ord(character):04X}); allowed: "
                f"characters of {', '.join(font.families[:-1])}, or of a font file named in brand.fonts"
            )
    return tuple(used)


@lru_cache(maxsize=1024)
def metrics(text: str, font: FontStack) -> Metrics:
    """The measures that hold every face used by `text`."""
    found = []
    for index in faces(text, font) or (0,):
        measured = skia().Font(typeface(str(font.files[index].path)), 1000).getMetrics()
        found.append((-measured.fAscent / 1000, measured.fDescent / 1000, measured.fCapHeight / 1000))
    ascents, descents, caps = zip(*found, strict=True)
    return Metrics(max(ascents), max(descents), caps[0])


def tracking(text: str, size: float) -> float:
    """Letter-spacing in em: large type is set tighter, joined scripts never are."""
    if is_joined(text):
        return 0.0
    return -0.022 * float(np.clip((size - 20) / 60, 0, 1))


def leading(text: str) -> float:
    """Distance of baselines in em: scripts with tall marks need more."""
    return 1.4 if is_joined(text) or is_right_to_left(text) else 1.14


def breaks(
    pieces: tuple[Chunk, ...], widths: tuple[float, ...], space: float, limit: float
) -> tuple[list[int], float] | None:
    """Where each line ends (exclusive), and the cost: as few lines as `limit` allows, as even as possible.

    Minimises the squared deviation from the mean line by dynamic programming (the idea of Knuth and Plass,
    "Breaking Paragraphs into Lines", 1981). Lines like to end where a clause ends; they
    do not like to end in a short word, within a compound, or just after a sentence has begun.
    Returns `None` if a chunk is wider than `limit`.
    """
    if max(widths) > limit:
        return None
    count = len(pieces)
    offsets = np.concatenate(
        [[0.0], np.cumsum([w + space * p.space for w, p in zip(widths, pieces, strict=True)])]
    )

    def length(start: int, end: int) -> float:
        return float(offsets[end] - offsets[start] - space * pieces[end - 1].space)

    fewest, start = 1, 0
    for end in range(1, count + 1):
        if length(start, end) > limit:
            fewest, start = fewest + 1, end - 1
    mean = length(0, count) / fewest

    def cost(start: int, end: int) -> float:
        last = pieces[end - 1].text
        clause = -0.12 if last[-1:] in ".,;:!?…—–،؟。" else 0.0
        stub = 0.04 if len(last) <= 3 and last.isalpha() and last.islower() else 0.0
        run_on = 0.15 * sum(piece.text[-1:] in ".!?…؟。" for piece in pieces[start : end - 1])
        torn = 0.0 if pieces[end - 1].space else 0.25
        return (1 - length(start, end) / mean) ** 2 + run_on + (clause + stub + torn if end < count else 0.0)

    # best[k][end]: the least cost of setting the first `end` chunks in k lines, and where line k starts.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(fewest):
        row: dict[int, tuple[float, int]] = {}
        for start, (so_far, _before) in best[-1].items():
            for end in range(start + 1, count + 1):
                if length(start, end) > limit:
                    break
                total = so_far + cost(start, end)
                if end not in row or total < row[end][0]:
                    row[end] = (total, start)
        best.append(row)
    ends = [count]
    for row in reversed(best[2:]):
        ends.append(row[ends[-1]][1])
    return ends[::-1], best[-1][count][0]


def setting(text: str, font: FontStack, size: float, limit: float) -> Setting | None:
    """`text` in balanced lines of at most `limit` pixels at this size, or `None` if a word is wider."""
    spacing, rtl = tracking(text, size), is_right_to_left(text)
    pieces = chunks(text)

    def measure(line: str) -> float:
        return width(line, font, size, spacing, rtl)

    space = measure("n n") - 2 * measure("n")
    found = breaks(pieces, tuple(measure(piece.at_line_end) for piece in pieces), space, limit)
    if found is None:
        return None
    ends, raggedness = found
    lines = tuple(join(pieces[start:end]) for start, end in pairwise([0, *ends]))
    widths = tuple(measure(line) for line in lines)
    if max(widths) > limit + 0.5:
        return None
    face = metrics(text, font)
    return Setting(lines, widths, font, size, spacing, size * leading(text), face, rtl, raggedness)


def fit(
    text: str,
    font: FontStack,
    limit: float,
    height: float,
    *,
    largest: float,
    smallest: float,
    max_lines: int = 99,
) -> Setting | None:
    """The best setting of the modular scale between two sizes that lies within `limit` × `height` pixels.

    The best is large, but a somewhat smaller one with clearly better lines wins. `height` is measured as the
    eye does, capitals to last baseline, plus the descenders. `None` if even the smallest does not fit.
    """
    steps = max(0, int(np.ceil(np.log(largest / smallest) / np.log(SCALE))))
    best: Setting | None = None
    for step in range(steps, -1, -1):
        size = min(largest, smallest * SCALE**step)
        if best is not None and size < SMALLER_FOR_LINES * best.size:
            break
        found = setting(text, font, size, limit)
        if found and len(found.lines) <= max_lines and found.height + 0.25 * size <= height:
            best = found if best is None else max(best, found, key=_worth)
    return best


def _worth(found: Setting) -> float:
    """Size, weighed against the cost of its line breaks."""
    return found.size * exp(-4 * found.raggedness / sqrt(len(found.lines)))
