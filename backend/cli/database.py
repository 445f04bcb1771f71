"""Settings and a running database, for commands. Not here: the application (context.py), whose import takes its time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

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
    if not cluster.is_running():
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
