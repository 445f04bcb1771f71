"""What the map is drawn from beside the rows themselves: places as numbers, marks of what has changed, counts of reports."""

from decimal import Decimal

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Computed,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Base, Row

# Only so that tables can be made from the models alone (tests); databases in use have it from their migration.
event.listen(
    Base.metadata,
    "before_create",
    DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        "CREATE OR REPLACE FUNCTION map_key(place public.geometry) RETURNS bigint "
        "LANGUAGE sql IMMUTABLE STRICT AS 'SELECT 0::bigint'"
    ),
)


def map_key_column(place: str) -> Mapped[int | None]:
    """The map key (domain/tiles) of ``place``, an expression over the row's own columns; the database makes it."""
    return mapped_column(BigInteger, Computed(f"map_key({place})", persisted=True))


class MapState(Row):
    """The state of a table the map is drawn from, as one number: ``mark`` plus the marks in map_changes."""

    __tablename__ = "map_states"

    source: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[Decimal] = mapped_column(Numeric)  # marks are added for ever


# One row for each statement that changed a source, written by triggers; a job adds them up (services/maps).
map_changes = Table(
    "map_changes",
    Base.metadata,
    Column("source", Text, nullable=False),
    Column(
        "mark",
        BigInteger,
        nullable=False,
        server_default=text("(random() * 4503599627370496::double precision)::bigint"),
    ),
)

DIMENSIONS = ("street_code", "category", "outcome", "status", "severity")


def _dimensions() -> list[Column[str]]:
    return [Column(name, Text, nullable=name in ("street_code", "severity")) for name in DIMENSIONS]


# How many reports there are of one kind at one place in one span of time. ``seqs``: their numbers, all bits added without
# carrying, by which a lone one is known. ``level`` -1: place is 1 for those with a position, 0 without; 0: place is the grid's
# code as a number (0: none); 16 and 18: place is a square of the map (a map key cut to that level). ``span``: domain/periods,
# beginning with the day ``since``.
report_counts = Table(
    "report_counts",
    Base.metadata,
    Column("level", SmallInteger, nullable=False),
    Column("span", SmallInteger, nullable=False),
    Column("since", Date),
    Column("place", BigInteger, nullable=False),
    *_dimensions(),
    Column("number", Integer, nullable=False),
    Column("seqs", BigInteger, nullable=False),
    Index(
        "uq_report_counts",
        "level",
        "span",
        "since",
        "place",
        *DIMENSIONS,
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_report_counts_empty", "level", postgresql_where=text("number = 0")),
)

# What is not in report_counts yet: reports that came (1) and what was true before a change (-1), written by triggers.
report_count_changes = Table(
    "report_count_changes",
    Base.metadata,
    Column("number", SmallInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("map_key", BigInteger),
    Column("grid_code", Text),
    Column("captured_at", DateTime(timezone=True), nullable=False),
    *_dimensions(),
)
