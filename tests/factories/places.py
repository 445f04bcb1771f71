"""Grids, who answers for them, and sites."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    GridRole,
    GridVersionStatus,
    SiteStatus,
)
from backend.persistence.models import (
    Grid,
    GridResponsibility,
    GridVersion,
    Site,
    User,
)
from tests.conftest import NOW
from tests.factories.constants import DISTRICT, LONG_AGO, STREET


def make_grids(
    session: Session,
    count: int = 4,
    *,
    street_code: str = STREET,
    origin: tuple[float, float] = (121.40, 31.24),
    size: float = 0.004,
    valid_from: datetime = NOW - timedelta(days=365),
    version: GridVersion | None = None,
) -> list[Grid]:
    """A row of square grids side by side, eastwards from ``origin`` (degrees), in one published version."""
    version = version or _version(session, count, valid_from)
    lon, lat = origin
    grids = [
        Grid(
            id=new_id(),
            version_id=version.id,
            code=f"{street_code}001{n + 1:03d}",
            name=f"测试网格{n + 1}",
            street_code=street_code,
            area_m2=1.0,
            geometry=from_shape(MultiPolygon([box(lon + n * size, lat, lon + (n + 1) * size, lat + size)]), srid=4490),
        )
        for n in range(count)
    ]
    session.add_all(grids)
    session.flush()
    return grids


def _version(session: Session, grid_count: int, valid_from: datetime) -> GridVersion:
    version = GridVersion(
        id=new_id(),
        district_code=DISTRICT,
        label="test",
        status=GridVersionStatus.PUBLISHED,
        valid_from=valid_from,
        source_name="test.geojson",
        source_sha256="0" * 64,
        options={},
        problems=[],
        grid_count=grid_count,
        created_at=NOW,
    )
    session.add(version)
    session.flush()
    return version


def make_responsible(
    session: Session,
    user: User,
    grids: Sequence[Grid],
    role: GridRole = GridRole.LEAD,
    *,
    since: date = LONG_AGO,
    until: date | None = None,
) -> None:
    """``user`` answers for ``grids``."""
    session.add_all(
        GridResponsibility(
            id=new_id(), grid_code=grid.code, user_id=user.id, role=role, period=Range(since, until), created_at=NOW
        )
        for grid in grids
    )
    session.flush()


def make_site(session: Session, grid: Grid | None = None, **values: Any) -> Site:
    """A known premise."""
    site = Site(
        **{
            "id": new_id(),
            "name": "示例诊所",
            "address": "示例路1号",
            "category": Category.ILLEGAL_PRACTICE,
            "status": SiteStatus.ACTIVE,
            "licence": {},
            "grid_code": grid.code if grid else None,
            "street_code": grid.street_code if grid else STREET,
            "created_at": NOW,
            "version": 1,
            **values,
        }
    )
    session.add(site)
    session.flush()
    return site
