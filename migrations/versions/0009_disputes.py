"""Disputes and joint work: arbitration, merging, materials, joint handling, links and calls.

Revision ID: 0009
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Widen the life cycle and make the tables around it."""
    op.get_bind().exec_driver_sql((SQL / "0009_up.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop them again; cases in arbitration become returned, merged ones wait for triage."""
    op.get_bind().exec_driver_sql((SQL / "0009_down.sql").read_text(encoding="utf-8"))
