"""Puts jobs into the queue inside the caller's own transaction: a job exists exactly when the rows it is about do.

Not here: the jobs themselves and the worker (backend/jobs). Jobs are known by name, so that nothing looks upward.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy.orm import Session

EXAMINE_PHOTO = "photos.examine"
PHOTO_QUEUE = "photos"
SEND_WEBHOOKS = "webhooks.send"
WEBHOOK_QUEUE = "webhooks"
MAKE_EXPORT = "exports.make"
EXPORT_QUEUE = "exports"

# Never opened: every job is written through the connection it is given.
_queue = App(connector=SyncPsycopgConnector())


def defer_photos(session: Session, hashes: Sequence[str]) -> None:
    """Have the photos ``hashes`` examined after the commit, in one statement; one at a time per photo."""
    connection = session.connection().connection.driver_connection
    jobs = [_photo_job(sha256, connection).job for sha256 in hashes]
    if jobs:
        _queue.job_manager.batch_defer_jobs(jobs, connection=connection)


def defer_sending(session: Session, subscription_ids: Iterable[UUID], at: datetime | None = None) -> None:
    """Have what waits for these subscriptions sent after the commit, at ``at`` or at once, in one statement.

    Without a lock in the queue: a job there would stand in the way of those behind it until its time has come. That one
    worker alone serves a subscription is settled by its row (services/outbox/sending).
    """
    connection = session.connection().connection.driver_connection
    jobs = [
        _queue.configure_task(
            SEND_WEBHOOKS,
            queue=WEBHOOK_QUEUE,
            task_kwargs={"subscription_id": str(subscription_id)},
            schedule_at=at,
            connection=connection,
        ).job
        for subscription_id in subscription_ids
    ]
    if jobs:
        _queue.job_manager.batch_defer_jobs(jobs, connection=connection)


def defer_export(session: Session, export_id: UUID) -> None:
    """Have an export made after the commit; one worker at a time works at it."""
    _queue.configure_task(
        MAKE_EXPORT,
        queue=EXPORT_QUEUE,
        lock=f"export:{export_id}",
        task_kwargs={"export_id": str(export_id)},
        connection=session.connection().connection.driver_connection,
    ).defer()


def _photo_job(sha256: str, connection: Any) -> Any:
    return _queue.configure_task(
        EXAMINE_PHOTO,
        queue=PHOTO_QUEUE,
        lock=f"photo:{sha256}",
        task_kwargs={"sha256": sha256},
        connection=connection,
    )
