"""The schema that migrations make is the schema that the models say, both ways."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.persistence import models, schema
from backend.persistence.database import Base
from backend.services.seals import seal_batch, verify_history
from tests.conftest import NOW

COLUMNS = text("""
    SELECT table_name, column_name, udt_name, is_nullable, is_identity, column_default
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'
      AND table_name NOT LIKE 'procrastinate%' AND table_name NOT IN ('alembic_version', 'spatial_ref_sys')
""")
CONSTRAINTS = text("""
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
      AND conrelid::regclass::text NOT LIKE 'procrastinate%'
      AND conrelid::regclass::text NOT IN ('alembic_version', 'spatial_ref_sys')
""")
INDEXES = text("""
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'
      AND tablename NOT IN ('alembic_version', 'spatial_ref_sys')
""")
LEFT_OVER = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
      AND relname NOT IN ('alembic_version', 'spatial_ref_sys')
""")


def _engine(cluster: PrivateCluster, name: str) -> Engine:
    cluster.drop_database(name)
    cluster.create_database(name)
    return create_engine(cluster.url(name))


@pytest.mark.parametrize("question", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
def test_models_equal_migrations(cluster: PrivateCluster, question: object) -> None:
    migrated, made = _engine(cluster, "gp_migrated"), _engine(cluster, "gp_made")
    schema.upgrade(cluster.url("gp_migrated"))
    with made.begin() as connection:
        for extension in ("postgis", "btree_gist", "pg_trgm"):
            connection.execute(text(f"CREATE EXTENSION {extension}"))
        assert models.__all__
        Base.metadata.create_all(connection)
    with migrated.connect() as left, made.connect() as right:
        by_migration = {tuple(row) for row in left.execute(question)}  # type: ignore[call-overload]  # a text clause
        by_model = {tuple(row) for row in right.execute(question)}  # type: ignore[call-overload]  # a text clause
    migrated.dispose()
    made.dispose()
    assert by_migration == by_model


def test_up_down_and_up_again(cluster: PrivateCluster) -> None:
    engine = _engine(cluster, "gp_round_trip")
    url = cluster.url("gp_round_trip")
    schema.upgrade(url)
    schema.upgrade(url)  # nothing to do, and no harm
    schema.downgrade(url)
    with engine.connect() as connection:
        assert connection.scalars(LEFT_OVER).all() == []
    schema.upgrade(url)
    with engine.connect() as connection:
        assert "reports" in connection.scalars(LEFT_OVER).all()
    engine.dispose()


def test_reports_of_a_taken_id_from_before_are_laid_on_the_desk(cluster: PrivateCluster) -> None:
    engine = _engine(cluster, "gp_before_taken_ids")
    schema.upgrade(cluster.url("gp_before_taken_ids"), "0005")
    with engine.begin() as connection:
        for line in (
            "INSERT INTO users (id, username, name, password_hash, is_active, failed_logins, password_changed_at, created_at)"
            " VALUES (gen_random_uuid(), 'a', 'a', '!', true, 0, now(), now())",
            "INSERT INTO sync_items (id, user_id, kind, content_sha256, raw, received_at, epoch, result, code, flags)"
            " SELECT code, users.id, 'report.submit', 'h', '{}', now(), gen_random_uuid(), 'conflict', code, '{}'"
            " FROM users, unnest(ARRAY['report_exists', 'illegal_transition']) code",
        ):
            connection.execute(text(line))
    schema.upgrade(cluster.url("gp_before_taken_ids"))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT item_id, result, code, path, state FROM quarantine_entries")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("report_exists", "conflict", "report_exists", "report_id", "open")]


def test_departments_in_use_are_taken_over_and_given_back(cluster: PrivateCluster) -> None:
    """Periods that overlapped, which nothing forbade; and two streets of one department, which the older schema cannot hold."""
    engine, url = _engine(cluster, "gp_before_departments"), cluster.url("gp_before_departments")
    schema.upgrade(url, "0006")
    duty = (
        "INSERT INTO department_functions SELECT gen_random_uuid(), d.id, 'f', '310107', {street}, '{since}', NULL{more} "
        "FROM departments d WHERE code = '{code}'"
    )
    with engine.begin() as connection:
        for line in (
            "INSERT INTO divisions SELECT c, c, c, 'street', NULL, '2000-01-01' "
            "FROM unnest(ARRAY['310107', '310107005', '310107014']) c",
            "INSERT INTO functions VALUES ('f', 'f', 'f')",
            "INSERT INTO departments SELECT gen_random_uuid(), c, c, c, '310107', NULL, '2000-01-01' "
            "FROM unnest(ARRAY['a', 'b']) c",
            duty.format(street="NULL", since="2020-01-01", code="a", more=""),
            duty.format(street="NULL", since="2025-01-01", code="b", more=""),
        ):
            connection.execute(text(line))
    schema.upgrade(url)
    held = text(
        "SELECT d.code, CAST(f.valid_from AS text), CAST(f.valid_to AS text) FROM department_functions f "
        "JOIN departments d ON d.id = department_id ORDER BY f.valid_from, f.street_code"
    )
    with engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(held)] == [
            ("a", "2020-01-01", "2025-01-01"), ("b", "2025-01-01", None),
        ]  # fmt: skip
        for street in ("'310107005'", "'310107014'"):
            connection.execute(text(duty.format(street=street, since="2026-01-01", code="a", more=", true")))
    schema.downgrade(url, "0006")
    with engine.connect() as connection:
        assert len(connection.execute(held).all()) == 3
    engine.dispose()


GUARDED = ("events", "history_seals", "history_seal_entries", "sync_conflicts")


def test_history_cannot_be_rewritten(cluster: PrivateCluster) -> None:
    engine = _engine(cluster, "gp_history")
    schema.upgrade(cluster.url("gp_history"))
    with engine.begin() as connection:
        for line in (
            "INSERT INTO events (id, at, subject_type, subject_id, action, data) "
            "VALUES (gen_random_uuid(), now(), 'x', '1', 'a', '{}')",
            "INSERT INTO history_seals VALUES (1, NULL, 'sha-256', 1, 1, 1, 1, 1, 'e', now(), 'h', 's')",
            "INSERT INTO history_seal_entries VALUES (gen_random_uuid(), 1, 1, 'h')",
        ):
            connection.execute(text(line))
    attempts = [
        *("UPDATE events SET action = 'b'", "UPDATE history_seals SET hash = 'b'"),
        *("UPDATE history_seal_entries SET position = 2", "DELETE FROM events"),
        *("DELETE FROM history_seal_entries", "DELETE FROM history_seals"),
        *(f"TRUNCATE {table} CASCADE" for table in (*GUARDED, "users")),  # users: events hang on them
    ]
    for attempt in attempts:
        with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
            connection.execute(text(attempt))
    engine.dispose()


def test_events_from_before_seals_can_be_sealed(cluster: PrivateCluster) -> None:
    """The upgrade of a database in use: the triggers do not stand in the way, and nothing old stays out of the chain."""
    engine, keys = _engine(cluster, "gp_before_seals"), Keys.ephemeral()
    schema.upgrade(cluster.url("gp_before_seals"), "0002")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (id, at, subject_type, subject_id, action, data) "
                "SELECT gen_random_uuid(), now(), 'x', CAST(n AS text), 'a', '{}' FROM generate_series(1, 3) n"
            )
        )
    schema.upgrade(cluster.url("gp_before_seals"))
    with Session(engine) as session:
        assert seal_batch(session, keys, now=NOW, algorithm="sha-256") == 3
        session.commit()
        result = verify_history(session, keys.jwks())
    assert (result.is_whole, result.events, result.waiting) == (True, 3, 0)
    engine.dispose()


def test_rule_sets_of_before_are_approved_and_stay_as_they_are(cluster: PrivateCluster) -> None:
    engine = _engine(cluster, "gp_before_rule_sets")
    schema.upgrade(cluster.url("gp_before_rule_sets"), "0006")
    with engine.begin() as connection:
        for line in (
            "INSERT INTO divisions (code, name, name_en, level, valid_from) VALUES ('310107', 'x', 'x', 'district', now())",
            "INSERT INTO rule_sets (id, code, version, district_code, valid_from, content, content_sha256, created_at)"
            " VALUES (gen_random_uuid(), 'old', 1, '310107', '2026-01-01', '{}', 'h', now())",
        ):
            connection.execute(text(line))
    schema.upgrade(cluster.url("gp_before_rule_sets"))
    with engine.begin() as connection:
        row = connection.execute(
            text("SELECT status, created_by, approved_by, approved_at = created_at FROM rule_sets")
        )
        assert [tuple(found) for found in row] == [("approved", None, None, True)]
        connection.execute(text("UPDATE rule_sets SET valid_to = '2027-01-01'"))
    for attempt in ("UPDATE rule_sets SET content = '[]'", "DELETE FROM rule_sets"):
        with pytest.raises(Exception, match="an approved rule set is fixed"), engine.begin() as connection:
            connection.execute(text(attempt))
    engine.dispose()
