"""Type: measuring with Skia paragraphs, balanced line breaks, and the largest size that fits.

Lines are broken here and set one by one, so that every form of a creative (pixels, SVG, later PSD and PDF)
has the same lines at the same places.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from math import exp, floor, log, sqrt
from typing import Any

from adfusion.creative.emoji import runs
from adfusion.creative.engine import skia, textlayout
from adfusion.creative.fonts import FontStack
from adfusion.creative.wording import SOFT_HYPHEN, Chunk, chunks, is_joined, is_right_to_left, join
from adfusion.errors import UserError

SCALE = 1.0595
"""Ratio of neighbouring sizes in the modular scale: the twelfth root of two, twelve steps to an octave."""

SMALLER_FOR_LINES = 0.58
"""How much smaller type may become for the sake of better line breaks."""

WIDOW = 0.3
"""What a last line of one short word costs."""

SINGLE = 0.1
"""What any line of one short word costs."""

JUST_BEGUN = 0.2
"""What a line costs that ends in the first word of a sentence which began in it."""

WORD_SPACE = 0.25
"""The least space between words, in em: a usual one (Bringhurst, "The Elements of Typographic Style", 2.1.1).
Faces such as Manrope have 0.2 and large type is set tighter still, so that OCR read "in a" as "ina"."""

LIGATURE = re.compile("(?<=f)(?=[bfhijklt])|(?<=t)(?=t)|(?<=[-<(])(?=[->c3])")
"""Where fonts join letters, to one stroke in small type: OCR reads a joined fl as fi. The binding cannot
switch ligatures off, but nothing is joined across a change of language."""

LANGUAGES = "und", "zxx"
"""Two that no font treats in a way of their own: undetermined, and none (ISO 639-2)."""

FAR = 1e7
EM = 100.0
"""Size at which text is measured once; advances are proportional to size."""

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
    style.setFontStyle(typeface(str(font.files[0].path)).fontStyle())
    style.setFontSize(size)
    style.setLetterSpacing(tracking * size)
    style.setWordSpacing(word_spacing(font, tracking) * size)
    style.setColor(0xFF000000 | int(color[1:], 16))
    whole = textlayout().ParagraphStyle()
    whole.setTextStyle(style)
    builder = textlayout().ParagraphBuilder.make(whole, collection, _unicode())
    # The binding has no base direction; an isolate (UAX 9, RLI … PDI) sets it for the whole line. A no-break
    # space is as wide as others; only from right to left it must stay, since it holds numbers together.
    for emoji, run in runs(f"\u2067{text}\u2069" if right_to_left else text.replace("\u00a0", " ")):
        style.setFontFamilies([aliases[index] for index in font.order(emoji)])
        for index, piece in enumerate(LIGATURE.split(run)):
            style.setLocale(LANGUAGES[index % 2])
            builder.pushStyle(style)
            builder.addText(piece)
    built = builder.Build()
    built.layout(FAR)
    return built


@cache
def _own_space(font: FontStack) -> float:
    """The face's space, in em."""
    face = typeface(str(font.files[0].path))
    return float(skia().Font(face, 1000).getWidths([face.unicharToGlyph(ord(" "))])[0]) / 1000


def word_spacing(font: FontStack, tracking: float) -> float:
    """What is added to the face's space, in em, so that words stand `WORD_SPACE` apart."""
    return max(0.0, WORD_SPACE - _own_space(font) - tracking)


def _word_space(font: FontStack, tracking: float) -> float:
    """From the end of a word to the next, in em."""
    return max(WORD_SPACE, _own_space(font) + tracking)


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
    for emoji, character in ((emoji, character) for emoji, run in runs(text) for character in run):
        if character.isspace() or character in INVISIBLE:
            continue
        for index in font.order(emoji):
            if typeface(str(font.files[index].path)).unicharToGlyph(ord(character)):
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
    """Letter-spacing in em: large type is set tighter, small capitals looser, joined scripts never."""
    if is_joined(text):
        return 0.0
    large = min(1.0, max(0.0, (size - 20) / 60))
    return -0.022 * large + (0.05 * (1 - large) if text.isupper() and len(text) > 3 else 0.0)


def leading(text: str) -> float:
    """Distance of baselines in em: scripts with tall marks need more."""
    return 1.32 if is_joined(text) or is_right_to_left(text) else 1.14


def breaks(
    pieces: tuple[Chunk, ...], widths: tuple[float, ...], space: float, limit: float, max_lines: int = 99
) -> tuple[list[int], float] | None:
    """Where each line ends (exclusive), and the cost: as few lines as `limit` allows, as even as possible.

    Minimises the squared deviation from the mean line by dynamic programming (the idea of Knuth and Plass,
    "Breaking Paragraphs into Lines", 1981). Lines like to end where a clause ends; they
    do not like to end in a short word, within a compound, or just after a sentence has begun, nor to be a
    single short word, the last one least of all.
    Returns `None` if a chunk is wider than `limit`, or if it takes more than `max_lines`.
    """
    limit += 1e-6  # sums of floats
    if max(widths) > limit:
        return None
    count = len(pieces)
    offsets = [0.0, *accumulate(w + space * p.space for w, p in zip(widths, pieces, strict=True))]
    sentences = [0, *accumulate(piece.text[-1:] in ".!?…؟。" for piece in pieces)]

    def length(start: int, end: int) -> float:
        return offsets[end] - offsets[start] - space * pieces[end - 1].space

    fewest, start = 1, 0
    for end in range(1, count + 1):
        if length(start, end) > limit:
            fewest, start = fewest + 1, end - 1
    if fewest > max_lines:
        return None
    mean = length(0, count) / fewest
    ending = [_ending(piece) for piece in pieces]

    def cost(start: int, end: int) -> float:
        run_on = 0.15 * (sentences[end - 1] - sentences[start])
        run_on += JUST_BEGUN if start + 1 < end < count and sentences[end - 1] > sentences[end - 2] else 0.0
        run_on += SINGLE if end - start == 1 < fewest and len(pieces[start].text) < 10 else 0.0
        if end < count:
            close = ending[end - 1]
        else:
            close = WIDOW if fewest > 1 and end - start == 1 and length(start, end) < 0.45 * mean else 0.0
        return (1 - length(start, end) / mean) ** 2 + run_on + close

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


def _ending(piece: Chunk) -> float:
    """What it costs that a line ends after this chunk."""
    word = piece.text
    clause = -0.12 if word[-1:] in ".,;:!?…—–،؟。" else 0.0
    stub = 0.04 if len(word) <= 3 and word.isalpha() and word.islower() else 0.0
    return clause + stub + (0.0 if piece.space else 0.25)


@lru_cache(maxsize=4096)
def _shape(text: str, font: FontStack) -> tuple[tuple[Chunk, ...], tuple[float, ...]]:
    """The chunks of a text and their widths, in em and without tracking."""
    pieces, rtl = chunks(text), is_right_to_left(text)
    return pieces, tuple(width(piece.at_line_end, font, EM, 0.0, rtl) / EM for piece in pieces)


def setting(text: str, font: FontStack, size: float, limit: float, max_lines: int = 99) -> Setting | None:
    """`text` in balanced lines of at most `limit` pixels at this size, or `None` if it does not fit."""
    found = _balanced(text, font, size, limit)
    return found if found and len(found.lines) <= max_lines else None


def _least_lines(text: str, font: FontStack, size: float, limit: float) -> float:
    """So many lines it takes at least: its width in lines that are full, which costs no search for breaks."""
    ems, letters, spaces = _extent(text, font)
    spacing = tracking(text, size)
    gap = _word_space(font, spacing)
    return (size * (ems + spacing * letters + gap * (spaces + 1)) - 1e-3) / (limit + size * gap)


@lru_cache(maxsize=4096)
def _extent(text: str, font: FontStack) -> tuple[float, int, int]:
    """Of all chunks together: width in em, letters, spaces between."""
    pieces, ems = _shape(text, font)
    letters = sum(len(piece.at_line_end) for piece in pieces)
    return sum(ems), letters, sum(piece.space for piece in pieces[:-1])


@lru_cache(maxsize=65536)
def _balanced(text: str, font: FontStack, size: float, limit: float) -> Setting | None:
    """`setting` in as many lines as it takes. Layouts ask for few widths, many times."""
    spacing, rtl = tracking(text, size), is_right_to_left(text)
    pieces, ems = _shape(text, font)
    rough = tuple(
        size * (em + spacing * len(piece.at_line_end)) for em, piece in zip(ems, pieces, strict=True)
    )
    found = breaks(pieces, rough, size * _word_space(font, spacing), limit)
    if found is None:
        return None
    ends, raggedness = found
    lines = tuple(join(pieces[start:end]) for start, end in pairwise([0, *ends]))
    widths = tuple(width(line, font, size, spacing, rtl) for line in lines)
    if max(widths) > limit + 0.5:
        return None
    face = metrics(text, font)
    return Setting(lines, widths, font, size, spacing, size * leading(text), face, rtl, raggedness)


def on_scale(smallest: float, largest: float) -> float:
    """The largest size of the modular scale above `smallest` that `largest` allows; at least `smallest`."""
    return smallest * SCALE ** floor(log(max(largest, smallest) / smallest, SCALE) + 1e-6)


@lru_cache(maxsize=8192)
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
    face, spread = metrics(text, font), leading(text)
    size = on_scale(smallest, largest)
    best: Setting | None = None
    while size >= smallest * (1 - 1e-9) and (best is None or size >= SMALLER_FOR_LINES * best.size):
        rows = min(max_lines, int((height / size - 0.25 - face.cap_height) / spread + 1 + 1e-9))
        too_wide = rows < 1 or _least_lines(text, font, size, limit) > rows
        found = None if too_wide else setting(text, font, size, limit, rows)
        if found:
            best = found if best is None else max(best, found, key=_worth)
        size /= SCALE
    return best


def _worth(found: Setting) -> float:
    """Size, weighed against the cost of its line breaks."""
    return found.size * exp(-4 * found.raggedness / sqrt(len(found.lines)))
