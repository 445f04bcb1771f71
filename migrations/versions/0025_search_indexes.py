"""Search: sites by their index whatever is asked, beginnings of task numbers in the order of their characters.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say what cutting a text to pieces costs, so that the index is asked first; one order for all collations."""
    op.execute("ALTER FUNCTION search_grams(text) COST 5000")
    op.execute("DROP INDEX ix_tasks_code_prefix")
    op.execute('CREATE INDEX ix_tasks_code_prefix ON tasks (code COLLATE "C")')


def downgrade() -> None:
    """As it was."""
    op.execute("DROP INDEX ix_tasks_code_prefix")
    op.execute("CREATE INDEX ix_tasks_code_prefix ON tasks (code text_pattern_ops)")
    op.execute("ALTER FUNCTION search_grams(text) COST 100")
