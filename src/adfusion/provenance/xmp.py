"""The IPTC digital source type as XMP, put into a finished file without touching its pixels.

IPTC Photo Metadata Standard, "Digital Source Type". Content credentials cover the bytes of a file, so XMP is
written before they are.
"""

import io
import struct
import zlib
from xml.sax.saxutils import escape

from pypdf import PdfWriter

from adfusion.provenance.media import JPEG, PDF, PNG, WEBP

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
_JPEG_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_PNG_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"
_VP8X_HAS_XMP, _VP8X_HAS_ALPHA = 0x04, 0x10


def with_source_type(data: bytes, media_type: str, source_type: str) -> bytes:
    """`data` with XMP that names the URI `source_type`.

    SVG comes back unchanged.
    """
    packet = _PACKET.format(escape(source_type)).encode("utf-8")
    if media_type == PNG:
        return _png(data, packet)
    if media_type == JPEG:
        return _jpeg(data, packet)
    if media_type == WEBP:
        return _webp(data, packet)
    if media_type == PDF:
        return _pdf(data, packet)
    return data


def _png(data: bytes, packet: bytes) -> bytes:
    """An iTXt chunk after the header (PNG specification, 11.3.3.4; XMP specification, part 3)."""
    end = 8 + 25  # signature, then IHDR: length, type, 13 bytes, checksum
    body = b"iTXt" + _PNG_KEYWORD + packet
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:end] + chunk + data[end:]


def _jpeg(data: bytes, packet: bytes) -> bytes:
    """An APP1 segment, after the JFIF segment where there is one (XMP specification, part 3)."""
    start = 2
    if data[2:4] == b"\xff\xe0":
        start += 2 + int(struct.unpack(">H", data[4:6])[0])
    body = _JPEG_MARK + packet
    return data[:start] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[start:]


def _webp(data: bytes, packet: bytes) -> bytes:
    """An XMP chunk at the end, announced in the extended header (RFC 9649, 2.7)."""
    chunks = data[12:]
    if chunks[:4] == b"VP8X":
        flags = chunks[8] | _VP8X_HAS_XMP
        chunks = chunks[:8] + bytes([flags]) + chunks[9:]
    else:
        width, height, alpha = _webp_header(chunks)
        flags = _VP8X_HAS_XMP | (_VP8X_HAS_ALPHA if alpha else 0)
        size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks = b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + size + chunks
    chunks += b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _webp_header(chunks: bytes) -> tuple[int, int, bool]:
    """Width, height and whether there is alpha, of a simple file."""
    if chunks[:4] == b"VP8L":  # lossless (RFC 9649, 3.4): 14 bits of width - 1, 14 of height - 1, alpha
        bits = int.from_bytes(chunks[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    width, height = struct.unpack("<HH", chunks[14:18])  # lossy (RFC 6386, 9.1)
    return width & 0x3FFF, height & 0x3FFF, False


def _pdf(data: bytes, packet: bytes) -> bytes:
    """The metadata stream of the catalogue (ISO 32000-2, 14.3.2)."""
    writer, written = PdfWriter(clone_from=io.BytesIO(data)), io.BytesIO()
    writer.xmp_metadata = packet
    writer.write(written)
    return written.getvalue()
