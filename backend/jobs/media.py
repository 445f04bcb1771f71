"""Jobs about photos: looking at one that arrived, forgetting uploads nobody goes on with.

Not here: the rules (services/media), how decoding is kept harmless (gateways/images).
"""

from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import JobContext, RetryStrategy

from backend.api.state import current_state
from backend.domain.errors import DomainError
from backend.domain.images import BYTES_MISSING, PhotoKind
from backend.gateways.images import PhotoFacts, UnreadablePhotoError, read_photo
from backend.gateways.job_queue import EXAMINE_PHOTO, PHOTO_QUEUE
from backend.gateways.photo_store import PhotoStore
from backend.jobs.app import application_of, job_app
from backend.persistence.models import Media
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services import media

log = structlog.get_logger(__name__)
EXPIRE_UPLOADS = "photos.expire_uploads"
LEFTOVER_SECONDS = 24 * 3600  # much longer than any request or job takes
RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)


@job_app.task(name=EXAMINE_PHOTO, queue=PHOTO_QUEUE, retry=RETRY, pass_context=True)
def examine_photo(context: JobContext, sha256: str) -> None:
    """Decode the photo, make its preview, write what it tells, flag the reports that name it."""
    with application_of(context).app_context():
        examine(sha256)


@job_app.periodic(cron="17 * * * *")
@job_app.task(name=EXPIRE_UPLOADS, queue=PHOTO_QUEUE, queueing_lock=EXPIRE_UPLOADS, pass_context=True)
def expire_uploads(context: JobContext, timestamp: int) -> None:
    """Forget uploads whose life is over, with their staged bytes, and what killed processes left behind."""
    with application_of(context).app_context():
        log.info("uploads_expired", count=forget_expired(), leftovers=clear_leftovers(), due=timestamp)


def examine(sha256: str) -> None:
    """What the job does, inside an application context. A photo that cannot be decoded is a result, not a failure."""
    state = current_state()
    with reading() as session:
        row = session.get(Media, sha256)
        found = (row.byte_count, PhotoKind(row.mime), row.examine_error) if row is not None else None
        was_examined = row is not None and row.examined_at is not None and row.examine_error != BYTES_MISSING
    if found is None:
        return
    byte_count, kind, error = found
    facts: PhotoFacts | None = None
    if not was_examined:
        facts, error = _look(state.gateways.photos, sha256, byte_count, kind)
    with unit_of_work() as session:
        media.examine(session, sha256, facts, error, now=state.gateways.clock.now())


def forget_expired() -> int:
    """What the job does, inside an application context; how many uploads it forgot."""
    state = current_state()
    count = 0
    while True:
        with unit_of_work() as session:
            doomed = media.expired_uploads(session, now=state.gateways.clock.now())
        for upload_id in doomed:
            state.gateways.photos.delete_staging(upload_id)
        count += len(doomed)
        if not doomed:
            return count


def clear_leftovers() -> int:
    """Drop what killed processes left in the store: staged bytes without an upload, half-written files; how many.

    Files carry the machine's own time, so it is asked here and not the product's clock.
    """
    photos = current_state().gateways.photos
    moment = datetime.now(UTC) - timedelta(seconds=LEFTOVER_SECONDS)
    staged = photos.staged_before(moment)
    with reading() as session:
        orphans = set(staged) - media.known_uploads(session, staged)
    for upload_id in orphans:
        photos.delete_staging(upload_id)
    return len(orphans) + photos.sweep(moment)


def _look(photos: PhotoStore, sha256: str, byte_count: int, kind: PhotoKind) -> tuple[PhotoFacts | None, str | None]:
    try:
        with photos.open(sha256) as file:
            facts = read_photo(file, byte_count, kind)
    except UnreadablePhotoError as error:
        log.warning("photo_unreadable", sha256=sha256, code=error.code)
        return None, error.code
    except DomainError as error:
        if error.code != "not_found":
            raise  # a store that cannot be reached says nothing about the photo: the queue tries again
        return None, BYTES_MISSING
    photos.put_preview(sha256, facts.preview)
    return facts, None
