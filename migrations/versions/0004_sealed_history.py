"""Seals over the history, and a change log that may be trimmed.

Revision ID: 0004
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Note the transaction of every event, make the tables of seals and trims, close the last way to rewrite."""
    op.get_bind().exec_driver_sql((SQL / "0004_up.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop them again; the seals are lost, the events stay."""
    op.get_bind().exec_driver_sql((SQL / "0004_down.sql").read_text(encoding="utf-8"))
