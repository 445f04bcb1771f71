"""What is the same for every item of one sync call."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.domain.accounts import Actor


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is still on the phone, as the phone says."""

    items: int
    photos: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class SyncContext:
    """Who syncs, when, in which epoch, and how far his phone's clock is ahead (ms; None: not told).

    ``outbox`` is noted with the device (None: not told). ``reference_revision``: of the reference data at the time of the
    call (reference.py); None reads it anew.
    ``behind``: the phone has yet to offer again what a restore took from the server.
    ``first_received_at``: of an item that is applied now because it was repaired; it is judged by the day it came.
    """

    actor: Actor
    now: datetime
    epoch: UUID
    clock_offset_ms: int | None
    language: str = "zh"
    outbox: Outbox | None = None
    reference_revision: UUID | None = None
    behind: bool = False
    first_received_at: datetime | None = None
