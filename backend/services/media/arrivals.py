"""Bytes that are here: counted by every report that names them, exactly once, whichever of the two came first.

Two transactions may meet over one hash: a report that names it, and the upload that brings it. Both hold a lock on the
hash until they commit, so one of them always sees the other: naming holds it shared, arriving holds it alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.images import BYTES_MISSING, SNIFF_BYTES, PhotoKind, sniff
from backend.gateways.job_queue import defer_photos
from backend.gateways.photo_store import PhotoStore
from backend.persistence.models import Media, Report, ReportPhoto
from backend.persistence.queries.media import hold_hashes
from backend.services.scope import publish_reports


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
    }
    is_new = session.scalars(insert(Media).values(values).on_conflict_do_nothing().returning(Media.sha256)).all()
    waiting = select(ReportPhoto.report_id).where(ReportPhoto.sha256 == sha256, ReportPhoto.arrived_at.is_(None))
    # Locked before counting: a count made while another photo of the same report arrives would miss that one.
    locked = select(Report.id).where(Report.id.in_(waiting)).order_by(Report.id).with_for_update(key_share=True)
    report_ids = session.scalars(locked).all()
    if report_ids:
        _count(session, sha256, report_ids, now)
        publish_reports(session, report_ids, now)
    if is_new or report_ids or _were_missed(session, sha256):
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


def _were_missed(session: Session, sha256: str) -> bool:
    """Whether an earlier look found no bytes: they were lost and have come again."""
    missed = select(Media.sha256).where(Media.sha256 == sha256, Media.examine_error == BYTES_MISSING)
    return session.scalar(missed) is not None


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
