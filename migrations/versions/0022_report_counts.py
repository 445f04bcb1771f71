"""Counts of reports by place and by time, kept in step without anybody waiting for them, so that a map of a million is quick.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DIMENSIONS = "street_code, category, outcome, status, severity"
CHANGED = " OR ".join(
    f"OLD.{name} IS DISTINCT FROM NEW.{name}"
    for name in ("map_key", "grid_code", "captured_at", "street_code", "category", "outcome", "status", "severity")
)
# What one report adds to: its day; its grid, for ever and in its month; its squares of level 16 and 18, the same.
ADDED_TO = """
    LATERAL (VALUES (-1, (captured_at AT TIME ZONE 'Asia/Shanghai')::date, (map_key IS NOT NULL)::int::bigint),
            (0, NULL, coalesce(grid_code, '0')::bigint),
            (0, date_trunc('month', captured_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(grid_code, '0')::bigint),
            (16, NULL, map_key >> 30), (16, date_trunc('month', captured_at AT TIME ZONE 'Asia/Shanghai')::date, map_key >> 30),
            (18, NULL, map_key >> 26), (18, date_trunc('month', captured_at AT TIME ZONE 'Asia/Shanghai')::date, map_key >> 26)
    ) AS added (level, since, place)
"""


def upgrade() -> None:
    """Make the tables and triggers, count what is there, and let a period be read from its index alone."""
    op.execute("ALTER TABLE map_states ALTER mark TYPE NUMERIC")
    op.execute("""
        CREATE TABLE report_counts (
            level SMALLINT NOT NULL,
            since DATE,
            place BIGINT NOT NULL,
            street_code TEXT,
            category TEXT NOT NULL,
            outcome TEXT NOT NULL,
            status TEXT NOT NULL,
            severity TEXT,
            number INTEGER NOT NULL,
            seqs BIGINT NOT NULL
        ) WITH (fillfactor = 85)
    """)
    op.execute("""
        CREATE TABLE report_count_changes (
            number SMALLINT NOT NULL,
            seq BIGINT NOT NULL,
            map_key BIGINT,
            grid_code TEXT,
            captured_at TIMESTAMP WITH TIME ZONE NOT NULL,
            street_code TEXT,
            category TEXT NOT NULL,
            outcome TEXT NOT NULL,
            status TEXT NOT NULL,
            severity TEXT
        )
    """)
    op.execute(f"""
        INSERT INTO report_counts (level, since, place, {DIMENSIONS}, number, seqs)
        SELECT level, since, place, {DIMENSIONS}, count(*), sum(seq) FROM reports, {ADDED_TO}
        WHERE place IS NOT NULL GROUP BY level, since, place, {DIMENSIONS}
    """)
    op.execute(f"""
        CREATE UNIQUE INDEX uq_report_counts ON report_counts (level, since, place, {DIMENSIONS}) NULLS NOT DISTINCT
    """)
    op.execute("CREATE INDEX ix_report_counts_empty ON report_counts (level) WHERE number = 0")
    _make_triggers()
    op.execute("DROP INDEX ix_reports_captured_at")
    op.execute(
        f"CREATE INDEX ix_reports_captured_at ON reports (captured_at) INCLUDE (seq, map_key, grid_code, {DIMENSIONS})"
    )
    # an index answers alone only for pages that were vacuumed since they were written
    op.execute(
        "ALTER TABLE reports SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05)"
    )


def _make_triggers() -> None:
    """A change leaves a line behind, in a table without an index; nobody waits for a count that somebody else is changing."""
    columns = f"seq, map_key, grid_code, captured_at, {DIMENSIONS}"
    old, new = (", ".join(f"{row}.{name}" for name in columns.split(", ")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE FUNCTION note_new_reports() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO report_count_changes (number, {columns}) SELECT 1, {columns} FROM added;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE FUNCTION note_changed_report() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO report_count_changes (number, {columns}) VALUES (-1, {old});
            IF TG_OP = 'UPDATE' THEN
                INSERT INTO report_count_changes (number, {columns}) VALUES (1, {new});
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION note_no_reports() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM report_count_changes;
            DELETE FROM report_counts;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER count_new AFTER INSERT ON reports REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION note_new_reports()
    """)
    op.execute(f"""
        CREATE TRIGGER count_changed AFTER UPDATE ON reports
        FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION note_changed_report()
    """)
    op.execute("""
        CREATE TRIGGER count_deleted AFTER DELETE ON reports FOR EACH ROW EXECUTE FUNCTION note_changed_report()
    """)
    op.execute("""
        CREATE TRIGGER count_none AFTER TRUNCATE ON reports FOR EACH STATEMENT EXECUTE FUNCTION note_no_reports()
    """)


def downgrade() -> None:
    """Drop it again: counts are made of the reports."""
    op.execute("ALTER TABLE reports RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_scale_factor)")
    op.execute("DROP INDEX ix_reports_captured_at")
    op.execute("CREATE INDEX ix_reports_captured_at ON reports (captured_at)")
    for name in ("new", "changed", "deleted", "none"):
        op.execute(f"DROP TRIGGER count_{name} ON reports")
    for name in ("note_new_reports", "note_changed_report", "note_no_reports"):
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP TABLE report_count_changes")
    op.execute("DROP TABLE report_counts")
    op.execute("ALTER TABLE map_states ALTER mark TYPE BIGINT USING (mark % 4503599627370496)::bigint")
