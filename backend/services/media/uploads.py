"""Uploads under way: made, resumed, moved on, finished, ended. The bytes are always on disk before a row speaks of them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.images import SNIFF_BYTES, PhotoKind, photo_rules, sniff
from backend.gateways.photo_store import PhotoStore
from backend.persistence.models import Upload
from backend.persistence.queries.media import own_upload
from backend.persistence.statements import row, run
from backend.services.media.arrivals import record_arrival

EXPIRE_BATCH = 500


@dataclass(frozen=True, slots=True)
class UploadState:
    """An upload as plain values, good beyond the transaction they were read in."""

    id: UUID
    sha256: str
    mime: str
    report_id: UUID | None
    byte_count: int
    byte_offset: int
    expires_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether every byte is here and published."""
        return self.byte_offset == self.byte_count


KNOWN = "SELECT 1 FROM media WHERE sha256 = %(sha256)s"
CREATE = """
    INSERT INTO uploads (id, user_id, sha256, mime, report_id, byte_count, byte_offset, created_at, expires_at, completed_at)
    VALUES (%(id)s, %(user_id)s, %(sha256)s, %(mime)s, %(report_id)s, %(byte_count)s, %(byte_offset)s, %(created_at)s,
            %(expires_at)s, %(completed_at)s)
"""
FINISH = """
    UPDATE uploads SET byte_offset = byte_count, completed_at = %(now)s, expires_at = %(expires_at)s
    WHERE id = %(id)s AND user_id = %(user_id)s AND completed_at IS NULL AND expires_at > %(now)s
    RETURNING id, sha256, mime, report_id, byte_count, byte_offset, expires_at
"""


@dataclass(frozen=True, slots=True)
class BytesHere:
    """What the store holds of an upload: how much is staged, and what kind of photo is published already, if it is."""

    staged: int
    published: PhotoKind | None


def create_upload(
    session: Session,
    photos: PhotoStore,
    actor: Actor,
    *,
    sha256: str,
    byte_count: int,
    mime: str,
    report_id: UUID | None,
    now: datetime,
) -> UploadState:
    """A new upload of ``byte_count`` bytes; complete at once when the photo is here already.

    Raises ``not_a_photo`` for no bytes at all, ``payload_too_large`` beyond the contract's limit.
    """
    limit = photo_rules().max_bytes
    if byte_count > limit:
        raise DomainError("payload_too_large", limit=limit)
    if byte_count < 1:
        raise DomainError("not_a_photo")
    known = row(session, KNOWN, {"sha256": sha256}) is not None and photos.size(sha256) == byte_count
    offset = byte_count if known else 0
    state = UploadState(new_id(), sha256, mime, report_id, byte_count, offset, _expiry(now))
    times = {"created_at": now, "completed_at": now if known else None}
    run(session, CREATE, {**asdict(state), "user_id": actor.user_id, **times})
    return state


def find_upload(session: Session, actor: Actor, upload_id: UUID, *, now: datetime) -> UploadState:
    """An own upload as its row tells it. Raises ``not_found``, ``upload_expired``."""
    return _state(_own(session, actor, upload_id, now, lock=False))


def look_at_bytes(photos: PhotoStore, state: UploadState) -> BytesHere:
    """Where the bytes of an upload stand. Needs no transaction and should hold none: the store may be far away."""
    kind = None
    if not state.is_complete and photos.size(state.sha256) == state.byte_count:
        with photos.open(state.sha256) as file:
            kind = sniff(file.read(SNIFF_BYTES))
    return BytesHere(photos.staged_size(state.id), kind)


def resume_upload(session: Session, actor: Actor, upload_id: UUID, here: BytesHere, *, now: datetime) -> UploadState:
    """Where an own upload really stands. Raises ``not_found``, ``upload_expired``.

    Rows and bytes can have drifted apart: bytes published by a request that died before its commit (or by another upload
    of the same photo) complete the upload; bytes lost with a disk set it back.
    """
    upload = _own(session, actor, upload_id, now)
    if upload.completed_at is None and here.published is not None:
        _complete(session, upload, here.published, now)
    if upload.completed_at is None:
        upload.byte_offset = min(upload.byte_offset, here.staged)
    session.flush()
    return _state(upload)


def advance(session: Session, actor: Actor, upload_id: UUID, offset: int, *, now: datetime) -> UploadState:
    """Note that the bytes up to ``offset`` (not the last one) are safe; the upload's life starts anew."""
    upload = _own(session, actor, upload_id, now)
    upload.byte_offset = offset
    upload.expires_at = _expiry(now)
    session.flush()
    return _state(upload)


def publish(photos: PhotoStore, state: UploadState) -> PhotoKind | str:
    """All bytes are staged: check that they are a photo and the one announced, give them their name; what they are.

    Or the code of why the whole is dropped: ``not_a_photo`` or ``checksum_mismatch``. It is not raised, because dropping
    the upload must be committed (``drop``). Needs no transaction and must hold none: a store may take seconds.
    """
    kind = sniff(photos.staged_head(state.id, SNIFF_BYTES))
    if kind is None:
        # what broke on the way may look like anything: only the very bytes that were announced are judged as what they are
        return "not_a_photo" if photos.staged_digest(state.id) == state.sha256 else "checksum_mismatch"
    try:
        photos.publish(state.id, state.sha256)
    except DomainError as error:
        if error.code != "checksum_mismatch":
            raise
        return error.code
    return kind


def finish(session: Session, actor: Actor, upload_id: UUID, kind: PhotoKind, *, now: datetime) -> UploadState:
    """Note that the bytes are published, and count them."""
    found = row(session, FINISH, {"id": upload_id, "user_id": actor.user_id, "now": now, "expires_at": _expiry(now)})
    if found is None:
        return _state(_own(session, actor, upload_id, now))
    state = UploadState(*found)
    record_arrival(session, state.sha256, state.byte_count, kind, actor.user_id, now=now)
    return state


def terminate(session: Session, actor: Actor, upload_id: UUID, *, now: datetime) -> None:
    """Forget an own upload; a photo it has published stays. The caller drops the staged bytes after the commit."""
    session.delete(_own(session, actor, upload_id, now))
    session.flush()


def known_uploads(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of ``ids`` that have a row."""
    return set(session.scalars(select(Upload.id).where(Upload.id.in_(list(ids)))))


def expired_uploads(session: Session, *, now: datetime) -> list[UUID]:
    """Forget uploads whose life is over, some hundreds at a time; their ids, for dropping the staged bytes."""
    doomed = (
        select(Upload.id)
        .where(Upload.expires_at <= now)
        .order_by(Upload.expires_at)
        .limit(EXPIRE_BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(delete(Upload).where(Upload.id.in_(doomed)).returning(Upload.id)))


def _own(session: Session, actor: Actor, upload_id: UUID, now: datetime, *, lock: bool = True) -> Upload:
    upload = own_upload(session, actor.user_id, upload_id, lock=lock)
    if upload is None:
        raise DomainError("not_found")
    if upload.expires_at <= now and upload.completed_at is None:
        raise DomainError("upload_expired")
    return upload


def _complete(session: Session, upload: Upload, kind: PhotoKind, now: datetime) -> None:
    upload.byte_offset = upload.byte_count
    upload.completed_at = now
    upload.expires_at = _expiry(now)
    record_arrival(session, upload.sha256, upload.byte_count, kind, upload.user_id, now=now)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=photo_rules().upload_life_seconds)


def _state(upload: Upload) -> UploadState:
    return UploadState(
        upload.id,
        upload.sha256,
        upload.mime,
        upload.report_id,
        upload.byte_count,
        upload.byte_offset,
        upload.expires_at,
    )
