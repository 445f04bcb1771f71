"""Runs migrations on the connection or URL it is given. Never imports a model: a migration must mean the same for ever."""

from alembic import context
from sqlalchemy import create_engine, pool


def run() -> None:
    """Run inside one transaction, so that a failed migration leaves nothing behind."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


run()
