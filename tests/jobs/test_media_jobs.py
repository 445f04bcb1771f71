"""The periodic job about uploads, from the queue: it is planned, it runs in the worker, it removes what has expired."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from procrastinate import PsycopgConnector
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.http import parse_date

from backend.gateways.clock import FixedClock
from backend.gateways.cluster import libpq_url
from backend.gateways.photo_store import LocalPhotoStore
from backend.jobs.app import job_app, work
from backend.jobs.media import EXPIRE_UPLOADS, expire_uploads
from backend.persistence.models import Upload
from tests import photos
from tests.tus import Sender, code_of


def test_expired_uploads_are_removed_when_upload_expires_said(
    live_app: Flask, live_client: FlaskClient, live_session: Session, live_clock: FixedClock
) -> None:
    store: LocalPhotoStore = live_app.extensions["gridpatrol"].gateways.photos
    phone = Sender(live_app, live_client, live_session)
    content = photos.jpeg(1)
    made = phone.create(content, body=content[:300])
    where = made.headers["Location"]
    upload_id = UUID(where.rsplit("/", 1)[1])
    until = parse_date(made.headers["Upload-Expires"])
    assert until == live_clock.at + timedelta(days=7)

    live_clock.at = until - timedelta(seconds=1)
    _run(live_app)
    assert phone.head(where).headers["Upload-Offset"] == "300"

    live_clock.at = until
    answer = phone.patch(where, 300, content[300:])
    assert (answer.status_code, code_of(answer)) == (410, "upload_expired")
    assert store.staged_size(upload_id) == 300
    _run(live_app)
    assert store.staged_size(upload_id) == 0
    live_session.rollback()
    assert live_session.scalar(select(func.count()).select_from(Upload)) == 0


def test_it_is_planned_every_hour() -> None:
    planned = {task.task.name: task.cron for task in job_app.periodic_registry.periodic_tasks.values()}
    assert planned[EXPIRE_UPLOADS] == "17 * * * *"


def _run(app: Flask) -> None:
    """The job as the queue runs it; the worker is the one of the product."""
    address = libpq_url(app.config["SQLALCHEMY_DATABASE_URI"])
    with job_app.replace_connector(PsycopgConnector(conninfo=address)) as opened, opened.open():
        expire_uploads.defer(timestamp=0)
    work(app, until_empty=True)
