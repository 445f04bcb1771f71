"""The application as commands use it. Not here: any command; commands that need the database alone use database.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask

from backend.app import create_app
from backend.cli.database import current_settings, open_database, say
from backend.persistence import schema
from backend.persistence.database import db
from backend.persistence.unit_of_work import unit_of_work
from backend.services.reference import load_reference
from backend.settings import Settings

__all__ = ["application_on", "bring_schema_up", "current_settings", "open_application", "open_database", "say"]


@contextmanager
def application_on(settings: Settings, url: str) -> Iterator[Flask]:
    """Yield the application inside its context, on the database at ``url``; its connections are closed afterwards."""
    app = create_app(replace(settings, database_url=url))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def open_application(settings: Settings | None = None) -> Iterator[Flask]:
    """Yield the application inside its context, on a database that answers; use units of work within."""
    settings = settings or current_settings()
    with open_database(settings) as url, application_on(settings, url) as app:
        yield app


def bring_schema_up(settings: Settings, url: str) -> None:
    """Migrate the database at ``url`` and load the reference data shipped with this version. Repeatable."""
    schema.upgrade(url)
    with application_on(settings, url), unit_of_work() as session:
        load_reference(session, datetime.now(UTC))
