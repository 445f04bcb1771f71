"""What commands need before they can work: settings, a running database, the application. Not here: any command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from backend.app import create_app
from backend.gateways.cluster import ClusterError, PrivateCluster, database_url, embedded_cluster
from backend.settings import Settings, load_settings


def current_settings() -> Settings:
    """The settings of this environment."""
    return load_settings(os.environ)


def say(text: str) -> None:
    """One line of progress, on the error stream: a command's output stays clean."""
    click.echo(text, err=True)


def embedded_or_refuse(settings: Settings) -> PrivateCluster:
    """The private cluster; a command that is about it makes no sense with an outside server."""
    if not settings.is_embedded:
        raise ClusterError("DATABASE_URL names an outside server: its own tools start and stop it")
    return embedded_cluster(settings)


def bring_up(cluster: PrivateCluster) -> bool:
    """Make the cluster and its database when missing, start it when stopped; True when it was started now."""
    for note in cluster.notes:
        say(note)
    if not cluster.exists:
        say(f"making a private database in {cluster.place.data} …")
        cluster.initialise()
    started = cluster.start()
    cluster.create_database()
    return started


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """Yield the SQLAlchemy URL of a database that answers. A private cluster started for this is stopped again."""
    if not settings.is_embedded:
        yield database_url(settings)
        return
    cluster = embedded_cluster(settings)
    started = bring_up(cluster)
    try:
        yield database_url(settings)
    finally:
        if started:
            cluster.stop()


@contextmanager
def open_application(settings: Settings | None = None) -> Iterator[Flask]:
    """Yield the application inside its context, on a database that answers; use units of work within."""
    settings = settings or current_settings()
    with open_database(settings):
        app = create_app(settings)
        with app.app_context():
            yield app
