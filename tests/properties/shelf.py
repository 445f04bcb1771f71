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
        copies = "".join(f"CREATE TABLE {name}.{table} (LIKE public.{table});" for table in kept)
        self._run(f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; {copies}")
        self._keep = "".join(
            f"DELETE FROM {name}.{table}; INSERT INTO {name}.{table} SELECT * FROM public.{table};" for table in kept
        )
        # no triggers and no foreign keys while rows move; what is kept in memory of reference data must be read anew
        self._put_back = (
            "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '5s';"
            + "".join(
                f"DELETE FROM public.{table}; INSERT INTO public.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {name}.{table};"
                for table in kept
            )
            + "UPDATE public.reference_revision SET revision = gen_random_uuid();"
        )

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
