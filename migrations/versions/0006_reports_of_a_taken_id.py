"""The quarantine desk shows reports whose id another item had taken: those that came before it did.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay them on the desk, as if they came today; phones hold nothing of them, so the feed stays as it is."""
    op.execute("""
        INSERT INTO quarantine_entries
            (id, item_id, content_sha256, result, code, path, kind, user_id, device_id, received_at, state)
        SELECT gen_random_uuid(), id, content_sha256, result, code, 'report_id', kind, user_id, device_id, received_at, 'open'
        FROM sync_items WHERE result = 'conflict' AND code = 'report_exists' ORDER BY received_at
    """)


def downgrade() -> None:
    """Take them away again: the code before would look for their content where it is not."""
    op.execute("DELETE FROM quarantine_entries WHERE code = 'report_exists'")
