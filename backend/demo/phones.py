"""A worker's phone in the demo: photos and items go through the very services that real phones use."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from backend.demo.stage import Stage
from backend.domain.accounts import Actor
from backend.domain.vocabulary import ItemResult
from backend.services.media import store_photo
from backend.services.sync import Outbox, SyncContext, apply_items

GOOD = frozenset({ItemResult.ACCEPTED})
WRONG_CLOCK = "worker07"  # his phone is seven minutes fast
WRONG_CLOCK_MS = 420_000


def sync_phone(
    stage: Stage,
    worker: Actor,
    items: Sequence[dict[str, Any]],
    photos: Sequence[bytes],
    now: datetime,
    *,
    waiting: int = 0,
    expected: Collection[ItemResult] = GOOD,
) -> None:
    """One sync call; its last photo comes after it, as over a slow line. ``waiting`` photos are still on the phone.

    Raises RuntimeError when an item's result is not ``expected``: then the demo is not what it says.
    """
    session = stage.session
    offset = (
        WRONG_CLOCK_MS if worker.username == WRONG_CLOCK else stage.chance("clock", worker.username).randint(-900, 900)
    )
    for content in photos[:-1]:
        store_photo(session, stage.photos, worker, content, now=now)
    outbox = Outbox(0, waiting, now if waiting else None)
    answers = apply_items(session, SyncContext(worker, now, stage.epoch, offset, outbox=outbox), items)
    refused = [answer for answer in answers if answer.result not in expected]
    if refused:
        raise RuntimeError(f"{worker.username} {now}: {refused[0].result} {refused[0].code} {refused[0].detail}")
    for content in photos[-1:]:
        store_photo(session, stage.photos, worker, content, now=now)
