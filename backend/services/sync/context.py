"""What is the same for every item of one sync call."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.domain.accounts import Actor


@dataclass(frozen=True, slots=True)
class SyncContext:
    """Who syncs, when, in which epoch, and how far his phone's clock is ahead (ms; None: not told)."""

    actor: Actor
    now: datetime
    epoch: UUID
    clock_offset_ms: int | None
    language: str = "zh"
