"""The rights of a campaign on one page, A4, as a document like any creative."""

from collections.abc import Sequence
from textwrap import shorten

from adfusion.creative.document import Box, Creative, Layer, Line, Panel, Text
from adfusion.creative.fonts import FontStack, installed_font
from adfusion.creative.paragraph import Setting, setting
from adfusion.provenance.rights import Flag

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
_LEFT, _RIGHT, _COLUMN, _BOTTOM = 56, 539, 170, 800
_INK, _GREY, _RULE, _ALERT = "#1a1a1a", "#6b6b6b", "#d9d9d9", "#a8320a"
_SIZE = 9.0
_LONGEST_WORD, _LONGEST_LINE = 50, 240
_NOTE = (
    "Gathered by software from what files and briefs state; no legal advice. This page and rights.json are "
    "signed: a change is noticed (adfusion verify rights.pdf)."
)


def rights_page(
    campaign: str, chapters: Sequence[tuple[str, Sequence[str]]], flags: Sequence[Flag]
) -> Creative:
    """A title, the chapters as a table of two columns, and what is unclear.

    Where all lines do not fit, each chapter shows as many as fit and says how many more there are.
    """
    unclear = [f"{flag.about}: {flag.reason}" for flag in flags]
    longest = max(len(lines) for _, lines in [*chapters, ("", unclear)])
    for most in range(max(longest, 1), 0, -1):
        page = _Page()
        page.write("Rights ledger", _LEFT, 20, _INK, bold=True)
        page.write(campaign, _LEFT, 11, _GREY)
        for heading, lines in chapters:
            page.row(heading, lines, _INK, most)
        alert = _ALERT if flags else _INK
        page.row(f"Unclear ({len(flags)})", unclear or ["nothing that files and briefs tell of"], alert, most)
        page.rule()
        page.write(_NOTE, _LEFT, 8, _GREY)
        if page.y <= _BOTTOM:
            break
    return Creative(WIDTH, HEIGHT, tuple(page.layers), "", f"Rights: {campaign}")


class _Page:
    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.y = 64.0

    def write(self, words: str, left: float, size: float, color: str, *, bold: bool = False) -> None:
        """A paragraph from `left` to the right margin, and a gap under it."""
        found = setting(_breakable(words), _font(bold), size, _RIGHT - left)
        assert found is not None  # every word is short enough for its column
        self.layers.append(_text(f"text-{len(self.layers)}", found, left, self.y, color))
        self.y += len(found.lines) * found.leading + 0.35 * size

    def row(self, heading: str, lines: Sequence[str], color: str, most: int) -> None:
        self.rule()
        top = self.y
        self.write(heading, _LEFT, _SIZE, color, bold=True)
        self.y = top
        for line in lines[:most]:
            self.write(line, _COLUMN, _SIZE, color)
        if len(lines) > most:
            self.write(f"and {len(lines) - most} more, in rights.json", _COLUMN, _SIZE, _GREY)

    def rule(self) -> None:
        self.y += 6
        line = Box(_LEFT, self.y, _RIGHT - _LEFT, 0.6)
        self.layers.append(Panel(f"rule-{len(self.layers)}", line, _RULE))
        self.y += 16


def _font(bold: bool) -> FontStack:
    return installed_font("source-sans-pro", "text", 700 if bold else 400)


def _breakable(words: str) -> str:
    """Of a sensible length, words too long for a line, such as paths, in parts."""
    parts = (
        word[at : at + _LONGEST_WORD] for word in words.split() for at in range(0, len(word), _LONGEST_WORD)
    )
    return shorten(" ".join(parts), _LONGEST_LINE, placeholder=" …")


def _text(id: str, found: Setting, left: float, top: float, color: str) -> Text:
    lines = tuple(
        Line(line, left, top + index * found.leading, width)
        for index, (line, width) in enumerate(zip(found.lines, found.widths, strict=True))
    )
    height = found.ascent + (len(lines) - 1) * found.leading + found.descent
    box = Box(left, top - found.ascent, found.width, height)
    return Text(id, box, lines, found.font, found.size, found.tracking, color, found.right_to_left)
