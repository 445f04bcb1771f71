"""The first schema.

Revision ID: 0001
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Make every table, index, constraint and trigger."""
    # the driver takes % for a placeholder
    op.get_bind().exec_driver_sql((SQL / "0001_up.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Drop them again; the extensions stay, others may use them."""
    op.get_bind().exec_driver_sql((SQL / "0001_down.sql").read_text(encoding="utf-8"))
