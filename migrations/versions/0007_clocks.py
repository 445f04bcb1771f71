"""Deadlines: the calendar, clocks of referrals, what was asked about them, and the spans each referral was promised.

Referrals from before have no clocks; each gets those of its next status with the defaults of the day.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFERENCE = ("calendar_years", "calendar_days")


def upgrade() -> None:
    """Make the tables, the guard of the raw fact, and renew the reference revision with every change of the calendar."""
    op.execute("ALTER TABLE referrals ADD deadlines JSONB NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE referrals ALTER deadlines DROP DEFAULT")
    op.execute("ALTER TABLE departments ADD office_hours JSONB")
    _make_calendar()
    _make_clocks()
    _make_requests()
    op.execute("""
        CREATE FUNCTION keep_overdue_at() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'overdue_at of clock % is a fact: excuse it, do not change it', OLD.id;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER keep_overdue_at BEFORE UPDATE ON clocks FOR EACH ROW
        WHEN (OLD.overdue_at IS NOT NULL AND NEW.overdue_at IS DISTINCT FROM OLD.overdue_at)
        EXECUTE FUNCTION keep_overdue_at()
    """)
    for table in REFERENCE:
        op.execute(f"""
            CREATE TRIGGER reference_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_revision()
        """)


def downgrade() -> None:
    """Drop them again; what was extended, excused and overdue is lost but for its events."""
    for table in ("suspensions", "clock_requests", "clocks", "calendar_days", "calendar_years"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION keep_overdue_at()")
    op.execute("ALTER TABLE departments DROP office_hours")
    op.execute("ALTER TABLE referrals DROP deadlines")


def _make_calendar() -> None:
    op.execute("""
        CREATE TABLE calendar_years (
            year INTEGER NOT NULL CONSTRAINT pk_calendar_years PRIMARY KEY,
            source TEXT NOT NULL,
            by_hand BOOLEAN NOT NULL,
            content_sha256 TEXT NOT NULL,
            loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT ck_calendar_years_year_range CHECK (year BETWEEN 1950 AND 2200),
            CONSTRAINT ck_calendar_years_source_not_blank CHECK (btrim(source) <> '')
        )
    """)
    op.execute("""
        CREATE TABLE calendar_days (
            day DATE NOT NULL CONSTRAINT pk_calendar_days PRIMARY KEY,
            year INTEGER NOT NULL CONSTRAINT fk_calendar_days_year REFERENCES calendar_years (year),
            is_working BOOLEAN NOT NULL,
            name TEXT NOT NULL,
            CONSTRAINT ck_calendar_days_day_in_year CHECK (extract(year FROM day) = year)
        )
    """)
    op.execute("CREATE INDEX ix_calendar_days_year ON calendar_days (year)")


def _make_clocks() -> None:
    op.execute("""
        CREATE TABLE clocks (
            id UUID NOT NULL CONSTRAINT pk_clocks PRIMARY KEY,
            referral_id UUID NOT NULL CONSTRAINT fk_clocks_referral_id REFERENCES referrals (id),
            kind TEXT NOT NULL,
            level VARCHAR(40) NOT NULL,
            span JSONB NOT NULL,
            office_hours JSONB NOT NULL,
            warn_percent SMALLINT NOT NULL,
            extended BIGINT NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE,
            warn_at TIMESTAMP WITH TIME ZONE,
            state VARCHAR(40) NOT NULL,
            calendar_missing BOOLEAN NOT NULL,
            missing_year INTEGER,
            stopped_at TIMESTAMP WITH TIME ZONE,
            warned_at TIMESTAMP WITH TIME ZONE,
            overdue_at TIMESTAMP WITH TIME ZONE,
            excused_at TIMESTAMP WITH TIME ZONE,
            excused_by UUID CONSTRAINT fk_clocks_excused_by REFERENCES users (id),
            excuse_reason TEXT,
            CONSTRAINT ck_clocks_clock_level CHECK (level IN ('stage', 'overall', 'legal')),
            CONSTRAINT ck_clocks_clock_state CHECK (state IN ('running', 'suspended', 'stopped')),
            CONSTRAINT ck_clocks_stopped CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
            CONSTRAINT ck_clocks_missing_year CHECK (calendar_missing = (missing_year IS NOT NULL)),
            CONSTRAINT ck_clocks_due_unless_calendar_missing CHECK (calendar_missing = (due_at IS NULL)),
            CONSTRAINT ck_clocks_warns_before_due CHECK ((warn_at IS NULL) = (due_at IS NULL) AND warn_at <= due_at),
            CONSTRAINT ck_clocks_extended CHECK (extended >= 0),
            CONSTRAINT ck_clocks_excused CHECK (
                (excused_at IS NULL) = (excused_by IS NULL) AND (excused_at IS NULL) = (excuse_reason IS NULL)
                AND (excused_at IS NULL OR overdue_at IS NOT NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_clocks_running ON clocks (referral_id, kind) WHERE state <> 'stopped'")
    op.execute("CREATE INDEX ix_clocks_referral_id ON clocks (referral_id)")
    op.execute("CREATE INDEX ix_clocks_to_warn ON clocks (warn_at) WHERE state = 'running' AND warned_at IS NULL")
    op.execute("""
        CREATE INDEX ix_clocks_to_notice ON clocks (due_at)
            WHERE state = 'running' AND overdue_at IS NULL AND warned_at IS NOT NULL
    """)
    op.execute("CREATE INDEX ix_clocks_calendar_missing ON clocks (missing_year) WHERE calendar_missing")


def _make_requests() -> None:
    op.execute("""
        CREATE TABLE clock_requests (
            id UUID NOT NULL CONSTRAINT pk_clock_requests PRIMARY KEY,
            seq BIGINT GENERATED BY DEFAULT AS IDENTITY,
            referral_id UUID NOT NULL CONSTRAINT fk_clock_requests_referral_id REFERENCES referrals (id),
            clock_id UUID CONSTRAINT fk_clock_requests_clock_id REFERENCES clocks (id),
            kind VARCHAR(40) NOT NULL,
            level SMALLINT NOT NULL,
            span JSONB,
            until TIMESTAMP WITH TIME ZONE,
            reason TEXT NOT NULL,
            requested_by UUID NOT NULL CONSTRAINT fk_clock_requests_requested_by REFERENCES users (id),
            requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
            state VARCHAR(40) NOT NULL,
            decided_by UUID CONSTRAINT fk_clock_requests_decided_by REFERENCES users (id),
            decided_at TIMESTAMP WITH TIME ZONE,
            note TEXT,
            CONSTRAINT ck_clock_requests_reason_not_blank CHECK (btrim(reason) <> ''),
            CONSTRAINT ck_clock_requests_clock_request_kind CHECK (kind IN ('extension', 'suspension', 'excuse')),
            CONSTRAINT ck_clock_requests_clock_request_state CHECK (state IN ('requested', 'approved', 'refused')),
            CONSTRAINT ck_clock_requests_level CHECK (level IN (1, 2)),
            CONSTRAINT ck_clock_requests_span_of_extension CHECK ((kind = 'extension') = (span IS NOT NULL)),
            CONSTRAINT ck_clock_requests_end_of_suspension CHECK ((kind = 'suspension') = (until IS NOT NULL)),
            CONSTRAINT ck_clock_requests_names_its_clock CHECK (kind = 'suspension' OR clock_id IS NOT NULL),
            CONSTRAINT ck_clock_requests_decided
                CHECK ((state = 'requested') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
            CONSTRAINT ck_clock_requests_decided_by_another CHECK (decided_by IS NULL OR decided_by <> requested_by)
        )
    """)
    op.execute("CREATE UNIQUE INDEX ix_clock_requests_seq ON clock_requests (seq)")
    op.execute("CREATE INDEX ix_clock_requests_referral_id ON clock_requests (referral_id)")
    op.execute("CREATE INDEX ix_clock_requests_state_seq ON clock_requests (state, seq)")
    op.execute("""
        CREATE UNIQUE INDEX uq_clock_requests_waiting ON clock_requests (referral_id, kind, clock_id)
            NULLS NOT DISTINCT WHERE state = 'requested'
    """)
    op.execute("""
        CREATE TABLE suspensions (
            id UUID NOT NULL CONSTRAINT pk_suspensions PRIMARY KEY,
            clock_id UUID NOT NULL CONSTRAINT fk_suspensions_clock_id REFERENCES clocks (id),
            request_id UUID NOT NULL CONSTRAINT fk_suspensions_request_id REFERENCES clock_requests (id),
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            until TIMESTAMP WITH TIME ZONE NOT NULL,
            ended_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT ck_suspensions_ends_later CHECK (ended_at >= started_at)
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_suspensions_running ON suspensions (clock_id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_suspensions_clock_id ON suspensions (clock_id)")
    op.execute("CREATE INDEX ix_suspensions_to_end ON suspensions (until) WHERE ended_at IS NULL")
