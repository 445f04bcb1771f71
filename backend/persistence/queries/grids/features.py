"""Reads of single grids for maps and lists, paged by code. Not here: versions as a whole (versions.py)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, null, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridRole, GridVersionStatus
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Division, Grid, GridResponsibility, GridVersion, User
from backend.persistence.queries.grids.visibility import visible_to, visible_version

Box = tuple[float, float, float, float]
GEOJSON_DIGITS = 8  # decimals of a degree: about 1 mm, so that shared borders stay shared


@dataclass(frozen=True, slots=True)
class GridFilter:
    """What is asked for. ``version_id`` None: of each district the version that holds at ``at``."""

    at: datetime
    day: date
    version_id: UUID | None = None
    bbox: Box | None = None
    street_code: str | None = None
    code: str | None = None
    q: str | None = None
    with_geometry: bool = True


@dataclass(frozen=True, slots=True)
class CodePage:
    """Some rows in the order of their codes and where the next page begins (None: this was the last one)."""

    items: Sequence[Row[Any]]
    next_cursor: str | None


def grid_page(session: Session, actor: Actor, wanted: GridFilter, *, limit: int, cursor: str | None) -> CodePage:
    """Grids with their polygon as GeoJSON text, street and lead worker of the day; one statement."""
    return _code_page(session, _features(actor, wanted), limit, cursor)


def matching_grids(actor: Actor, wanted: GridFilter) -> Select[*tuple[Any, ...]]:
    """The statement over all grids that ``actor`` sees within ``wanted``, by code: as a page has them, with the polygon as WKB
    and a point within it."""
    inside = func.ST_PointOnSurface(Grid.geometry)
    more = (
        func.ST_AsBinary(Grid.geometry).label("wkb"),
        func.ST_X(inside).label("lon"),
        func.ST_Y(inside).label("lat"),
    )
    return _features(actor, wanted).add_columns(*more).order_by(Grid.code)


def _features(actor: Actor, wanted: GridFilter) -> Select[*tuple[Any, ...]]:
    lead = and_(
        GridResponsibility.grid_code == Grid.code,
        GridResponsibility.role == GridRole.LEAD,
        GridResponsibility.period.contains(wanted.day),
    )
    return (
        select(
            Grid.code,
            Grid.id,
            Grid.name,
            Grid.street_code,
            Division.name.label("street_name"),
            Grid.external_code,
            Grid.area_m2,
            Grid.version_id,
            GridVersion.valid_from,
            User.id.label("lead_id"),
            User.name.label("lead_name"),
            (func.ST_AsGeoJSON(Grid.geometry, GEOJSON_DIGITS, 0) if wanted.with_geometry else null()).label("geometry"),
        )
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .join(Division, Division.code == Grid.street_code)
        .outerjoin(GridResponsibility, lead)
        .outerjoin(User, User.id == GridResponsibility.user_id)
        .where(*conditions(actor, wanted))
    )


def without_lead_page(
    session: Session, actor: Actor, wanted: GridFilter, *, limit: int, cursor: str | None
) -> CodePage:
    """Grids that nobody leads on ``wanted.day``, with the number of backups and helpers; one statement."""
    return _code_page(session, leaderless(actor, wanted), limit, cursor)


def leaderless(actor: Actor, wanted: GridFilter) -> Select[*tuple[Any, ...]]:
    """The grids ``actor`` sees that nobody leads on ``wanted.day``."""
    on_duty = and_(GridResponsibility.grid_code == Grid.code, GridResponsibility.period.contains(wanted.day))
    others = select(func.count()).select_from(GridResponsibility).where(on_duty).correlate(Grid).scalar_subquery()
    return (
        select(Grid.code, Grid.name, Grid.street_code, Division.name.label("street_name"), others.label("others"))
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .join(Division, Division.code == Grid.street_code)
        .where(*conditions(actor, wanted))
        .where(~exists().where(on_duty, GridResponsibility.role == GridRole.LEAD))
    )


def holds_at(at: datetime) -> Any:
    """True for the published version of each district that holds at ``at``."""
    return and_(
        GridVersion.status != GridVersionStatus.DRAFT,
        GridVersion.valid_from <= at,
        or_(GridVersion.valid_to.is_(None), GridVersion.valid_to > at),
    )


def district_bounds(session: Session, at: datetime) -> Box | None:
    """West, south, east and north (degrees) of all grids that hold at ``at``; None where there are none."""
    extent = func.ST_Extent(Grid.geometry, type_=NullType())
    corners = (func.ST_XMin(extent), func.ST_YMin(extent), func.ST_XMax(extent), func.ST_YMax(extent))
    found = session.execute(select(*corners).where(Grid.version_id.in_(versions_at(at)))).one()
    return None if found[0] is None else (found[0], found[1], found[2], found[3])


def versions_at(at: datetime) -> Select[UUID]:
    """Ids of the published versions, one of each district at most, that hold at ``at``."""
    return select(GridVersion.id).where(holds_at(at))


def conditions(actor: Actor, wanted: GridFilter) -> list[Any]:
    """What ``wanted`` says, of the grids ``actor`` sees; the statement must bring in their version."""
    found = [visible_to(actor, wanted.day)]
    if wanted.version_id is None:
        found.append(holds_at(wanted.at))
    else:
        found += [Grid.version_id == wanted.version_id, visible_version(actor)]
    if wanted.bbox is not None:
        found.append(func.ST_Intersects(Grid.geometry, func.ST_MakeEnvelope(*wanted.bbox, STORED_SRID)))
    if wanted.street_code is not None:
        found.append(Grid.street_code == wanted.street_code)
    if wanted.code is not None:
        found.append(Grid.code == wanted.code)
    if wanted.q:
        words = [Grid.code, Grid.name, Grid.external_code]
        found.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in words)))
    return found


def _code_page(session: Session, statement: Select[*tuple[Any, ...]], limit: int, cursor: str | None) -> CodePage:
    after = decode_code(cursor)
    if after is not None:
        statement = statement.where(Grid.code > after)
    rows = session.execute(statement.order_by(Grid.code).limit(limit + 1)).all()
    if len(rows) <= limit:
        return CodePage(rows, None)
    return CodePage(rows[:limit], encode_code(rows[limit - 1].code))


def encode_code(code: str) -> str:
    """An opaque mark for "everything after ``code``"."""
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def decode_code(cursor: str | None) -> str | None:
    """The grid code in ``cursor``; None for the first page. Raises DomainError('bad_cursor')."""
    if not cursor:
        return None
    try:
        code = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DomainError("bad_cursor") from None
    if len(code) != 15 or not code.isdigit():
        raise DomainError("bad_cursor")
    return code.decode()
