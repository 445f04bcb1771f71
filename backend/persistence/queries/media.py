"""Reads about photos and uploads, and who may see which. Not here: their bytes (gateways/photo_store)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import Media, Referral, ReferralMaterial, Report, ReportPhoto, Upload
from backend.persistence.queries import referrals, reports
from backend.persistence.statements import array, run

# Both hashes as 64 bits; the bits that differ are counted by the database.
BITS_APART = text(
    "media.hash_bands && CAST(:bands AS text[]) AND "
    "bit_count(CAST('x' || media.perceptual_hash AS bit(64)) # CAST('x' || CAST(:hash AS text) AS bit(64))) <= :bits"
)
HOLD_ALONE = "SELECT pg_advisory_xact_lock(key) FROM unnest(%(keys)s::bigint[]) AS held(key)"
ALIKE_LIMIT = 500  # a picture that resembles more than this says nothing


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Photos ``actor`` may see: named by a report or handed in with a referral he may see, or brought here by himself.

    Who reports from the field hears of a referral's result, but gets none of the departments' materials.
    """
    named = exists(
        select(ReportPhoto.sha256)
        .join(Report, Report.id == ReportPhoto.report_id)
        .where(ReportPhoto.sha256 == Media.sha256, reports.visible_to(actor))
    )
    handed_in = exists(
        select(ReferralMaterial.sha256)
        .join(Referral, Referral.id == ReferralMaterial.referral_id)
        .where(ReferralMaterial.sha256 == Media.sha256, referrals.visible_in_office(actor))
    )
    return or_(Media.uploaded_by == actor.user_id, named, handed_in)


def find_media(session: Session, actor: Actor, sha256: str) -> Media | None:
    """The photo, None when it is not here or not for ``actor``."""
    return session.scalars(select(Media).where(Media.sha256 == sha256, visible_to(actor))).one_or_none()


def visible_hashes(session: Session, actor: Actor, hashes: Collection[str]) -> set[str]:
    """Those of ``hashes`` that are here and ``actor`` may see."""
    return set(session.scalars(select(Media.sha256).where(Media.sha256.in_(list(hashes)), visible_to(actor))))


def known_hashes(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of ``hashes`` whose bytes are here."""
    return set(session.scalars(select(Media.sha256).where(Media.sha256.in_(list(hashes)))))


def hold_hashes(session: Session, keys: Sequence[int]) -> None:
    """Wait for the locks ``keys`` (in the order given), held alone until the end of the transaction."""
    run(session, HOLD_ALONE, {"keys": array(keys)})


def own_upload(session: Session, user_id: UUID, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    """The upload, None when there is none or it is another's."""
    statement = select(Upload).where(Upload.id == upload_id, Upload.user_id == user_id)
    statement = statement.execution_options(populate_existing=True)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def alike(session: Session, media: Media, bits: int) -> list[str]:
    """Hashes of other photos that look like ``media``: perceptual hashes at most ``bits`` bits apart."""
    if media.perceptual_hash is None or media.hash_bands is None:
        return []
    statement = select(Media.sha256).where(Media.sha256 != media.sha256, BITS_APART).limit(ALIKE_LIMIT)
    values = {"hash": media.perceptual_hash, "bands": media.hash_bands, "bits": bits}
    return list(session.scalars(statement, values))


def uses(session: Session, hashes: Collection[str]) -> Sequence[Row[UUID, int, str]]:
    """(report id, report number, photo hash) for every naming of ``hashes``."""
    return session.execute(
        select(ReportPhoto.report_id, Report.seq, ReportPhoto.sha256)
        .join(Report, Report.id == ReportPhoto.report_id)
        .where(ReportPhoto.sha256.in_(list(hashes)))
    ).all()


def captures(session: Session, sha256: str) -> Sequence[Row[UUID, datetime, float | None, float | None, float | None]]:
    """(report id, captured_at, lon, lat, accuracy_m) of the reports that name ``sha256``."""
    return session.execute(
        select(
            Report.id,
            Report.captured_at,
            func.ST_X(Report.position),
            func.ST_Y(Report.position),
            Report.accuracy_m,
        )
        .join(ReportPhoto, ReportPhoto.report_id == Report.id)
        .where(ReportPhoto.sha256 == sha256)
    ).all()
