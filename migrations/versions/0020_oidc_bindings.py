"""Which person of an OpenID provider a user is.

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; everybody is bound at his first sign-in."""
    op.execute("""
        CREATE TABLE oidc_bindings (
            user_id UUID NOT NULL CONSTRAINT fk_oidc_bindings_user_id REFERENCES users (id),
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            bound_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_oidc_bindings PRIMARY KEY (user_id, issuer),
            CONSTRAINT uq_oidc_bindings_issuer_subject UNIQUE (issuer, subject)
        )
    """)


def downgrade() -> None:
    """Drop it again; people sign in with their passwords, and are bound anew when it comes back."""
    op.execute("DROP TABLE oidc_bindings")
