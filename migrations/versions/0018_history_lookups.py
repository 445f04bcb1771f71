"""History: looked up by who acted, and for who read what is sealed away.

Revision ID: 0018
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes; what the product did by itself is left out of the first."""
    op.execute("CREATE INDEX ix_events_actor_id_seq ON events (actor_id, seq) WHERE actor_id IS NOT NULL")
    op.execute("CREATE INDEX ix_events_reads ON events (seq) WHERE action = 'read'")


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP INDEX ix_events_reads")
    op.execute("DROP INDEX ix_events_actor_id_seq")
