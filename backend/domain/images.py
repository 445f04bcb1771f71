"""What a file says about itself: its kind by content, its EXIF time and place, how alike two pictures are.

Pure functions over bytes and plain values. Not here: decoding pictures (gateways/images), rows (services/media).
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from backend.domain.data_files import load_yaml

SNIFF_BYTES = 64
# ISO base media brands that say "HEVC-coded still image" (ISO/IEC 23008-12, annex B); mif1/msf1 may also be AVIF.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
GENERIC_BRANDS = frozenset({b"mif1", b"msf1"})
EXIF_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
CHINA = timezone(timedelta(hours=8))  # one time zone in the whole country; EXIF times carry none as a rule
EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
HASH_BITS = 64
BANDS = 5  # one more than the bits that may differ: at least one band is then equal


BYTES_MISSING = "bytes_missing"  # examine_error of a photo whose bytes are gone; the only one that may pass


class PhotoKind(StrEnum):
    """The picture formats that are taken; the value is the MIME type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


EXTENSIONS = {PhotoKind.JPEG: "jpg", PhotoKind.PNG: "png", PhotoKind.WEBP: "webp", PhotoKind.HEIC: "heic"}


@dataclass(frozen=True, slots=True)
class PhotoRules:
    """The numbers of data/photos.yaml; see there for units and reasons."""

    max_bytes: int
    upload_life_seconds: int
    max_pixels: int
    max_pixels_jpeg: int
    preview_side_px: int
    decode_seconds: int
    exif_time_seconds: int
    exif_distance_m: int
    reuse_distance_bits: int


def photo_rules() -> PhotoRules:
    """The rules in force."""
    values = load_yaml("photos.yaml")
    return PhotoRules(**{name: int(values[name]) for name in PhotoRules.__dataclass_fields__})


def sniff(head: bytes) -> PhotoKind | None:
    """The kind of picture that starts with ``head`` (at least SNIFF_BYTES of it), None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return PhotoKind.WEBP
    if head[4:8] == b"ftyp" and _is_heic(head):
        return PhotoKind.HEIC
    return None


def _is_heic(head: bytes) -> bool:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[at : at + 4] for at in range(16, end - 3, 4)}
    major = head[8:12]
    return major in HEIC_BRANDS or (major in GENERIC_BRANDS and bool(compatible & HEIC_BRANDS))


def exif_moment(text: Any, offset: Any = None) -> datetime | None:
    """EXIF DateTimeOriginal with OffsetTimeOriginal (Exif 2.32, tags 36867 and 36881) as UTC; Chinese time without one.

    None for what no camera writes: zeros, blanks, impossible dates, years before digital cameras.
    """
    match = EXIF_TIME.match(str(text or ""))
    if match is None:
        return None
    try:
        moment = datetime(*(int(part) for part in match.groups()), tzinfo=_zone(offset))  # type: ignore[misc, arg-type]  # the six numbers of the pattern
        return moment.astimezone(UTC) if 1990 <= moment.year <= 2100 else None
    except (ValueError, OverflowError):
        return None


def _zone(offset: Any) -> timezone:
    match = OFFSET.fullmatch(str(offset or "").strip("\x00 "))
    if match is None:
        return CHINA
    sign, hours, minutes = match.groups()
    shift = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-shift if sign == "-" else shift)


def exif_position(gps: dict[str, Any]) -> tuple[float, float] | None:
    """(lon, lat) in degrees from EXIF GPS values ``{"lat": [d, m, s], "lat_ref": "N", "lon": […], "lon_ref": "E"}``.

    The datum is unknown (WGS-84 by the standard, GCJ-02 from some phones). None when absent, impossible, or the
    0/0 that cameras without a fix write.
    """
    lat = _degrees(gps.get("lat"), gps.get("lat_ref"), "NS", 90)
    lon = _degrees(gps.get("lon"), gps.get("lon_ref"), "EW", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return lon, lat


def _degrees(parts: Any, ref: Any, letters: str, limit: float) -> float | None:
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(ref, str) or ref[:1] not in tuple(letters):
        return None
    if not all(isinstance(part, int | float) and math.isfinite(part) and part >= 0 for part in parts):
        return None
    value = float(parts[0] + parts[1] / 60 + parts[2] / 3600)
    if value > limit:
        return None
    return -value if ref[0] == letters[1] else value


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two (lon, lat) on a sphere; 0.5 % off at worst, plenty for a doubt."""
    lon_a, lat_a, lon_b, lat_b = (math.radians(value) for value in (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2
    chord += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def is_exif_far(
    *,
    exif_at: datetime | None,
    exif_place: tuple[float, float] | None,
    captured_at: datetime,
    place: tuple[float, float] | None,
    accuracy_m: float | None,
    rules: PhotoRules,
) -> bool:
    """True when a photo's own time or place is far from its report's. What is unknown is not far."""
    if exif_at is not None and abs((exif_at - captured_at).total_seconds()) > rules.exif_time_seconds:
        return True
    if exif_place is None or place is None:
        return False
    return distance_m(exif_place, place) > rules.exif_distance_m + (accuracy_m or 0)


def hash_distance(a: str, b: str) -> int:
    """Bits that differ between two perceptual hashes (16 hex digits each)."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def hash_bands(perceptual_hash: str) -> list[str]:
    """The hash cut in BANDS pieces, each marked with its place: hashes up to BANDS - 1 bits apart share a piece."""
    bits = f"{int(perceptual_hash, 16):0{HASH_BITS}b}"
    cuts = [round(i * HASH_BITS / BANDS) for i in range(BANDS + 1)]
    return [f"{i}:{int(bits[cuts[i] : cuts[i + 1]], 2):x}" for i in range(BANDS)]


def choose_reused(uses: Sequence[tuple[Any, int, str]], sha256: str) -> set[Any]:
    """Reports that show a picture an older report showed.

    ``uses`` are (report id, report number, photo hash) for every report that names ``sha256`` or a photo like it.
    Only pairs with ``sha256`` in them are judged: two other photos that both resemble it need not resemble each other.
    """
    here = [(number, report) for report, number, photo in uses if photo == sha256]
    reused: set[Any] = set()
    for number, report in here:
        if any(other != report and earlier < number for other, earlier, _ in uses):
            reused.add(report)
    for report, number, photo in uses:
        if photo != sha256 and any(other != report and earlier < number for earlier, other in here):
            reused.add(report)
    return reused
