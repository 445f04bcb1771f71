"""The tables of the job queue, as procrastinate 3.10 makes them.

A later procrastinate brings its own steps (procrastinate/sql/migrations): each becomes a migration here.

Revision ID: 0002
"""

from contextlib import closing

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Tables first, types last: the functions between them use both.
DOWN = """
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$
DECLARE
    doomed regprocedure;
BEGIN
    FOR doomed IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || doomed;
    END LOOP;
END $$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
"""


def upgrade() -> None:
    """Make the queue's tables, types and functions."""
    _run(SchemaManager.get_schema())


def downgrade() -> None:
    """Drop them; jobs not done yet are lost."""
    _run(DOWN)


def _run(script: str) -> None:
    # past SQLAlchemy: the script holds colons and percent signs that are no parameters, and many statements
    with closing(op.get_bind().connection.cursor()) as cursor:
        cursor.execute(script)
