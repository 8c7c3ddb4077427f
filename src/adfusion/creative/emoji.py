"""Emoji in a text: where they are, so that they come from one face and a sequence is one sign.

Of the characters that are both text and emoji, such as ↗ and ☀, a text has the plain form unless U+FE0F asks
for the emoji (Unicode Technical Standard 51).
"""

import re
from collections.abc import Iterator

_PRESENTED = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c"
    "\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff"
)
"""Property Emoji_Presentation (emoji-data.txt) below U+1F000, and the blocks of pictographs above."""

_MODIFIERS = "[\U0001f3fb-\U0001f3ff\ufe0f\u20e3\U000e0020-\U000e007f]*"
_SIGN = rf"(?:[{_PRESENTED}](?!\ufe0e)|\S(?=\ufe0f|\u20e3)){_MODIFIERS}"
_EMOJI = re.compile(rf"((?:{_SIGN}(?:\u200d\S{_MODIFIERS})*)+)")
"""UTS 51, section 1.4.9: signs with skin tones, keycaps and tags, joined by U+200D; a flag is two signs."""


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, each with whether it is emoji."""
    for index, piece in enumerate(_EMOJI.split(text)):
        if piece:
            yield index % 2 == 1, piece
