"""The one SQLAlchemy handle, the row base class and column helpers. Not here: tables (models/), reads (queries/)."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, DateTime, Engine, Enum, MetaData, Text, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

STORED_SRID = 4490  # CGCS2000 longitude/latitude, what a district's own GIS uses; WGS-84 is taken as equal (< 1 m)

# For ``__mapper_args__`` of tables filled many rows at a time: what the database fills in is read only by who asks for it.
NO_READ_BACK = MappingProxyType({"eager_defaults": False})

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Gives every table the same names for its constraints, so that a violated one can be told by name."""

    # A ready registry, not a bare annotation map: Flask-SQLAlchemy makes its own class of this one and would find two.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            str: Text,
        },
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    # The core never relies on implicit loads or flushes: what is written is flushed once, in one place.
    session_options={"expire_on_commit": False, "autoflush": False},
)

if TYPE_CHECKING:
    Row = Base
else:
    Row = db.Model


@event.listens_for(Engine, "connect")
def _keep_prepared(connection: Any, _record: object) -> None:
    """psycopg keeps 100 prepared statements unless told otherwise; the product has more than that in daily use."""
    connection.prepared_max = 500


def enum_column(kind: type[StrEnum], **options: Any) -> Any:
    """A text column that takes only the values of ``kind``; the CHECK is made from the enum itself."""
    return mapped_column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            length=40,
            name=_check_name(kind),
            values_callable=lambda members: [member.value for member in members],
        ),
        **options,
    )


def point_column(**options: Any) -> Any:
    """A point in the stored datum."""
    return mapped_column(Geometry("POINT", srid=STORED_SRID, spatial_index=False), **options)


def json_column(default: Any = None, **options: Any) -> Any:
    """A JSONB column; ``default`` is a factory such as ``dict`` or ``list``."""
    return mapped_column(JSONB, default=default, nullable=default is None, **options)


def not_blank(column: str) -> CheckConstraint:
    """Refuses text that is empty or only spaces."""
    return CheckConstraint(f"btrim({column}) <> ''", name=f"{column}_not_blank")


def _check_name(kind: type[StrEnum]) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")


__all__ = ["STORED_SRID", "Base", "Mapped", "Row", "db", "enum_column", "json_column", "not_blank", "point_column"]
