"""District settings: what an administrator sets while the product runs.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; everything has its default until somebody says otherwise."""
    op.execute("""
        CREATE TABLE district_settings (
            name TEXT NOT NULL,
            value JSONB NOT NULL,
            changed_at TIMESTAMPTZ NOT NULL,
            changed_by UUID NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT pk_district_settings PRIMARY KEY (name),
            CONSTRAINT fk_district_settings_changed_by FOREIGN KEY (changed_by) REFERENCES users (id)
        )
    """)


def downgrade() -> None:
    """Take it away; the defaults hold."""
    op.execute("DROP TABLE district_settings")
