"""What a photo tells when it is looked at: columns of media, and doubts about the reports that name it.

Doubt is a flag for a person to judge, never a refusal. Not here: decoding (gateways/images), the job (jobs/media).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, select, update
from sqlalchemy.orm import Session

from backend.domain.images import choose_reused, exif_moment, exif_position, hash_bands, is_exif_far, photo_rules
from backend.domain.vocabulary import Flag
from backend.gateways.images import PhotoFacts
from backend.persistence.models import Media, Report
from backend.persistence.queries.media import alike, captures, uses
from backend.services.scope import publish_reports


def examine(session: Session, sha256: str, facts: PhotoFacts | None, error: str | None, *, now: datetime) -> None:
    """Write what decoding told (or why it failed) and flag the reports concerned. Repeating it changes nothing."""
    media = session.get(Media, sha256, with_for_update={"key_share": True}, populate_existing=True)
    if media is None:
        return  # the photo was taken back meanwhile
    media.examined_at = now
    media.examine_error = error
    if facts is not None:
        _describe(media, facts)
    session.flush()
    flag_doubts(session, media, now=now)


def _describe(media: Media, facts: PhotoFacts) -> None:
    exif: dict[str, Any] = facts.exif
    place = exif_position(exif)
    media.width, media.height, media.exif = facts.width, facts.height, exif
    media.exif_taken_at = exif_moment(exif.get("taken"), exif.get("offset"))
    media.exif_lon, media.exif_lat = place or (None, None)
    media.perceptual_hash = facts.perceptual_hash
    media.hash_bands = hash_bands(facts.perceptual_hash) if facts.perceptual_hash else None


def flag_doubts(session: Session, media: Media, *, now: datetime) -> None:
    """Flag reports that show a picture an older report showed, or whose photo was taken elsewhere or at another time."""
    rules = photo_rules()
    named = uses(session, [media.sha256, *alike(session, media, rules.reuse_distance_bits)])
    reused = choose_reused([(row[0], row[1], row[2]) for row in named], media.sha256)
    exif_place = None if media.exif_lon is None or media.exif_lat is None else (media.exif_lon, media.exif_lat)
    far = {
        report_id
        for report_id, captured_at, lon, lat, accuracy_m in captures(session, media.sha256)
        if is_exif_far(
            exif_at=media.exif_taken_at,
            exif_place=exif_place,
            captured_at=captured_at,
            place=None if lon is None or lat is None else (lon, lat),
            accuracy_m=accuracy_m,
            rules=rules,
        )
    }
    _lock(session, reused | far)
    changed = _flag(session, reused, Flag.PHOTO_REUSED) | _flag(session, far, Flag.PHOTO_EXIF_MISMATCH)
    publish_reports(session, sorted(changed), now)


def _lock(session: Session, report_ids: Collection[UUID]) -> None:
    if report_ids:
        ordered = select(Report.id).where(Report.id.in_(report_ids)).order_by(Report.id)
        session.execute(ordered.with_for_update(key_share=True))


def _flag(session: Session, report_ids: Collection[UUID], flag: Flag) -> set[UUID]:
    if not report_ids:
        return set()
    rows = session.scalars(
        update(Report)
        .where(Report.id.in_(report_ids), ~(any_(Report.flags) == flag.value))
        .values(flags=func.array_append(Report.flags, flag.value))
        .returning(Report.id)
        .execution_options(synchronize_session="fetch")
    )
    return set(rows)
