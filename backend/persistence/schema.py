"""Brings a database to a version of the schema. The steps themselves are in migrations/."""

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, target: str = "head") -> None:
    """Migrate the database at ``url`` (SQLAlchemy form) up to ``target``; nothing happens when it is there already."""
    command.upgrade(_config(url), target)


def downgrade(url: str, target: str = "base") -> None:
    """Migrate the database at ``url`` down to ``target``."""
    command.downgrade(_config(url), target)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
