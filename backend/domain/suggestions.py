"""How an item that cannot be understood might be mended: only where what was meant is plain, for a person to look at.

Nothing is made up: a value is written another way; what is missing is taken from the item itself (for the time of
capture that of recording) or left open (a photo's role: other). Each remedy is tried on the reader itself and taken only
if it helps. Not here: repairing (services/sync).
"""

import copy
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.items import can_be_told, read_content
from backend.domain.quarantine import REPORT_EXISTS
from backend.domain.shapes import PayloadError
from backend.domain.vocabulary import (
    Category,
    Datum,
    ItemKind,
    Outcome,
    PhotoRole,
    PhotoSource,
    PositionSource,
    Severity,
)

MOST_REMEDIES = 100
# Words of the lists that a payload's value is taken from, by the last part of its path.
WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(ItemKind),
    "category": tuple(Category),
    "outcome": tuple(Outcome),
    "severity": tuple(Severity),
    "role": tuple(PhotoRole),
    "datum": tuple(Datum),
    "source": (*PhotoSource, *PositionSource),
}
_TIME = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]+(\d{1,2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d{1,17})?", re.ASCII)
_MIMES = {"image/jpg": "image/jpeg", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
_BOOLEANS = {"true": True, "false": False}
# Ten and thirteen digits: seconds and milliseconds since 1970, between 2001 and 2100.
_SECONDS, _MILLISECONDS = (10**9, 4_102_444_800), (10**12, 4_102_444_800_000)
_TOP = ("id", "recorded_at", "payload")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be written another way."""

    path: str
    code: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The item mended; ``complete``: nothing is left that could not be understood. Without changes: it can be read today."""

    kind: Any
    recorded_at: Any
    payload: Any
    complete: bool
    changes: list[Change] = field(default_factory=list)


def suggest(item: Mapping[str, Any]) -> Suggestion | None:
    """What could be made of ``item`` (whose id must be a usable one); None where nothing comes to mind."""
    draft = copy.deepcopy(dict(item))
    changes: list[Change] = []
    fault = fault_of(draft)
    while fault is not None and len(changes) < MOST_REMEDIES:
        change = _mend(draft, fault)
        if change is None:
            break
        changes.append(change)
        fault = fault_of(draft)
    complete = fault is None
    made = Suggestion(draft.get("kind"), draft.get("recorded_at"), draft.get("payload"), complete, changes)
    return made if (complete or changes) and can_be_told(draft) else None


def suggest_new_report_id(item: Mapping[str, Any], report_id: str) -> Suggestion | None:
    """``item``, whose report another item has made, as a report of its own; None where JSON cannot say it."""
    if not can_be_told(item):
        return None
    payload = item["payload"]
    change = Change("report_id", REPORT_EXISTS, payload["report_id"], report_id)
    return Suggestion(item["kind"], item["recorded_at"], {**payload, "report_id": report_id}, True, [change])


def fault_of(item: Mapping[str, Any]) -> PayloadError | None:
    """The first thing in ``item`` that cannot be understood."""
    try:
        read_content(item)
    except PayloadError as error:
        return error
    return None


def _mend(draft: dict[str, Any], fault: PayloadError) -> Change | None:
    """Put the first remedy in place that takes ``fault`` away; ``draft`` is as it was where none does."""
    place = _place(draft, fault)
    if place is None:
        return None
    parent, key = place
    before = parent[key] if not isinstance(parent, dict) else parent.get(key)
    was_there = not isinstance(parent, dict) or key in parent
    for after in _remedies(fault, before, draft, parent):
        parent[key] = after
        left = fault_of(draft)
        if left is None or (left.code, left.path) != (fault.code, fault.path):
            shown = before if can_be_told(before) else repr(before)[:200]
            return Change(fault.path, fault.code, shown, after)
    if was_there:
        parent[key] = before
    else:
        del parent[key]
    return None


def _place(draft: dict[str, Any], fault: PayloadError) -> tuple[Any, Any] | None:
    """The container and key that ``fault`` speaks of; its path begins below the payload, but for the envelope's own."""
    if fault.code == "unknown_kind" or fault.path in _TOP:
        return draft, fault.path
    *way, last = fault.path.split(".")
    parent = draft.get("payload")
    for step in way:
        if isinstance(parent, list) and step.isdigit() and int(step) < len(parent):
            parent = parent[int(step)]
        elif isinstance(parent, dict):
            parent = parent.get(step)
        else:
            return None
    if isinstance(parent, dict):
        return parent, last
    return (parent, int(last)) if isinstance(parent, list) and last.isdigit() and int(last) < len(parent) else None


def _remedies(fault: PayloadError, value: Any, draft: dict[str, Any], parent: Any) -> Iterator[Any]:
    name = fault.path.rsplit(".", 1)[-1]
    if fault.code == "missing":
        yield from _absent(name, draft)
    elif fault.code in ("out_of_range", "not_finite"):
        if name == "accuracy_m":
            yield None  # phones say -1 where they do not know it
        elif name == "lat" and isinstance(parent, dict):
            yield from _swapped(parent)
    elif isinstance(value, str):
        yield from _rewritten(fault.code, name, value)
    elif fault.code in ("wrong_type", "bad_time"):
        yield from _retyped(name, value)


def _absent(name: str, draft: dict[str, Any]) -> Iterator[Any]:
    if name == "captured_at":
        yield draft.get("recorded_at")
    elif name == "role":
        yield PhotoRole.OTHER.value


def _swapped(parent: dict[str, Any]) -> Iterator[float]:
    """Longitude and latitude the wrong way round, as only China's can be told."""
    lon, lat = parent.get("lon"), parent.get("lat")
    if not (isinstance(lon, int | float) and isinstance(lat, int | float)):
        return
    if 3 <= lon <= 54 and 73 <= lat <= 136:
        parent["lon"] = lat
        yield float(lon)
        parent["lon"] = lon  # reached only where the swap did not help


def _rewritten(code: str, name: str, value: str) -> Iterator[Any]:
    text = value.strip()
    if code == "bad_time":
        yield from _times(text)
    elif code == "bad_uuid":
        yield from _uuids(text)
    elif code == "bad_sha256":
        yield text.lower().removeprefix("sha256:")
    elif code == "bad_mime":
        yield _MIMES.get(text.lower(), text.lower())
    elif code == "bad_text":
        yield "".join(c for c in value if c != "\x00" and not "\ud800" <= c <= "\udfff")
    elif code in ("unknown_value", "unknown_kind"):
        plain = re.sub(r"[\s\-]+", "_", text.lower())
        # readers take plain texts only
        yield from map(str, difflib.get_close_matches(plain, WORDS.get(name, ()), n=1, cutoff=0.8))
    elif code == "wrong_type":
        yield from _typed(text)


def _typed(text: str) -> Iterator[Any]:
    if text.lower() in _BOOLEANS:
        yield _BOOLEANS[text.lower()]
    if _NUMBER.fullmatch(text):
        if "." not in text:
            yield int(text)
        yield float(text)


def _retyped(name: str, value: Any) -> Iterator[Any]:
    if type(value) is float and value.is_integer():
        yield int(value)
    if type(value) is int and name.endswith("_at"):
        if _MILLISECONDS[0] <= value < _MILLISECONDS[1]:
            yield datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
        elif _SECONDS[0] <= value < _SECONDS[1]:
            yield datetime.fromtimestamp(value, UTC).isoformat()
    elif type(value) is int:
        yield str(value)
    if isinstance(value, dict):
        yield [value]


def _times(text: str) -> Iterator[str]:
    found = _TIME.fullmatch(text)
    if found is None:
        return
    year, month, day, minutes, seconds, fraction, offset = found.groups()
    moment = f"{year}-{month:0>2}-{day:0>2}T{minutes:0>5}{seconds or ':00'}{fraction or ''}"
    if offset is None:
        # the district's phones show its own time; there is no other in China
        yield moment + datetime(2026, 1, 1, tzinfo=LOCAL_ZONE).isoformat()[-6:]
    else:
        yield moment + (offset if offset == "Z" or ":" in offset else f"{offset[:3]}:{offset[3:]}")


def _uuids(text: str) -> Iterator[str]:
    try:
        yield str(UUID(text))
    except ValueError:
        return
