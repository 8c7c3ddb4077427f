"""One finished ad: brief, brand, placement, layout, and the document drawn as pixels or SVG."""
