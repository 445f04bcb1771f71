"""What the map is drawn from beside the rows themselves: their places as one number, and marks of what has changed."""

from sqlalchemy import DDL, BigInteger, Column, Computed, Table, Text, event, text
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
    mark: Mapped[int] = mapped_column(BigInteger)


# One row for each statement that changed a source, written by triggers; a job adds them up (services/map_counts).
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
