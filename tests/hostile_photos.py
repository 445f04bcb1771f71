"""Pictures that mean harm: real files made here, small on the wire and large, endless or ambiguous when looked into."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests import photos

PNG = b"\x89PNG\r\n\x1a\n"
MEGABYTE = 1024 * 1024


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    piece = bytes(MEGABYTE)
    return b"".join(packer.compress(piece) for _ in range(count // MEGABYTE)) + packer.flush()


def _png(*extra: bytes) -> bytes:
    """An honest picture with chunks between head and pixels."""
    made = photos.encode(photos.draw(1, (64, 48)), "PNG")
    after_head = len(PNG) + 25
    return made[:after_head] + b"".join(extra) + made[after_head:]


def png_profile() -> bytes:
    """A colour profile of 300 MB in 300 KB."""
    return _png(_chunk(b"iCCP", b"p\0\0" + _zeros(300 * MEGABYTE)))


def png_text() -> bytes:
    """A text of 300 MB."""
    return _png(_chunk(b"zTXt", b"Comment\0\0" + _zeros(300 * MEGABYTE)))


def png_many_texts() -> bytes:
    """Hundreds of texts of just under the decoder's limit for one."""
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(MEGABYTE - 10), 9))
    return _png(*[text] * 300)


def png_international_text() -> bytes:
    """The same as iTXt."""
    return _png(_chunk(b"iTXt", b"Comment\0\1\0\0\0" + _zeros(300 * MEGABYTE)))


def png_pixels_without_end() -> bytes:
    """More compressed rows than the head announces."""
    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", _zeros(200 * MEGABYTE)) + _chunk(b"IEND", b"")


def apng_frames() -> bytes:
    """An animated PNG of two thousand million frames."""
    return _png(_chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))


def _jpeg_of_size(width: int, height: int, **options: object) -> bytes:
    made = bytearray(photos.jpeg(2, **options))
    at = next(i for i in range(len(made)) if made[i] == 0xFF and made[i + 1] in (0xC0, 0xC2))
    made[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(made)


def jpeg_huge() -> bytes:
    """65,500 × 65,500 in some kilobytes."""
    return _jpeg_of_size(65_500, 65_500)


def jpeg_progressive() -> bytes:
    """Within the limit of a JPEG decoded by lines, but one that has to be held whole: more than a gigabyte."""
    return _jpeg_of_size(14_400, 14_400, progressive=True)


def jpeg_colour_by_colour() -> bytes:
    """Baseline, but its first scan holds one colour: to be held whole as well."""
    made = bytearray(_jpeg_of_size(14_400, 14_400))
    at = made.index(b"\xff\xda")
    return bytes(made[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + made[at + 14 :])


def jpeg_scans() -> bytes:
    """A progressive picture whose refining scans come two thousand times."""
    made = photos.encode(photos.draw(3, (2000, 1500)), "JPEG", progressive=True, quality=50)
    scans = made[made.index(b"\xff\xda") : -2]
    last = scans[scans.rindex(b"\xff\xda") :]
    return made[:-2] + last * 2000 + made[-2:]


def jpeg_exif_loop() -> bytes:
    """EXIF whose directories name themselves."""
    entries = struct.pack("<H", 2) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entries + struct.pack("<I", 8)
    made = photos.jpeg(4)
    return made[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + made[2:]


def jpeg_postscript() -> bytes:
    """PostScript behind the first bytes of a JPEG."""
    return b"\xff\xd8\xff%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{} loop\n"


def jpeg_and_more() -> bytes:
    """A picture, a web page and an archive at once."""
    return photos.jpeg(5) + photos.POLYGLOT_TAIL


def jpeg_comment_page() -> bytes:
    """A picture whose comment is a web page."""
    made, page = photos.jpeg(6), b"<html><script>alert(document.domain)</script>"
    return made[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + made[2:]


def _webp_animation(side: int, frames: int) -> bytes:
    still = io.BytesIO()
    Image.new("RGB", (1, 1)).save(still, "WEBP", lossless=True)
    pixel = still.getvalue()[12:]
    size = (side - 1).to_bytes(3, "little") * 2
    one_by_one = bytes(6)
    frame = bytes(6) + one_by_one + (1).to_bytes(3, "little") + b"\0" + pixel

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

    body = b"WEBP" + chunk(b"VP8X", b"\x02\0\0\0" + size) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", frame) * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_canvas() -> bytes:
    """An animation of one pixel on a canvas of 268 million."""
    return _webp_animation(16_384, 2)


def webp_frames() -> bytes:
    """An animation of a hundred thousand frames."""
    return _webp_animation(4000, 100_000)


def heic_huge() -> bytes:
    """A HEIC that says it has 3,600 million pixels."""
    made = bytearray(photos.encode(photos.draw(7), "HEIF"))
    at = made.index(b"ispe")
    while at >= 0:
        made[at + 8 : at + 16] = struct.pack(">II", 60_000, 60_000)
        at = made.find(b"ispe", at + 4)
    return bytes(made)


def heic_boxes() -> bytes:
    """A HEIC whose first boxes say they are larger than the file."""
    made = bytearray(photos.encode(photos.draw(8), "HEIF"))
    at = made.index(b"meta") - 4
    made[at : at + 4] = b"\xff\xff\xff\xf0"
    return bytes(made)


def cut(kind: str) -> Callable[[], bytes]:
    """An honest picture of ``kind``, two thirds of it."""

    def made() -> bytes:
        whole = photos.encode(photos.draw(9, (800, 600)), kind)
        return whole[: len(whole) * 2 // 3]

    made.__name__ = f"cut_{kind.lower()}"
    return made
