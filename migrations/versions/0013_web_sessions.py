"""Signing in with a browser: login sessions without a device, each with a cookie.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; everybody who uses a browser signs in anew anyway."""
    op.execute("ALTER TABLE login_sessions ALTER device_id DROP NOT NULL")
    op.execute("""
        CREATE TABLE web_logins (
            token_sha256 BYTEA NOT NULL CONSTRAINT pk_web_logins PRIMARY KEY,
            session_id UUID NOT NULL CONSTRAINT fk_web_logins_session_id REFERENCES login_sessions (id),
            idle_until TIMESTAMP WITH TIME ZONE NOT NULL
        )
    """)
    op.execute("CREATE UNIQUE INDEX ix_web_logins_session_id ON web_logins (session_id)")
    op.execute("CREATE INDEX ix_web_logins_idle_until ON web_logins (idle_until)")


def downgrade() -> None:
    """Drop it again; sessions of browsers go with it, for the schema before had no place for them."""
    op.execute("DROP TABLE web_logins")
    op.execute("DELETE FROM login_sessions WHERE device_id IS NULL")
    op.execute("ALTER TABLE login_sessions ALTER device_id SET NOT NULL")
