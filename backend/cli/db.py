"""``gridpatrol db``: the database as a person at the machine handles it. Not here: what the product stores in it."""

from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg

from backend.api.state import current_state
from backend.cli.context import application_on, bring_schema_up
from backend.cli.database import bring_up, current_settings, embedded_or_refuse, open_database, say
from backend.cli.migrating import note_migrated
from backend.gateways.backup import dump_database, read_note, restore_database, table_count
from backend.gateways.cluster import ClusterError, PrivateCluster, database_url, embedded_cluster, libpq_url
from backend.persistence.unit_of_work import unit_of_work
from backend.services.epochs import start_new_epoch
from backend.services.scope import refresh_all
from backend.services.seals import seal_restored
from backend.settings import EMBEDDED_DATABASE, Settings

RESTORED = f"{EMBEDDED_DATABASE}_restored"


@click.group()
def db() -> None:
    """Start, stop, migrate, back up and restore the database."""


@db.command()
def start() -> None:
    """Start the private database; make it first when there is none."""
    cluster = embedded_or_refuse(current_settings())
    started = bring_up(cluster)
    click.echo(f"{'started' if started else 'was running already'}: {cluster.place.data}")


@db.command()
def stop() -> None:
    """Stop the private database."""
    cluster = embedded_or_refuse(current_settings())
    click.echo("stopped" if cluster.stop() else "was not running")


@db.command()
def status() -> None:
    """Tell where the database is, whether it runs, and its schema's version. Exit code 3 when it does not run."""
    settings = current_settings()
    url = settings.database_url
    if settings.is_embedded:
        cluster = embedded_cluster(settings)
        for note in cluster.notes:
            say(note)
        click.echo(f"data:   {cluster.place.data}{'' if cluster.exists else ' (not made yet)'}")
        click.echo(f"socket: {cluster.place.socket_dir}")
        click.echo(f"user:   {cluster.place.user.name}")
        url = cluster.url() if cluster.is_running() else None
    click.echo(f"state:  {_describe(url)}")
    if url is None:
        raise SystemExit(3)


@db.command()
def migrate() -> None:
    """Bring schema and reference data to this version of the product. Nothing happens when they are there already."""
    settings = current_settings()
    with open_database(settings) as url:
        bring_schema_up(settings, url)
        note_migrated(settings, url)
    click.echo("schema is up to date")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE (and a note to FILE.json). Photos are not in it: copy VAR_DIR/media, or the bucket.

    The service may go on working meanwhile.
    """
    with open_database(current_settings()) as url:
        note = dump_database(libpq_url(url), file)
    click.echo(f"{file}: {note.byte_count} bytes, everything up to {note.taken_at}")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--taken-at", type=click.DateTime(), help="When the backup was made (UTC), if FILE.json is lost.")
def restore(file: Path, taken_at: datetime | None) -> None:
    """Replace the database by the backup in FILE, and begin a new epoch: phones then send again what it lacks.

    Stop the service first. The private database that was there is kept under another name; an outside one
    (DATABASE_URL) must be empty. When anything fails, what was there is untouched.
    """
    settings = current_settings()
    moment = _moment_of(file, taken_at)
    if settings.is_embedded:
        with open_database(settings):
            kept = _restore_embedded(settings, file, moment)
        click.echo(f"the former database is kept as {kept}")
    else:
        _restore_outside(settings, file, moment)
    click.echo(f"restored; phones will send again what they delivered after {moment.isoformat()}")


def _moment_of(file: Path, given: datetime | None) -> datetime:
    note = read_note(file)
    if given is not None:
        return given.replace(tzinfo=UTC)
    if note is None:
        raise ClusterError(f"{file}.json is missing: tell when the backup was made with --taken-at")
    return datetime.fromisoformat(note.taken_at)


def _restore_embedded(settings: Settings, file: Path, moment: datetime) -> str:
    cluster = embedded_cluster(settings)
    _refuse_while_used(cluster)
    cluster.drop_database(RESTORED)
    cluster.create_database(RESTORED)
    _fill(settings, cluster.url(RESTORED), file, moment)
    kept = f"{EMBEDDED_DATABASE}_before_{datetime.now(UTC):%Y%m%dT%H%M%S}"
    cluster.rename_databases({EMBEDDED_DATABASE: kept, RESTORED: EMBEDDED_DATABASE})
    return kept


def _restore_outside(settings: Settings, file: Path, moment: datetime) -> None:
    url = database_url(settings)
    if table_count(libpq_url(url)):
        raise ClusterError("the database of DATABASE_URL is not empty: create an empty one and name that")
    _fill(settings, url, file, moment)


def _fill(settings: Settings, url: str, file: Path, moment: datetime) -> None:
    say("reading the backup …")
    restore_database(libpq_url(url), file)
    bring_schema_up(settings, url)
    with application_on(settings, url), unit_of_work() as session:
        now = datetime.now(UTC)
        start_new_epoch(session, moment, now)
        refresh_all(session, now)  # roles and responsibilities that have ended since the backup
        keys = current_state().gateways.keys
        seal_restored(session, keys, now=now, algorithm=settings.seal_algorithm)


def _refuse_while_used(cluster: PrivateCluster) -> None:
    sessions = cluster.sessions_on(EMBEDDED_DATABASE)
    if sessions:
        raise ClusterError(f"{sessions} sessions use the database: stop the service first")


def _describe(url: str | None) -> str:
    if url is None:
        return "stopped"
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=10) as connection:
            row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            made = connection.execute("SELECT version_num FROM alembic_version").fetchone() if row and row[0] else None
    except psycopg.OperationalError as error:
        raise ClusterError(f"the database does not answer: {error}") from error
    return f"running, schema {made[0]}" if made else "running, without a schema: gridpatrol db migrate"
