"""Second factors: secrets of authenticator apps, recovery codes, and which sessions showed one.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody has one yet."""
    op.execute("ALTER TABLE login_sessions ADD second_factor_at TIMESTAMP WITH TIME ZONE")
    op.execute("""
        CREATE TABLE second_factors (
            user_id UUID NOT NULL CONSTRAINT pk_second_factors PRIMARY KEY
                CONSTRAINT fk_second_factors_user_id REFERENCES users (id),
            algorithm VARCHAR(40) NOT NULL,
            secret BYTEA NOT NULL,
            secret_algorithm VARCHAR(40) NOT NULL,
            begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
            confirmed_at TIMESTAMP WITH TIME ZONE,
            last_step BIGINT,
            CONSTRAINT ck_second_factors_second_factor_algorithm CHECK (algorithm IN ('totp-sha1')),
            CONSTRAINT ck_second_factors_secret_algorithm CHECK (secret_algorithm IN ('aes-256-gcm')),
            CONSTRAINT ck_second_factors_confirmed_by_a_code CHECK (confirmed_at IS NULL OR last_step IS NOT NULL)
        )
    """)
    op.execute("""
        CREATE TABLE recovery_codes (
            user_id UUID NOT NULL CONSTRAINT fk_recovery_codes_user_id REFERENCES users (id),
            code_hash BYTEA NOT NULL,
            algorithm VARCHAR(40) NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_recovery_codes PRIMARY KEY (user_id, code_hash),
            CONSTRAINT ck_recovery_codes_recovery_algorithm CHECK (algorithm IN ('hmac-sha256'))
        )
    """)


def downgrade() -> None:
    """Drop them again: passwords alone open accounts then, as before."""
    op.execute("DROP TABLE recovery_codes")
    op.execute("DROP TABLE second_factors")
    op.execute("ALTER TABLE login_sessions DROP second_factor_at")
