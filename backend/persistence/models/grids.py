"""Grids: dated versions of the partition, their polygons, lineage, and who answers for which grid."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import GridRole, GridVersionStatus
from backend.persistence.database import STORED_SRID, Row, enum_column, json_column, not_blank
from backend.persistence.models.maps import map_key_column


class GridVersion(Row):
    """One partition of a district. Published ones never change; ``valid_to`` is set when the next takes over."""

    __tablename__ = "grid_versions"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        # two published partitions of a district never hold at one moment
        ExcludeConstraint(
            ("district_code", "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            where=text("status <> 'draft'"),
            using="gist",
            name="ex_grid_versions_one_at_a_time",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    label: Mapped[str]
    status: Mapped[GridVersionStatus] = enum_column(GridVersionStatus)
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("grid_versions.id"))
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    source_crs: Mapped[str | None]
    source_encoding: Mapped[str | None]
    options: Mapped[dict[str, Any]] = json_column(dict)
    problems: Mapped[list[Any]] = json_column(list)
    grid_count: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class Grid(Row):
    """One polygon of one version; ``code`` is the 15-digit grid code, the same code may return in the next version."""

    __tablename__ = "grids"
    __table_args__ = (
        UniqueConstraint("version_id", "code"),
        CheckConstraint("code ~ '^[0-9]{15}$'", name="code_digits"),
        CheckConstraint("left(code, 9) = street_code", name="code_in_street"),
        CheckConstraint("ST_IsValid(geometry)", name="geometry_valid"),
        not_blank("name"),
        Index(None, "code"),
        Index(None, "street_code"),
        Index("ix_grids_geometry", "geometry", postgresql_using="gist"),
        Index("ix_grids_map_key", "map_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("grid_versions.id"))
    code: Mapped[str]
    name: Mapped[str]
    street_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    external_code: Mapped[str | None]
    area_m2: Mapped[float] = mapped_column(Double)
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False))
    map_key: Mapped[int | None] = map_key_column("ST_PointOnSurface(geometry)")  # where its tasks without a site stand


class GridLineage(Row):
    """Which grid of the previous version a grid came from, by shared area."""

    __tablename__ = "grid_lineage"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("grid_versions.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    predecessor_code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    share_of_predecessor: Mapped[float] = mapped_column(Double)
    share_of_new: Mapped[float] = mapped_column(Double)


class GridResponsibility(Row):
    """定格定员定责: a worker answers for a grid, in a role, for a period of days (end exclusive)."""

    __tablename__ = "grid_responsibilities"
    __table_args__ = (
        ExcludeConstraint(
            ("grid_code", "="),
            ("period", "&&"),
            where=text("role = 'lead'"),
            using="gist",
            name="ex_grid_responsibilities_one_lead",
        ),
        ExcludeConstraint(
            ("grid_code", "="),
            ("user_id", "="),
            ("period", "&&"),
            using="gist",
            name="ex_grid_responsibilities_one_role_each",
        ),
        CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name="period"),
        Index(None, "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    grid_code: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[GridRole] = enum_column(GridRole)
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
