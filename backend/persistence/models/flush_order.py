"""Makes the unit of work insert parents before children. Not here: relationships to be walked; reads are explicit queries."""

from sqlalchemy.orm import Mapper, configure_mappers, relationship

from backend.persistence.database import Base


def follow_foreign_keys() -> None:
    """Give every foreign key between two tables a silent relationship.

    SQLAlchemy orders a flush by relationships, not by foreign keys: without one, a photo's row may be written before
    its report's and be refused. ``lazy="raise"`` keeps anybody from walking them.
    """
    mappers: dict[str, Mapper[object]] = {m.local_table.name: m for m in Base.registry.mappers}  # type: ignore[attr-defined]  # Table
    for mapper in mappers.values():
        for column in mapper.local_table.columns:
            for key in column.foreign_keys:
                parent = mappers[key.column.table.name]
                if parent is not mapper:
                    link = relationship(parent, foreign_keys=[column], lazy="raise", cascade="")
                    mapper.add_property(f"_parent_by_{column.key}", link)
    configure_mappers()
