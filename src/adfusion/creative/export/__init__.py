"""Forms of a creative for the hands that it goes to: layered PSD, PDF with live text, HTML5 banner."""

from adfusion.creative.export.html5 import html5, takes_html5
from adfusion.creative.export.pdf import pdf
from adfusion.creative.export.psd import psd
from adfusion.creative.export.zipped import zipped

__all__ = ["html5", "pdf", "psd", "takes_html5", "zipped"]
