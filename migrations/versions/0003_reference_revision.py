"""A revision of the reference data, so that what a process keeps in memory is never older than the database.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("rule_sets", "departments", "department_functions", "grid_versions")


def upgrade() -> None:
    """Make the one-row table and the triggers that renew its value."""
    op.execute("""
        CREATE TABLE reference_revision (
            only_row boolean CONSTRAINT pk_reference_revision PRIMARY KEY DEFAULT true,
            revision uuid NOT NULL,
            CONSTRAINT ck_reference_revision_only_row CHECK (only_row)
        )
    """)
    op.execute("INSERT INTO reference_revision (revision) VALUES (gen_random_uuid())")
    op.execute("""
        CREATE FUNCTION renew_reference_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE reference_revision SET revision = gen_random_uuid();
            RETURN NULL;
        END $$
    """)
    for table in TABLES:
        op.execute(f"""
            CREATE TRIGGER reference_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_revision()
        """)


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.execute(f"DROP TRIGGER reference_changed ON {table}")
    op.execute("DROP FUNCTION renew_reference_revision()")
    op.execute("DROP TABLE reference_revision")
