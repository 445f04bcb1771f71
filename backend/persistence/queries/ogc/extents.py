"""How far a collection reaches, in degrees of the stored datum, as far as the caller sees it."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import cast, func, or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import Grid, GridVersion
from backend.persistence.queries.grids.features import holds_at
from backend.persistence.queries.ogc.sources import source_of, ways_of
from grids.systems import Box


def extent(session: Session, collection_id: str, actor: Actor, now: datetime) -> Box | None:
    """West, south, east and north of everything that ``actor`` sees in a collection; None where there is nothing.

    For whom the whole district is open the index is asked, which knows without reading a row (a million reports); its box
    may be a little too large, never too small. Everybody else's rows are looked at.
    """
    source = source_of(collection_id)
    ways = ways_of(collection_id, actor, now, None)
    if not ways:
        return None
    if actor.sees_district and collection_id != "grids":
        column = source.geometry
        box: Any = cast(func.ST_EstimatedExtent(column.table.name, column.key), Geometry)
        statement = select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    else:
        made = select(cast(func.ST_Extent(source.geometry), Geometry).label("box"))
        box = made.select_from(source.keys).where(or_(*ways)).subquery().c.box
        statement = select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    west, south, east, north = session.execute(statement).one()
    return None if west is None else (west, south, east, north)


def district_extent(session: Session, now: datetime) -> Box | None:
    """The box around all grids in force: no secret of anybody's; None before the first were published."""
    made = select(cast(func.ST_Extent(Grid.geometry), Geometry).label("box"))
    box = made.join(GridVersion, GridVersion.id == Grid.version_id).where(holds_at(now)).subquery().c.box
    west, south, east, north = session.execute(
        select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    ).one()
    return None if west is None else (west, south, east, north)
