"""Places and offices: divisions with their dated codes, departments and the functions they answer for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import DivisionLevel
from backend.persistence.database import STORED_SRID, Row, enum_column, json_column, not_blank


class Division(Row):
    """An administrative division (GB/T 2260, GB/T 10114); ``valid_to`` is exclusive, a successor takes over then."""

    __tablename__ = "divisions"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$'", name="code_digits"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    level: Mapped[DivisionLevel] = enum_column(DivisionLevel)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))


class DivisionOutline(Row):
    """The border of a division, against which imported grids are checked for gaps and overhang."""

    __tablename__ = "division_outlines"
    __table_args__ = (CheckConstraint("ST_IsValid(geometry)", name="geometry_valid"),)

    code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    source: Mapped[str]
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False))


class Function(Row):
    """Something the law makes somebody responsible for, such as drinking_water_supervision."""

    __tablename__ = "functions"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]


class Department(Row):
    """An organisation that takes referrals; ``street_code`` is set for a street's own team.

    ``by_hand``: the district changed it, so loading the shipped data leaves it alone. ``next_name``: what it is called
    from ``renamed_on`` on, until that day has come. ``office_hours``: its own slots (domain/clocks), NULL for the usual ones.
    """

    __tablename__ = "departments"
    __table_args__ = (
        UniqueConstraint("code"),
        not_blank("name"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        CheckConstraint("successor_id IS NULL OR (valid_to IS NOT NULL AND successor_id <> id)", name="successor"),
        CheckConstraint(
            "(next_name IS NULL) = (renamed_on IS NULL) AND (next_name IS NULL) = (next_name_en IS NULL)",
            name="next_name",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    district_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    office_hours: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    next_name: Mapped[str | None]
    next_name_en: Mapped[str | None]
    renamed_on: Mapped[date | None] = mapped_column(Date)


class DepartmentFunction(Row):
    """Which department answers for a function, in a district or one of its streets, and when.

    One holder for a function in a street, and one for the district, on any day; a street's own goes before the district's.
    ``by_hand`` as with departments.
    """

    __tablename__ = "department_functions"
    __table_args__ = (
        Index(None, "function_code"),
        Index(None, "department_id"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        ExcludeConstraint(
            ("function_code", "="),
            ("district_code", "="),
            (text("coalesce(street_code, '')"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_department_functions_one_holder",
            # looked at when a statement ends: one that moves a border touches two neighbours
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    function_code: Mapped[str] = mapped_column(ForeignKey("functions.code"))
    district_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Form(Row):
    """A checklist in one version, as data; reports keep the version they were made with."""

    __tablename__ = "forms"

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    content: Mapped[dict[str, Any]] = json_column(dict)
    created_at: Mapped[datetime]


class ReferenceRevision(Row):
    """One row; triggers give it a new value whenever rule sets, departments, their functions or grid versions change."""

    __tablename__ = "reference_revision"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    revision: Mapped[UUID]
