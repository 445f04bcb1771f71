"""Map tiles: the place of a row as one number, that place on referrals too, and marks by which kept tiles are known to be stale.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Columns and rows of Web Mercator at level 31, their bits in turns: domain/tiles.map_key in SQL. Names are written with
# their schema, since a restored dump computes the columns before any search path is set.
MAP_KEY = """
    CREATE FUNCTION map_key(place public.geometry) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        x bigint := least(greatest(floor((public.ST_X(place) + 180) / 360 * 2147483648), 0), 2147483647)::bigint;
        y bigint := least(greatest(floor((1 - asinh(tan(radians(least(greatest(public.ST_Y(place), -85.0511287798066),
            85.0511287798066)))) / pi()) / 2 * 2147483648), 0), 2147483647)::bigint;
    BEGIN
        x := (x | (x << 16)) & 281470681808895; y := (y | (y << 16)) & 281470681808895;
        x := (x | (x << 8)) & 71777214294589695; y := (y | (y << 8)) & 71777214294589695;
        x := (x | (x << 4)) & 1085102592571150095; y := (y | (y << 4)) & 1085102592571150095;
        x := (x | (x << 2)) & 3689348814741910323; y := (y | (y << 2)) & 3689348814741910323;
        x := (x | (x << 1)) & 6148914691236517205; y := (y | (y << 1)) & 6148914691236517205;
        RETURN x | (y << 1);
    END $$
"""
# What a change of a table makes stale, by the name under which it is counted.
SOURCES = {
    "reports": ("reports",),
    "referrals": ("referrals", "clocks", "case_texts"),
    "sites": ("sites",),
    "tasks": ("tasks", "task_assignments"),
    "grids": ("grids", "grid_versions", "grid_responsibilities"),
}


def upgrade() -> None:
    """Make keys, indexes and marks; referrals take the place of their report."""
    op.execute(MAP_KEY)
    op.execute("ALTER TABLE referrals ADD position geometry(POINT, 4490)")
    op.execute("UPDATE referrals f SET position = r.position FROM reports r WHERE r.id = f.report_id")
    for table, place in (("reports", "position"), ("referrals", "position"), ("sites", "position"),
                         ("grids", "ST_PointOnSurface(geometry)")):  # fmt: skip
        op.execute(f"ALTER TABLE {table} ADD map_key BIGINT GENERATED ALWAYS AS (map_key({place})) STORED")
    for table, beside in (
        ("reports", "seq, captured_at, category, outcome, status, severity, street_code"),
        ("referrals", "seq, created_at, category, status, severity, street_code, department_id"),
        ("sites", "seq, category, status, street_code"),
    ):
        op.execute(f"""
            CREATE INDEX ix_{table}_map_key ON {table} (map_key) INCLUDE ({beside}) WHERE map_key IS NOT NULL
        """)
    op.execute("CREATE INDEX ix_grids_map_key ON grids (map_key)")
    _make_marks()


def _make_marks() -> None:
    """Every statement that changes a table leaves a random number, and nobody waits for anybody to do so; the state of a
    table is known by the sum. Numbers that count up would come again after a restore, with other rows behind them."""
    op.execute("""
        CREATE TABLE map_states (
            source TEXT NOT NULL CONSTRAINT pk_map_states PRIMARY KEY,
            mark BIGINT NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE map_changes (
            source TEXT NOT NULL,
            mark BIGINT NOT NULL DEFAULT ((random() * 4503599627370496)::bigint)
        )
    """)
    op.execute("""
        CREATE FUNCTION mark_map_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO map_changes (source) VALUES (TG_ARGV[0]);
            RETURN NULL;
        END $$
    """)
    for source, tables in SOURCES.items():
        op.execute(f"INSERT INTO map_states SELECT '{source}', (random() * 4503599627370496)::bigint")
        for table in tables:
            op.execute(f"""
                CREATE TRIGGER map_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION mark_map_change('{source}')
            """)


def downgrade() -> None:
    """Drop it again: all of it is made of what stands elsewhere."""
    for tables in SOURCES.values():
        for table in tables:
            op.execute(f"DROP TRIGGER map_changed ON {table}")
    op.execute("DROP FUNCTION mark_map_change()")
    op.execute("DROP TABLE map_changes")
    op.execute("DROP TABLE map_states")
    for table in ("reports", "referrals", "sites", "grids"):
        op.execute(f"ALTER TABLE {table} DROP map_key")  # its index goes with it
    op.execute("ALTER TABLE referrals DROP position")
    op.execute("DROP FUNCTION map_key(geometry)")
