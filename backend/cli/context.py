"""The application as commands use it. Not here: any command; commands that need the database alone use database.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from backend.app import create_app
from backend.cli.database import current_settings, open_database, say
from backend.settings import Settings

__all__ = ["current_settings", "open_application", "open_database", "say"]


@contextmanager
def open_application(settings: Settings | None = None) -> Iterator[Flask]:
    """Yield the application inside its context, on a database that answers; use units of work within."""
    settings = settings or current_settings()
    with open_database(settings):
        app = create_app(settings)
        with app.app_context():
            yield app
