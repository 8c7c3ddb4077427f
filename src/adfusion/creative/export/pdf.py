"""A creative as PDF: one page, text as text, shapes as shapes, fonts embedded."""

from adfusion.creative import draw
from adfusion.creative.document import Creative
from adfusion.creative.engine import skia

RASTER_DPI = 144
"""For blurs, which PDF has not: twice the page's resolution."""


def pdf(creative: Creative) -> bytes:
    """The document drawn by Skia's PDF backend; a pixel is a point. The same document, the same bytes."""
    metadata = skia().PDF.Metadata()
    metadata.fTitle = creative.title
    metadata.fCreator = metadata.fProducer = "adfusion"
    metadata.fRasterDPI = RASTER_DPI
    stream = skia().DynamicMemoryWStream()
    file = skia().PDF.MakeDocument(stream, metadata)
    canvas = file.beginPage(creative.width, creative.height)
    canvas.clear(0xFFFFFFFF)
    for layer in creative.layers:
        draw.paint(canvas, layer)
    file.endPage()
    file.close()
    return bytes(stream.detachAsData())
