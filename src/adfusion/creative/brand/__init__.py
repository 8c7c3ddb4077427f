"""Brand kit: what a brand is to the layout, the file that it is written in, and the page that shows it.

`kit` holds the brand itself, `file` reads brand.yaml, `words` finds words that it forbids, `check` judges it,
`sheet` draws it on one page, and `proposal` starts one from a logo.
"""

from adfusion.creative.brand.kit import INK, PAPER, Brand, Palette

__all__ = ["INK", "PAPER", "Brand", "Palette"]
