"""Copies of all rows, and putting them back: the beginning of every example, and the backup that a restore goes back to.

A restore proper (pg_basebackup, pg_restore) takes seconds; what a phone sees of it is the same: rows undone, time gone on.
"""

from collections.abc import Iterable

from sqlalchemy import Engine

from tests.conftest import REFERENCE_TABLES

# The epochs are not reference data here: a restore makes one, and an example must not leave it behind.
UNTOUCHED = REFERENCE_TABLES - {"epochs"}


class Shelf:
    """A schema with a copy of every table that tests change."""

    def __init__(self, engine: Engine, name: str, tables: Iterable[str]) -> None:
        self._engine, self._name = engine, name
        kept = sorted(set(tables) - UNTOUCHED)
        columns = self._columns()
        copies = "".join(f"CREATE TABLE {name}.{table} (LIKE public.{table});" for table in kept)
        self._run(f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; {copies}")
        self._keep = "".join(
            f"DELETE FROM {name}.{table}; INSERT INTO {name}.{table} SELECT * FROM public.{table};" for table in kept
        )
        # no triggers and no foreign keys while rows move; what is kept in memory of reference data must be read anew
        self._put_back = (
            "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '5s';"
            + "".join(
                f"DELETE FROM public.{table}; INSERT INTO public.{table} ({columns[table]}) OVERRIDING SYSTEM VALUE"
                f" SELECT {columns[table]} FROM {name}.{table};"
                for table in kept
            )
            + "UPDATE public.reference_revision SET revision = gen_random_uuid();"
        )

    def _columns(self) -> dict[str, str]:
        """By table, the columns that are stored and not computed, as a list for INSERT."""
        query = (
            "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name"
        )
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.exec_driver_sql(query)}

    def keep(self) -> None:
        """Copy every row."""
        self._run(self._keep)

    def put_back(self) -> None:
        """Make every table what it was when it was kept."""
        self._run(self._put_back)

    def drop(self) -> None:
        """Forget the copies."""
        self._run(f"DROP SCHEMA {self._name} CASCADE")

    def _run(self, script: str) -> None:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(script)
