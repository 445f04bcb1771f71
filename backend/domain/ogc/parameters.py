"""What the parameters of a request for features mean: bbox, datetime, crs, limit and values of attributes (OGC 17-069r4,
7.15, and 18-058r1, 6.2). Every fault is DomainError('ogc_bad_parameter'). Not here: which parameters a path takes (api/ogc).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.domain.errors import DomainError
from backend.domain.ogc.collections import Field
from grids.systems import Box, System, systems

DEFAULT_LIMIT, MAX_LIMIT = 100, 5_000
# RFC 3339, 5.6; seconds are part of it
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)  # fmt: skip
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
OPEN = ("", "..")
LONGEST_TEXT = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Area:
    """Where features are looked for: boxes of one system, x first. More than one where it crosses the antimeridian, none
    where it lies wholly beyond what the system reaches."""

    system: System
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A moment (both ends alike) or a time with both ends included; None: open."""

    start: datetime | None
    end: datetime | None


def refused(name: str, zh: str, en: str) -> DomainError:
    """The refusal of parameter ``name``; the sentences say what is wanted."""
    return DomainError(
        "ogc_bad_parameter", name=name, errors=[{"path": name, "code": "bad_parameter", "zh": zh, "en": en}]
    )


def parse_limit(text: str | None) -> int:
    """How many features at most; more than MAX_LIMIT is no error but means MAX_LIMIT (17-069r4, fc-limit-response)."""
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
        raise refused("limit", "须为正整数。", "A whole number from 1 on is wanted.")
    return min(int(text), MAX_LIMIT)


def parse_system(name: str, uri: str | None) -> System:
    """The system of parameter ``name`` ('crs' or 'bbox-crs') by its URI, CRS84 where none is given."""
    known = systems()
    if uri is None:
        return next(iter(known.values()))
    system = known.get(uri.removeprefix("[").removesuffix("]"))  # a safe CURIE keeps its URI in brackets
    if system is None:
        listed = ", ".join(known)
        raise refused(name, f"不支持的坐标系，可用：{listed}", f"Not a system of this service; it has {listed}")
    return system


def parse_area(text: str | None, system: System) -> Area | None:
    """The boxes of ``bbox`` in ``system``: four numbers, or six with heights, which are left out; None where none is given.

    In longitude and latitude a west greater than the east crosses the antimeridian.
    """
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) not in (4, 6) or not all(NUMBER.fullmatch(part.strip()) for part in parts):
        raise refused(
            "bbox", "须为 4 个或 6 个数字，以逗号分隔。", "Four or six numbers with commas between are wanted."
        )
    numbers = [float(part) for part in parts]
    half = len(numbers) // 2
    low, high = numbers[:half], numbers[half:]
    if half == 3 and low[2] > high[2]:
        raise refused("bbox", "最低高度大于最高高度。", "The lowest height is above the highest.")
    first, second = (1, 0) if system.northing_first else (0, 1)
    box = (low[first], low[second], high[first], high[second])
    return _geographic(box, system) if system.is_geographic else _projected(box, system)


def _geographic(box: Box, system: System) -> Area:
    west, south, east, north = box
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise refused(
            "bbox",
            "经度须在 ±180、纬度须在 ±90 之内，南不大于北；请核对坐标轴顺序。",
            "Longitudes within ±180, latitudes within ±90, south not above north; mind the order of the axes.",
        )
    if west <= east:
        return Area(system, (box,))
    return Area(system, ((west, south, 180.0, north), (-180.0, south, east, north)))


def _projected(box: Box, system: System) -> Area:
    if box[0] > box[2] or box[1] > box[3]:
        raise refused("bbox", "左下角须小于右上角；请核对坐标轴顺序。",
                      "The lower corner must come before the upper one; mind the order of the axes.")  # fmt: skip
    reach = system.bounds
    cut = (max(box[0], reach[0]), max(box[1], reach[1]), min(box[2], reach[2]), min(box[3], reach[3]))
    return Area(system, (cut,) if cut[0] <= cut[2] and cut[1] <= cut[3] else ())


def parse_span(text: str | None) -> Span | None:
    """The moment or interval of ``datetime``: RFC 3339 with offset; an interval has ``/`` between, ``..`` or nothing for an
    open end (not both); None where none is given."""
    if text is None:
        return None
    ends = text.split("/")
    if len(ends) > 2 or (len(ends) == 2 and all(end in OPEN for end in ends)) or ends == [""]:
        raise _no_time()
    found = [None if len(ends) == 2 and end in OPEN else _moment(end) for end in ends]
    start, end = found[0], found[-1]
    if start is not None and end is not None and start > end:
        raise refused("datetime", "起始时间晚于结束时间。", "The interval ends before it begins.")
    return Span(start, end)


def _moment(text: str) -> datetime:
    if not MOMENT.fullmatch(text):
        raise _no_time()
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_time() from None


def _no_time() -> DomainError:
    return refused(
        "datetime",
        "须为带时区的时刻（如 2026-11-20T02:00:00Z）或以“/”分隔的时段（如 2026-11-01T00:00:00Z/..）；“+”须写作 %2B。",
        "A moment with offset (2026-11-20T02:00:00Z) or an interval (2026-11-01T00:00:00Z/..); write %2B for '+'.",
    )


def parse_value(field: Field, text: str) -> Any:
    """The value that ``field`` shall have, as the database holds it."""
    if field.choices is not None:
        if text not in set(field.choices):
            listed = ", ".join(field.choices)
            raise refused(field.name, f"可选：{listed}", f"One of {listed} is wanted.")
        return field.choices(text)
    if field.kind == "uuid":
        try:
            return UUID(text)
        except ValueError:
            raise refused(field.name, "不是有效的编号（UUID）。", "Not a valid UUID.") from None
    if field.kind == "boolean":
        if text not in ("true", "false"):
            raise refused(field.name, "须为 true 或 false。", "true or false is wanted.")
        return text == "true"
    if len(text) > LONGEST_TEXT or CONTROL.search(text):
        raise refused(field.name, "文字过长或含控制字符。", "The text is too long, or holds control characters.")
    return text
