"""Report reviews: who has looked at a report that needed eyes.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("""
        CREATE TABLE report_reviews (
            report_id UUID NOT NULL,
            reviewed_by UUID NOT NULL,
            reviewed_at TIMESTAMPTZ NOT NULL,
            note TEXT NOT NULL,
            CONSTRAINT pk_report_reviews PRIMARY KEY (report_id),
            CONSTRAINT fk_report_reviews_report_id FOREIGN KEY (report_id) REFERENCES reports (id),
            CONSTRAINT fk_report_reviews_reviewed_by FOREIGN KEY (reviewed_by) REFERENCES users (id)
        )
    """)


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE report_reviews")
