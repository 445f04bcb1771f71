"""What is stored already of the things one call names, read in one statement under the locks of the call.

Not here: tasks, sites and reports that items change (workset.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from backend.domain.payloads import ReportAmendment
from backend.domain.reports import ReportDraft
from backend.domain.vocabulary import ItemResult
from backend.persistence.statements import array, row, run
from backend.services.media import lock_keys
from backend.services.sync.arrivals import Arrival
from backend.services.sync.contact import NOTE, note_values
from backend.services.sync.context import SyncContext

SAME_ID = "same_id_other_content"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item that came before, with the answer it got."""

    item_id: str
    content_sha256: str
    result: ItemResult
    code: str | None
    detail: str | None
    flags: list[str]
    received_at: datetime
    epoch: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """Items by id, conflicting contents kept beside them by (id, hash), ids of reports that exist, photos whose bytes are
    here, and fresh report numbers (rising)."""

    items: dict[str, StoredItem]
    conflicts: dict[tuple[str, str], StoredItem]
    reports: set[UUID]
    photos: set[str]
    numbers: list[int]


# One delivery per person at a time: a phone that sends again before the first answer arrived queues here and then finds
# everything stored, instead of colliding with itself. The photos' hashes are held shared (media/arrivals.py says why).
HOLD = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(who)s, 0)),
           (SELECT count(held) FROM (SELECT pg_advisory_xact_lock_shared(key)::text AS held
                                     FROM unnest(%(hashes)s::bigint[]) AS k(key)) h)
"""
KNOWN = f"""
    WITH noted AS ({NOTE})
    SELECT (SELECT json_agg(json_build_array(id, content_sha256, result, code, detail, flags, received_at, epoch, user_id))
            FROM sync_items WHERE id = ANY(ARRAY(SELECT json_array_elements_text(%(ids)s::json)))),
           (SELECT json_agg(json_build_array(item_id, content_sha256, 'conflict', %(conflict)s::text, NULL, '{{}}'::text[],
                                             received_at, epoch, user_id))
            FROM sync_conflicts WHERE item_id = ANY(ARRAY(SELECT json_array_elements_text(%(ids)s::json)))),
           (SELECT array_agg(id) FROM reports WHERE id = ANY(%(reports)s::uuid[])),
           (SELECT array_agg(sha256) FROM media WHERE sha256 = ANY(%(hashes)s::text[])),
           ARRAY(SELECT nextval('reports_seq') FROM generate_series(1, %(numbers)s::int))
"""  # noqa: S608 -- made of our own texts


def hold_and_look(session: Session, context: SyncContext, arrivals: Sequence[Arrival]) -> Known:
    """Take the call's locks, in one order for everybody and before any row is locked; then read what is known, and note
    the device's contact on the way.

    The locks need a statement of their own: what a queueing call waited for must be visible to the second one.
    """
    payloads = [arrival.payload for arrival in arrivals]
    drafts = [payload for payload in payloads if isinstance(payload, ReportDraft)]
    naming = [payload for payload in payloads if isinstance(payload, ReportDraft | ReportAmendment)]
    photos = {photo.sha256 for payload in naming for photo in payload.photos}
    run(session, HOLD, {"who": f"sync:{context.actor.user_id}", "hashes": array(lock_keys(photos))})
    found = row(
        session,
        KNOWN,
        {
            "ids": orjson.dumps([arrival.item_id for arrival in arrivals]).decode(),
            "reports": array({draft.report_id for draft in drafts}),
            "hashes": array(photos),
            "numbers": len(drafts),
            "conflict": SAME_ID,
            **note_values(context),
        },
    )
    assert found is not None  # an aggregate without GROUP BY always has its one row
    items, conflicts, reports, here, numbers = found
    return Known(
        items={item.item_id: item for item in (_stored(*values) for values in items or ())},
        conflicts={(c.item_id, c.content_sha256): c for c in (_stored(*values) for values in conflicts or ())},
        reports=set(reports or ()),
        photos=set(here or ()),
        numbers=sorted(numbers),
    )


def _stored(
    item_id: str, sha256: str, result: str, code: str | None, detail: str | None, flags: list[str], *who: Any
) -> StoredItem:
    received_at, epoch, user_id = who
    return StoredItem(
        item_id,
        sha256,
        ItemResult(result),
        code,
        detail,
        flags,
        datetime.fromisoformat(received_at),
        UUID(epoch),
        UUID(user_id),
    )
