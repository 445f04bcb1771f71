"""Ids made on the phone (UUIDv7) and times as the contract writes them."""

import secrets
import time
import uuid
from datetime import UTC, datetime


def new_id() -> str:
    """A UUIDv7 (RFC 9562): its first 48 bits are the time, so that rows arrive nearly sorted."""
    milliseconds = time.time_ns() // 1_000_000
    chance = secrets.randbits(74)
    number = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & (2**62 - 1)
    return str(uuid.UUID(int=number))


def now() -> datetime:
    """This device's clock, with the offset of its time zone."""
    return datetime.now().astimezone()


def time_text(moment: datetime) -> str:
    """RFC 3339 with offset, to the millisecond; a time without an offset would mean something else elsewhere."""
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    return moment.isoformat(timespec="milliseconds")


def sortable(text: str) -> str:
    """A time of the contract in UTC, to the microsecond: texts that sort as the moments do."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def local_text(text: str | None) -> str:
    """A time of the contract as a person on this device reads it; as it stands where it is none."""
    try:
        return datetime.fromisoformat(text or "").astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text or ""
