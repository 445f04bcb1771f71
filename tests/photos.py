"""Pictures for tests: drawn, honest ones and hostile ones. Real bytes of real formats, made by Pillow."""

import base64
import hashlib
import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

pillow_heif.register_heif_opener()


def draw(seed: int = 0, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture of soft patches that differs from seed to seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as bytes of a format."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(seed: int = 0, **options: Any) -> bytes:
    """A JPEG that no other seed makes."""
    return encode(draw(seed), "JPEG", **{"quality": 85, **options})


def with_exif(
    seed: int, taken: str | None = None, position: tuple[float, float] | None = None, orientation: int = 1
) -> bytes:
    """A JPEG with camera time (as EXIF writes it), place (lon, lat) and orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Test\x07Camera"
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if position:
        lon, lat = position
        exif.get_ifd(0x8825).update({1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)})
    return encode(draw(seed), "JPEG", exif=exif)


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes = (value % 1) * 60
    return IFDRational(int(value)), IFDRational(int(minutes)), IFDRational(round(minutes % 1 * 60 * 1000), 1000)


def png_bomb(side: int = 40_000) -> bytes:
    """A small PNG that says it is ``side`` × ``side`` pixels and unpacks to gigabytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (side // 8 + 1) * 400, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>" + b" " * 200
POLYGLOT_TAIL = b"<script>alert(document.domain)</script>PK\x05\x06" + b"\x00" * 18


def sha256(content: bytes) -> str:
    """The name of a photo."""
    return hashlib.sha256(content).hexdigest()


def metadata(content: bytes, **more: str) -> str:
    """Upload-Metadata for ``content``."""
    pairs = {"sha256": sha256(content), "mime": "image/jpeg", **more}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def decode(content: bytes) -> Image.Image:
    """The picture that ``content`` is; fails when it is none."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
