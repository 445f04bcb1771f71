"""Databases for tests: one throw-away cluster per test process; rolled back by default, really committed where it matters."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.orm import Session

from backend.api.state import Gateways
from backend.app import create_app
from backend.gateways.clock import FixedClock
from backend.gateways.cluster import PrivateCluster, throwaway_cluster
from backend.gateways.export_store import LocalExportStore
from backend.gateways.keys import Keys
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence import schema, statements
from backend.persistence.database import db
from backend.services.reference import load_reference, load_rule_sets
from backend.settings import Environment, Settings

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, 10:00 in Shanghai
TEMPLATE, ROLLED_BACK, LIVE = "gp_template", "gp_rolled_back", "gp_live"
# What load_reference() filled once; live tests keep it and empty everything else.
REFERENCE_TABLES = frozenset(
    {"alembic_version", "spatial_ref_sys", "divisions", "functions", "departments", "department_functions", "forms",
     "reference_revision", "epochs", "procrastinate_version", "calendar_years", "calendar_days"}
)  # fmt: skip


@pytest.fixture(scope="session")
def cluster() -> Iterator[PrivateCluster]:
    """A running throw-away cluster whose template database is migrated and holds the reference data."""
    os.environ.setdefault("GRIDPATROL_TEST", "1")
    with throwaway_cluster() as running:
        make_template(running)
        yield running


def make_template(cluster: PrivateCluster) -> None:
    """Make the database from which those of the tests are copied."""
    cluster.create_database(TEMPLATE)
    schema.upgrade(cluster.url(TEMPLATE))
    engine = create_engine(cluster.url(TEMPLATE))
    with Session(engine) as session:
        load_reference(session, NOW)
        session.commit()
    engine.dispose()


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        var_dir=folder,
        database_url=url,
        environment=Environment.TEST,
        demo_password="Demo-pass-2026",
        password_memory_kib=64,  # cheap on purpose: the cost of a hash is not what tests look at
        password_rounds=1,
    )


def make_application(url: str, folder: Path) -> Flask:
    """The application with a clock that stands still and keys of its own."""
    exports = LocalExportStore(folder / "exports")
    gateways = Gateways(FixedClock(NOW), Keys.ephemeral(), LocalPhotoStore(folder / "media"), exports=exports)
    app = create_app(_settings(url, folder), gateways)
    app.testing = False  # errors must become problem documents in tests as well
    return app


@pytest.fixture(scope="session")
def application(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a database that no test changes for good."""
    cluster.create_database(ROLLED_BACK, template=TEMPLATE)
    app = make_application(cluster.url(ROLLED_BACK), tmp_path_factory.mktemp("var"))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application inside a transaction that is rolled back, commits of views included.

    Flask-SQLAlchemy asks its engine map first and ignores a session bound to a connection: so the connection goes into the map.
    """
    clock = application.extensions["gridpatrol"].gateways.clock
    clock.at = NOW
    with application.app_context():
        engines = db.engines
        engine = engines[None]
        connection = engine.connect()
        transaction = connection.begin()
        engines[None] = connection  # type: ignore[assignment]  # a connection stands in for the engine, see above
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield application
        finally:
            db.session.remove()
            transaction.rollback()
            connection.close()
            engines[None] = engine
            db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of a rolled-back test."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A test client whose views' commits are rolled back after the test."""
    return app.test_client()


@pytest.fixture
def clock(app: Flask) -> FixedClock:
    """The clock of a rolled-back test; standing at NOW until moved."""
    standing: FixedClock = app.extensions["gridpatrol"].gateways.clock
    return standing


@pytest.fixture(scope="session")
def _live_application(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    cluster.create_database(LIVE, template=TEMPLATE)
    app = make_application(cluster.url(LIVE), tmp_path_factory.mktemp("live-var"))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def live_app(_live_application: Flask) -> Iterator[Flask]:
    """The application with real commits, for concurrency and for the sync feed (which serves committed rows only)."""
    _live_application.extensions["gridpatrol"].gateways.clock.at = NOW
    yield _live_application
    with _live_application.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            _empty(connection)
        with Session(db.engine) as session:
            load_rule_sets(session, NOW)
            session.commit()


OWNED_NUMBERS = text("""
    SELECT setval(s.oid, 1, false) FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'i' JOIN pg_class t ON t.oid = d.refobjid
    WHERE s.relkind = 'S' AND t.relname = ANY(:tables)
""")


def _empty(connection: Connection) -> None:
    """Delete all rows but the reference data, without triggers and keys: the database refuses to empty what is evidence, and
    only tests may, between two of them. Most tables are empty anyway, and TRUNCATE takes as long for those as for others."""
    names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    tables = sorted(set(names) - REFERENCE_TABLES)
    full = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL lock_timeout = '20s'"))
    for table in connection.scalars(text(full)).all():
        connection.execute(text(f"DELETE FROM {table}"))
    connection.execute(OWNED_NUMBERS, {"tables": tables})
    connection.execute(text("UPDATE reference_revision SET revision = gen_random_uuid()"))


@pytest.fixture
def live_client(live_app: Flask) -> FlaskClient:
    """A test client with real commits."""
    return live_app.test_client()


@pytest.fixture
def live_session(live_app: Flask) -> Iterator[Session]:
    """A session with real commits; commit yourself what others must see."""
    with live_app.app_context():
        yield db.session()
        db.session.rollback()


@pytest.fixture
def live_clock(live_app: Flask) -> FixedClock:
    """The clock of a live test."""
    standing: FixedClock = live_app.extensions["gridpatrol"].gateways.clock
    return standing


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """``with count_queries() as seen: …; assert len(seen) <= n``: the statements sent, without savepoints."""
    return lambda: watched_statements(db.engine)


@contextmanager
def watched_statements(target: object) -> Iterator[list[str]]:
    """Collect the SQL sent through ``target`` (engine or connection); savepoint bookkeeping does not count."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(target, "before_cursor_execute", note)
    statements.WATCHERS.append(seen.append)
    try:
        yield seen
    finally:
        statements.WATCHERS.remove(seen.append)
        event.remove(target, "before_cursor_execute", note)
