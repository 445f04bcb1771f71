"""The child process that decodes pictures: bytes in, facts and a preview out. Run by reader.py, never imported.

Imports nothing of the product: it is started in isolation, with limits on memory and files, and may die at any picture.
A question: one JSON line {"bytes", "kind", "max_pixels", "max_pixels_buffered", "side", "seconds"}, then the bytes.
An answer: one JSON line {"error"} or {"width", …, "preview_bytes"}, then the preview's bytes.
"""

import io
import json
import math
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

import imagehash
import numpy
import pillow_heif
from PIL import ExifTags, Image, ImageOps

MEMORY_BYTES = 3 * 1024**3  # address space; the largest picture allowed needs about 1 GiB decoded
FORMATS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
}
HASH_SIDE = 960  # what the preview and the hash are made from; JPEG is decoded no finer than needed for it
FLAT_SPREAD = 4.0  # grey levels: a covered lens or a blank wall has no hash worth comparing
TEXT_LIMIT = 200
# JPEG markers: 0xC0–0xCF without DHT, JPG and DAC begin a frame; of these baseline and extended sequential (C0, C1, C9) …
MARKER, START_OF_SCAN = 0xFF, 0xDA
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SEQUENTIAL_FRAMES = frozenset({0xC0, 0xC1, 0xC9})
BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})  # … and those that carry no length


class RefusedError(Exception):
    """A picture that will not be decoded; the text is a stable code."""


def main() -> None:
    """Answer questions until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    # a library that prints must not be taken for an answer
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdout = sys.stderr
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    pillow_heif.register_heif_opener(thumbnails=False)
    while line := questions.readline():
        question = json.loads(line)
        content = questions.read(question["bytes"])
        if len(content) < question["bytes"]:
            return
        _allow_seconds(question["seconds"])
        answer, preview = _answer(content, question)
        _send(answers, answer, preview)


def _allow_seconds(seconds: float) -> None:
    """So much processor time from now on: the parent watches too, but a parent that was killed watches no more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _send(answers: BinaryIO, answer: dict[str, Any], preview: bytes) -> None:
    answers.write(json.dumps({**answer, "preview_bytes": len(preview)}).encode() + b"\n" + preview)
    answers.flush()


def _answer(content: bytes, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        is_buffered = question["kind"] != "image/jpeg" or is_held_whole(content)
        max_pixels = question["max_pixels_buffered" if is_buffered else "max_pixels"]
        return look(content, question["kind"], max_pixels, question["side"])
    except RefusedError as refusal:
        return {"error": str(refusal)}, b""
    except MemoryError:
        return {"error": "too_much_memory"}, b""
    except Exception:  # whatever a hostile file makes a decoder raise is one and the same fact: it cannot be read
        return {"error": "undecodable"}, b""


def is_held_whole(jpeg: bytes) -> bool:
    """Whether a JPEG must be held in memory whole, at 6 bytes a pixel: progressive, or its colours in scans of their own.

    Any other is decoded line by line at a fraction of its size. ITU-T T.81, annex B: markers, lengths, parameters.
    """
    at, colours = 2, 0
    while at + 10 <= len(jpeg) and jpeg[at] == MARKER:
        kind = jpeg[at + 1]
        if kind == MARKER or kind in BARE_MARKERS:
            at += 1 if kind == MARKER else 2
            continue
        if kind == START_OF_SCAN:
            return jpeg[at + 4] < colours
        if kind in FRAMES:
            if kind not in SEQUENTIAL_FRAMES:
                return True
            colours = jpeg[at + 9]
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return True  # unreadable as far as we can see: the stricter limit


def look(content: bytes, kind: str, max_pixels: int, side: int) -> tuple[dict[str, Any], bytes]:
    """Facts about a picture and its preview. Raises RefusedError for too many pixels, anything for a broken file."""
    with Image.open(io.BytesIO(content), formats=FORMATS[kind]) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise RefusedError("too_many_pixels")
        exif = read_exif(image)
        image.draft("RGB", (HASH_SIDE, HASH_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((HASH_SIDE, HASH_SIDE))
        plain = _plain(upright)
    if exif.get("orientation") in (5, 6, 7, 8):
        width, height = height, width
    facts = {"width": width, "height": height, "exif": exif, "perceptual_hash": _hash(plain)}
    return facts, _preview(plain, side)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        below = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _hash(image: Image.Image) -> str | None:
    if numpy.asarray(image.convert("L"), dtype=float).std() < FLAT_SPREAD:
        return None
    return f"{int(str(imagehash.phash(image)), 16):016x}"


def _preview(image: Image.Image, side: int) -> bytes:
    small = image.copy()
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.info.clear()  # a JPEG's comment would be written again
    small.save(out, "JPEG", quality=80, optimize=True)  # nothing of the original's EXIF is handed over
    return out.getvalue()


def read_exif(image: Image.Image) -> dict[str, Any]:
    """The few EXIF values the product uses, made harmless; {} when there are none or they cannot be read."""
    try:
        exif = image.getexif()
        inner, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, struct.error):
        return {}
    base, tag, place = ExifTags.Base, inner.get, ExifTags.GPS
    found = {
        "make": _text(exif.get(base.Make)),
        "model": _text(exif.get(base.Model)),
        "software": _text(exif.get(base.Software)),
        "orientation": _whole(exif.get(base.Orientation)),
        "taken": _text(tag(base.DateTimeOriginal) or exif.get(base.DateTime)),
        "offset": _text(tag(base.OffsetTimeOriginal)),
        "lat": _triple(gps.get(place.GPSLatitude)),
        "lat_ref": _text(gps.get(place.GPSLatitudeRef)),
        "lon": _triple(gps.get(place.GPSLongitude)),
        "lon_ref": _text(gps.get(place.GPSLongitudeRef)),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:TEXT_LIMIT]


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value <= 65535 else None


def _triple(value: Any) -> list[float] | None:
    try:
        numbers = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return numbers if len(numbers) == 3 and all(math.isfinite(n) for n in numbers) else None


if __name__ == "__main__":
    main()
