"""Bytes that are here: counted by every report that names them, exactly once, whichever of the two came first.

Two transactions may meet over one hash: a report that names it, and the upload that brings it. Both hold a lock on the
hash until they commit, so one of them always sees the other: naming holds it shared, arriving holds it alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.images import BYTES_MISSING, SNIFF_BYTES, PhotoKind, sniff
from backend.gateways.job_queue import defer_photos
from backend.gateways.photo_store import PhotoStore
from backend.persistence.models import Report, ReportPhoto
from backend.persistence.queries.media import hold_hashes
from backend.persistence.statements import row
from backend.services.scope import publish_reports

# The reports are locked before their photos are counted: a count made while another photo of the same report arrives would
# miss that one. Bytes that an earlier look did not find were lost and have come again.
ARRIVE = """
    WITH new AS (
        INSERT INTO media (sha256, byte_count, mime, stored_at, uploaded_by)
        VALUES (%(sha256)s, %(byte_count)s, %(mime)s, %(stored_at)s, %(uploaded_by)s)
        ON CONFLICT DO NOTHING RETURNING sha256)
    SELECT EXISTS (SELECT FROM new),
           EXISTS (SELECT FROM media m WHERE m.sha256 = %(sha256)s AND m.examine_error = %(missing)s),
           ARRAY(SELECT r.id FROM reports r
                 WHERE r.id IN (SELECT p.report_id FROM report_photos p WHERE p.sha256 = %(sha256)s AND p.arrived_at IS NULL)
                 ORDER BY r.id FOR NO KEY UPDATE)
"""


def lock_keys(hashes: Collection[str]) -> list[int]:
    """The locks of ``hashes``, in the order in which everybody takes them.

    Whoever writes report_photos rows holds them (shared) before he looks which bytes are here, until the transaction ends:
    bytes that arrive meanwhile wait and then find the new rows. Take them before any report row is locked: an arrival locks
    the hash first and the reports after it, the same order makes a deadlock impossible.
    """
    return sorted({_key(sha256) for sha256 in hashes})


def examine_again(session: Session, hashes: Collection[str]) -> None:
    """Have photos that are here examined after the commit: a report that names them now may show that another used them
    before (``photo_reused``)."""
    defer_photos(session, sorted(hashes))


def record_arrival(
    session: Session, sha256: str, byte_count: int, kind: PhotoKind, uploaded_by: UUID | None, *, now: datetime
) -> Sequence[UUID]:
    """Note that the bytes of ``sha256`` lie in the store; ids of the reports that were waiting for them.

    Repeating it changes nothing. Marks report_photos.arrived_at, counts reports.photos_here, tells the authors' phones and
    has the photo examined, all in the caller's transaction.
    """
    session.flush()
    hold_hashes(session, [_key(sha256)])
    values = {
        "sha256": sha256,
        "byte_count": byte_count,
        "mime": kind.value,
        "stored_at": now,
        "uploaded_by": uploaded_by,
        "missing": BYTES_MISSING,
    }
    found = row(session, ARRIVE, values)
    assert found is not None  # a SELECT without FROM has one row
    is_new, were_missed, report_ids = cast("tuple[bool, bool, list[UUID]]", found)
    if report_ids:
        _count(session, sha256, report_ids, now)
        publish_reports(session, report_ids, now)
    if is_new or report_ids or were_missed:
        defer_photos(session, [sha256])
    return report_ids


def store_photo(session: Session, photos: PhotoStore, actor: Actor, content: bytes, *, now: datetime) -> str:
    """Keep a whole photo that is at hand (the demo's drawings, an import); its SHA-256. Raises ``not_a_photo``."""
    kind = sniff(content[:SNIFF_BYTES])
    if kind is None:
        raise DomainError("not_a_photo")
    sha256 = photos.add(content)
    record_arrival(session, sha256, len(content), kind, actor.user_id, now=now)
    return sha256


def _count(session: Session, sha256: str, report_ids: Sequence[UUID], now: datetime) -> None:
    session.execute(
        update(ReportPhoto)
        .where(ReportPhoto.sha256 == sha256, ReportPhoto.report_id.in_(report_ids), ReportPhoto.arrived_at.is_(None))
        .values(arrived_at=now)
        .execution_options(synchronize_session="fetch")
    )
    here = (
        select(func.count())
        .where(ReportPhoto.report_id == Report.id, ReportPhoto.arrived_at.is_not(None))
        .scalar_subquery()
    )
    session.execute(
        update(Report)
        .where(Report.id.in_(report_ids))
        .values(
            photos_here=here,
            photos_wanted_at=case((here < Report.photos_expected, Report.photos_wanted_at)),
            photos_wanted_by=case((here < Report.photos_expected, Report.photos_wanted_by)),
        )
        .execution_options(synchronize_session="fetch")
    )


def _key(sha256: str) -> int:
    """The hash's first 64 bits: the number of its lock."""
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)
